import { createHash } from 'node:crypto';
import type { PoolMember } from './poolMember';

/**
 * The members in the order in which they receive the request: those kept for the model first, by priority; within one
 * priority those with a free slot, and then by weight, drawn by the key, so that the same key finds the same endpoint.
 */
export function orderMembers(members: readonly PoolMember[], model: string | undefined, key: string): PoolMember[] {
	const capable = members.filter(
		({ settings: { models } }) => models.length === 0 || (model !== undefined && models.includes(model)),
	);
	const rank = ({ settings, endpoint }: PoolMember) => [
		settings.models.length > 0 ? 0 : 1,
		settings.priority,
		endpoint.full ? 1 : 0,
		lot(key, settings),
	];
	return capable
		.map((member) => ({ member, rank: rank(member) }))
		.sort((a, b) => compare(a.rank, b.rank))
		.map(({ member }) => member);
}

/** Weighted rendezvous hashing: the smallest value wins. Each endpoint wins in proportion to its weight. */
function lot(key: string, { name, weight }: PoolMember['settings']): number {
	const drawn = (createHash('sha256').update(`${key}\0${name}`).digest().readUIntBE(0, 6) + 1) / (2 ** 48 + 1);
	return -Math.log(drawn) / weight;
}

function compare(a: readonly number[], b: readonly number[]): number {
	for (const [index, value] of a.entries()) {
		const difference = value - (b[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}
