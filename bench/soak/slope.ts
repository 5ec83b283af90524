/** Value of a sample at a time, both as numbers. */
export type Point = readonly [x: number, y: number];

/** The middle value; the mean of the two middle values if their number is even. NaN if there is none. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const [low, high] = [sorted[middle - 1] ?? NaN, sorted[middle] ?? NaN];
	return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/**
 * The slope of a line through the points by Theil and Sen: the median of the slopes between all pairs. Up to 29 % of
 * the points may be outliers. NaN for fewer than two points.
 */
export function slopeOf(points: readonly Point[]): number {
	const slopes: number[] = [];
	for (const [place, [x, y]] of points.entries())
		for (const [laterX, laterY] of points.slice(place + 1))
			if (laterX !== x) slopes.push((laterY - y) / (laterX - x));
	return median(slopes);
}

/** How a value moves after its first third, in which caches fill. */
export interface Trend {
	/** Medians of the thirds. */
	thirds: [first: number, second: number, third: number];
	/** Slope over the second and the last third, per unit of x. */
	slope: number;
}

/** @param points in the order of x */
export function trendOf(points: readonly Point[]): Trend {
	const third = Math.floor(points.length / 3);
	const of = (from: number, to?: number) => median(points.slice(from, to).map(([, y]) => y));
	return { thirds: [of(0, third), of(third, 2 * third), of(2 * third)], slope: slopeOf(points.slice(third)) };
}
