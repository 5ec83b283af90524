import { ImageError } from '../../model/errors';
import type { Capabilities, ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';

/**
 * The error for a function that a provider does not support. The hint names providers that do. @param what as in
 * "cannot …"
 */
export function unsupported(
	provider: ProviderDefinition,
	what: string,
	can: (capabilities: Capabilities) => boolean,
): ImageError {
	const capable = providers.filter(({ capabilities }) => can(capabilities)).map(({ displayName }) => displayName);
	return new ImageError('invalidRequest', {
		message: `${provider.displayName} cannot ${what}`,
		hint: capable.length > 0 ? `Providers that can: ${capable.join(', ')}` : null,
		delivery: 'notSent',
	});
}
