import { createApiClient } from '../../http/apiClient';
import type { Memory } from '../../memory/memory';
import { BoundedMap } from '../../model/boundedMap';
import type { ProviderDefinition, Session } from '../../providers/provider';
import { systemClock } from '../runtime/clock';
import { Endpoint } from './endpoint';
import { hashed, identityOf } from './identity';
import { learnedOf, type ScopedLearned } from './learnedValues';

/** An endpoint is released after it was idle for this time, in ms. */
export const idleMs = 3_600_000;

/** Endpoints kept besides those that work. A field of a credential may be an expression, so there may be any number. */
export const maxEndpoints = 500;

/** Every endpoint in use by this process, by a hash of provider and credential. */
const endpoints = new BoundedMap<Endpoint>({ max: maxEndpoints, isInUse: ({ isReleasable }) => !isReleasable });

/** How many endpoints the registry knows. */
export const endpointCount = () => endpoints.size;

/** The part of a memory that keeps the learned values of endpoints. */
type Learning = Pick<Memory, 'learned' | 'digest'>;

let memory: Learning | null = null;
/** Endpoints that were made before a memory was opened. In some n8n none ever is. */
const waiting = new BoundedMap<(opened: Learning) => void>({ max: maxEndpoints });

/** From now on, learned values are kept in this memory. Existing endpoints read it too. */
export function rememberWith(opened: Learning): void {
	memory = opened;
	for (const [key, resolve] of waiting) {
		waiting.delete(key);
		resolve(opened);
	}
}

/**
 * The endpoint of a provider and a credential's fields: one per process, so that pacing, slots and polling are
 * shared by all nodes and executions. Throws `invalidRequest` when the credential is unusable.
 */
export async function endpointOf<S extends Session>(
	provider: ProviderDefinition<S>,
	credential: unknown,
): Promise<Endpoint<S>> {
	const adapter = await provider.load();
	const config = adapter.endpoint(credential);
	const key = hashed([provider.id, config]);
	// The key holds the provider's id, so an existing endpoint was made by the same adapter.
	const existing = endpoints.get(key) as unknown as Endpoint<S> | undefined;
	const endpoint =
		existing ??
		new Endpoint<S>(provider, adapter, config, {
			clock: systemClock,
			random: Math.random,
			transport: createApiClient,
			learned: learnedAt(key, identityOf(provider, config)),
		});
	endpoint.use();
	endpoints.set(key, endpoint);
	releaseIdle(systemClock.now());
	return endpoint;
}

function releaseIdle(now: number): void {
	for (const [key, { idleSince }] of endpoints)
		if (idleSince !== null && now - idleSince >= idleMs) endpoints.delete(key);
}

/** An endpoint's part of the memory, which may be opened after the endpoint is made. */
function learnedAt(key: string, identity: string): ScopedLearned {
	const opened = async () => memory ?? (await new Promise<Learning>((resolve) => waiting.set(key, resolve)));
	return {
		read: async () => await learnedOf(await opened(), identity).read(),
		write: (values) => {
			if (memory) learnedOf(memory, identity).write(values);
		},
		digest: (text) => (memory ? learnedOf(memory, identity).digest(text) : text),
	};
}
