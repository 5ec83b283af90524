import { createHash } from 'node:crypto';
import type { EndpointConfig, ProviderDefinition } from '../../providers/provider';

/** A hash of a value, so that a heap dump shows no key of a map. */
export function hashed(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Distinguishes an account of a provider from all others: base URL and key, whatever their name and limits. */
export function identityOf(
	provider: Pick<ProviderDefinition, 'id'>,
	{ baseUrl, headers, secrets }: EndpointConfig,
): string {
	return hashed([provider.id, baseUrl, headers, secrets]);
}
