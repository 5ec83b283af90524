import { createHash } from 'node:crypto';

/**
 * Chooses `size` mutants at random, the same ones for the same seed. Each mutant gets a number from its place and its
 * seed, and the smallest numbers win. So a change in one file leaves the choice in the other files nearly as it was.
 */
export function sampleOf(mutants, size, seed) {
	const rank = ({ fileName, location, mutatorName, replacement }) =>
		createHash('sha256')
			.update(JSON.stringify([seed, fileName, location.start, location.end, mutatorName, replacement]))
			.digest('hex');
	return mutants
		.map((mutant) => ({ mutant, rank: rank(mutant) }))
		.sort((a, b) => (a.rank < b.rank ? -1 : 1))
		.slice(0, size)
		.map(({ mutant }) => mutant);
}
