import { ImageError } from '../../model/errors';
import { readPool } from '../../providers/credential';
import type { ProviderDefinition } from '../../providers/provider';
import type { Endpoint } from '../endpoint/endpoint';
import { hashed } from '../endpoint/identity';
import { endpointOf } from '../endpoint/registry';
import { PoolMember } from './poolMember';

/** The endpoints of one credential. */
export class Pool {
	constructor(readonly members: readonly [PoolMember, ...PoolMember[]]) {}

	/** The endpoint in the credential's own fields. It is used for everything except jobs of another endpoint. */
	get main(): Endpoint {
		return this.members[0].endpoint;
	}

	/**
	 * The endpoint that a job names, or the main one where it names none. Throws `conflict` where the endpoint does
	 * not exist any more: a job must not be requested from another account.
	 */
	named(name: string | undefined): Endpoint {
		if (name === undefined) return this.main;
		const member = this.members.find(({ settings }) => settings.name === name);
		if (member) return member.endpoint;
		const names = this.members.map(({ settings }) => settings.name).join(', ');
		throw new ImageError('conflict', {
			message: `The job runs at the endpoint "${name}", which the credential does not name`,
			hint: `Give the endpoint its name back in the credential. It has: ${names}`,
			delivery: 'notSent',
		});
	}
}

/**
 * Every pool in use by this process, by its main endpoint, so that health is remembered from one execution to the next.
 * The pools of an endpoint that is released are released with it.
 */
const pools = new WeakMap<Endpoint, Map<string, Pool>>();
/** Maximum number of pools of one main endpoint; the least recently used are removed. */
const maxPools = 50;

/**
 * The endpoints of a provider's credential, the main one first. Throws `invalidRequest` when one of them is unusable.
 */
export async function poolOf(provider: ProviderDefinition, credential: unknown): Promise<Pool> {
	const members = await Promise.all(
		readPool(credential, provider.keyField).map(async ({ credential: own, ...settings }) => ({
			settings,
			endpoint: await endpointOf(provider, own),
		})),
	);
	const [main] = members;
	if (!main) throw new Error('A pool has at least the main endpoint');
	const ofMain = pools.get(main.endpoint) ?? new Map<string, Pool>();
	pools.set(main.endpoint, ofMain);
	const key = hashed(members.map(({ settings, endpoint }) => [settings, endpoint.config]));
	const existing = ofMain.get(key);
	// An endpoint that was idle for long is released and created again; its learned values are in the memory.
	const stands = existing?.members.every(({ endpoint }, index) => endpoint === members[index]?.endpoint) === true;
	const pool = existing && stands ? existing : poolFrom(members);
	ofMain.delete(key);
	ofMain.set(key, pool);
	const [oldest] = ofMain.keys();
	if (ofMain.size > maxPools && oldest !== undefined) ofMain.delete(oldest);
	return pool;
}

function poolFrom(members: ReadonlyArray<{ settings: PoolMember['settings']; endpoint: Endpoint }>): Pool {
	const [first, ...others] = members.map(({ settings, endpoint }) => new PoolMember(settings, endpoint));
	if (!first) throw new Error('A pool has at least the main endpoint');
	return new Pool([first, ...others]);
}
