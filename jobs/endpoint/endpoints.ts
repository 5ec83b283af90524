import { createHash } from 'node:crypto';
import { createApiClient } from '../../http/apiClient';
import { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import { readPool } from '../../providers/credential';
import type { ProviderDefinition, Session } from '../../providers/provider';
import { systemClock } from '../runtime/clock';
import { Endpoint } from './endpoint';
import { PoolMember } from '../submission/breaker';

/** Every endpoint in use by this process, by provider and credential. */
const open = new Map<string, Endpoint>();

/**
 * The endpoint of a provider and a credential's fields: one per process, so that pacing, slots and polling are
 * shared by all nodes and executions. Throws `invalidRequest` when the credential is unusable.
 */
export async function endpointOf<S extends Session>(provider: ProviderDefinition<S>, credential: unknown): Promise<Endpoint<S>> {
	const adapter = await provider.load();
	const config = adapter.endpoint(credential);
	const key = hashed([provider.id, config]);
	const existing = open.get(key);
	// The key holds the provider's id, so what is found was made by the same adapter.
	if (existing) return existing as unknown as Endpoint<S>;
	const endpoint = new Endpoint<S>(provider, adapter, config, { clock: systemClock, random: Math.random, transport: createApiClient });
	open.set(key, endpoint);
	return endpoint;
}

/** The endpoints of one credential. */
export class Pool {
	constructor(readonly members: readonly [PoolMember, ...PoolMember[]]) {}

	/** The one that the credential's own fields describe: for everything that is not about a job of another. */
	get main(): Endpoint {
		return this.members[0].endpoint;
	}

	/** The one a job says it runs at, the main one where it names none. Throws `conflict` where there is no such endpoint any more: another account must not be asked for its job. */
	named(name: string | undefined): Endpoint {
		if (name === undefined) return this.main;
		const member = this.members.find(({ place }) => place.name === name);
		if (member) return member.endpoint;
		throw new ImageError('conflict', {
			message: `The job runs at the endpoint "${name}", which the credential does not name`,
			hint: `Give the endpoint its name back in the credential. It has: ${this.members.map(({ place }) => place.name).join(', ')}`,
			delivery: 'notSent',
		});
	}

	/** Takes in what was learned of a job by somebody who does not know where it runs. */
	observe(snapshot: JobSnapshot): void {
		for (const { endpoint } of this.members) endpoint.observe(snapshot);
	}
}

/** Every pool in use by this process; health is remembered from one execution to the next. */
const pools = new Map<string, Pool>();

/** The endpoints of a provider's credential, the main one first. Throws `invalidRequest` when one of them is unusable. */
export async function poolOf(provider: ProviderDefinition, credential: unknown): Promise<Pool> {
	const places = await Promise.all(readPool(credential, provider.keyField).map(async ({ credential: own, ...place }) => ({ place, endpoint: await endpointOf(provider, own) })));
	const key = hashed([provider.id, places.map(({ place, endpoint }) => [place, endpoint.config])]);
	const existing = pools.get(key);
	if (existing) return existing;
	const [first, ...others] = places.map(({ place, endpoint }) => new PoolMember(place, endpoint));
	if (!first) throw new Error('A pool has at least the main endpoint');
	const pool = new Pool([first, ...others]);
	pools.set(key, pool);
	return pool;
}

/** So that no key lies about in a map for a heap dump to name. */
function hashed(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
