import { createHash } from 'node:crypto';
import { createApiClient } from '../http/apiClient';
import type { ProviderDefinition, Session } from '../providers/provider';
import { systemClock } from './clock';
import { Endpoint } from './endpoint';

/** Every endpoint in use by this process, by provider and credential. */
const open = new Map<string, Endpoint>();

/**
 * The endpoint of a provider and a credential's fields: one per process, so that pacing, slots and polling are
 * shared by all nodes and executions. Throws `invalidRequest` when the credential is unusable.
 */
export async function endpointOf<S extends Session>(provider: ProviderDefinition<S>, credential: unknown): Promise<Endpoint<S>> {
	const adapter = await provider.load();
	const config = adapter.endpoint(credential);
	// Hashed, so that no key lies about in a map for a heap dump to name.
	const key = createHash('sha256').update(JSON.stringify([provider.id, config])).digest('hex');
	const existing = open.get(key);
	// The key holds the provider's id, so what is found was made by the same adapter.
	if (existing) return existing as unknown as Endpoint<S>;
	const endpoint = new Endpoint<S>(provider, adapter, config, { clock: systemClock, random: Math.random, transport: createApiClient });
	open.set(key, endpoint);
	return endpoint;
}
