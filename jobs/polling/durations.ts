/** How long jobs of a kind run, as far as it has been seen; ms. */
export interface Expectation {
	/** Half of them took longer. */
	typical: number;
	/** Nearly none ends sooner. */
	earliest: number;
	/** None was seen to take longer. */
	longest: number;
	/** The share of jobs that still run at this age, from 1 down to nearly 0. */
	running: (ageMs: number) => number;
}

/** So many of the last are remembered, and so few say nothing yet. */
const kept = 64;
const enough = 6;
/** Durations of the jobs of an endpoint by kind (model, size, count). */
export class Durations {
	/** Kinds remembered: those not seen for longest are forgotten. */
	static readonly maxKinds = 200;

	/** Least recently seen first, as a Map keeps them. */
	private readonly byKind = new Map<string, readonly number[]>();

	record(kind: string, ms: number): void {
		this.set(kind, [...this.of(kind), ms]);
	}

	/** Durations that were seen before all that is known of this kind, oldest first. */
	prepend(kind: string, earlier: readonly number[]): void {
		this.set(kind, [...earlier, ...this.of(kind)]);
	}

	/** All that is remembered of a kind, oldest first. */
	of(kind: string): readonly number[] {
		return this.byKind.get(kind) ?? [];
	}

	/** The kinds of which something is remembered. */
	kinds(): string[] {
		return [...this.byKind.keys()];
	}

	private set(kind: string, times: readonly number[]): void {
		this.byKind.delete(kind);
		this.byKind.set(kind, times.slice(-kept));
		const [oldest] = this.byKind.keys();
		if (this.byKind.size > Durations.maxKinds && oldest !== undefined) this.byKind.delete(oldest);
	}

	/** undefined until enough have been seen. */
	expect(kind: string): Expectation | undefined {
		const seen = this.byKind.get(kind);
		if (!seen || seen.length < enough) return undefined;
		const sorted = [...seen].sort((a, b) => a - b);
		const [shortest = 0] = sorted;
		return {
			typical: sorted[Math.floor(sorted.length / 2)] ?? 0,
			earliest: shortest * sooner,
			longest: sorted.at(-1) ?? 0,
			running: (ageMs) => running(sorted, ageMs),
		};
	}
}

/** A little sooner than the shortest seen, so that jobs that become quicker are noticed. */
const sooner = 0.9;

/**
 * The empirical distribution, straight between what was seen. Of those that take longer than all before, ever fewer
 * end in the same time: the longer one has run, the longer it may still.
 */
function running(sorted: readonly number[], ageMs: number): number {
	const [shortest = 0] = sorted;
	const longest = sorted.at(-1) ?? 0;
	const steps = sorted.length + 1;
	if (ageMs <= shortest * sooner) return 1;
	if (ageMs >= longest) return (longest / ageMs) ** 2 / steps;
	let [low, high] = [-1, sorted.length - 1];
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] ?? 0) <= ageMs) low = middle;
		else high = middle;
	}
	const from = low < 0 ? shortest * sooner : (sorted[low] ?? 0);
	const to = sorted[high] ?? from;
	return 1 - (low + 1 + (to > from ? (ageMs - from) / (to - from) : 0)) / steps;
}
