/** Below this, in ms, a time says nothing about growth. */
const leastMs = 0.5;

/**
 * How many times longer the work takes for ten times the input: about 10 if the time grows with the input, about 100 if
 * it grows with its square. Both are measured in the same run, the best of three each.
 */
export function growth(work: (size: number) => unknown, size: number): number {
	const best = (of: number) =>
		Math.min(
			...Array.from({ length: 3 }, () => {
				const from = performance.now();
				work(of);
				return performance.now() - from;
			}),
		);
	best(size / 10);
	const small = best(size);
	return best(10 * size) / Math.max(small, leastMs);
}

/** As `growth`, for work that waits. */
export async function growthOf(work: (size: number) => Promise<unknown>, size: number): Promise<number> {
	const best = async (of: number) => {
		let least = Number.POSITIVE_INFINITY;
		for (let run = 0; run < 3; run++) {
			const from = performance.now();
			await work(of);
			least = Math.min(least, performance.now() - from);
		}
		return least;
	};
	await best(Math.ceil(size / 10));
	const small = await best(size);
	return (await best(10 * size)) / Math.max(small, leastMs);
}
