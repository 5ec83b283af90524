import type { ProviderDefinition } from '../provider';
import type { JimengSession } from './adapter';
import { capabilities } from './capabilities';
import { pixelsOf } from './sizes';

export const jimeng: ProviderDefinition<JimengSession> = {
	id: 'jimeng',
	displayName: 'Jimeng / Dreamina',
	credential: 'jimengApi',
	keyField: 'sessionId',
	capabilities,
	check: ({ strength, extras = {} }) =>
		strength !== undefined && extras['sampleStrength'] !== undefined
			? {
					field: 'Sample Strength',
					problem: 'cannot be combined with Strength; they mean the same to this provider',
				}
			: undefined,
	// Without a reference: compositions may keep the shape of what they start from.
	expectedSize: ({ resolution, aspectRatio, references = [] }) =>
		references.length > 0 && aspectRatio === undefined ? null : pixelsOf(resolution, aspectRatio),
	load: async () => (await import('./adapter')).jimengAdapter,
};
