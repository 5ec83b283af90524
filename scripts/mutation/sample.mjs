import { createHash } from 'node:crypto';

/**
 * Chooses `size` mutants at random; the same seed gives the same mutants. Each mutant gets a number from its location
 * and the seed, and the mutants with the smallest numbers are chosen. So a change in one file hardly changes the choice
 * in the other files.
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
