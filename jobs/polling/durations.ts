/** Durations of the jobs of a kind, from those that were seen; ms. */
export interface Expectation {
	/** Half of them took longer. */
	typical: number;
	/** Almost none ends sooner. */
	earliest: number;
	/** The longest duration that was seen. */
	longest: number;
	/** The share of jobs that still run at this age, from 1 down to nearly 0. */
	running: (ageMs: number) => number;
}

/** Number of durations kept per kind. Only the last ones are kept, so the values follow changes of the provider. */
const maxRemembered = 64;

/** How many durations are needed before they are used: with fewer, one outlier would decide. */
const minSeen = 6;

/** A little less than the shortest one, to notice when jobs become faster. */
const earliestFactor = 0.9;

/**
 * How the share of jobs that outlast all seen ones falls with age: with its square (a Pareto tail). With this exponent
 * a job that has run for an age beyond the longest seen is expected to run for as long again, so polls become rarer in
 * step with its age.
 */
const tailExponent = 2;

/** Durations of the jobs of an endpoint by kind (model, size, count). */
export class Durations {
	/** Maximum number of kinds; the least recently seen are removed. */
	static readonly maxKinds = 200;

	/** Least recently seen first, as a Map keeps them. */
	private readonly byKind = new Map<string, readonly number[]>();

	record(kind: string, ms: number): void {
		this.set(kind, [...this.of(kind), ms]);
	}

	/** Adds durations that were seen before all others of this kind, oldest first. */
	prepend(kind: string, earlier: readonly number[]): void {
		this.set(kind, [...earlier, ...this.of(kind)]);
	}

	/** All stored durations of a kind, oldest first. */
	of(kind: string): readonly number[] {
		return this.byKind.get(kind) ?? [];
	}

	/** The kinds with remembered durations. */
	kinds(): string[] {
		return [...this.byKind.keys()];
	}

	private set(kind: string, times: readonly number[]): void {
		this.byKind.delete(kind);
		this.byKind.set(kind, times.slice(-maxRemembered));
		const [oldest] = this.byKind.keys();
		if (this.byKind.size > Durations.maxKinds && oldest !== undefined) this.byKind.delete(oldest);
	}

	/** undefined until enough durations have been seen. */
	expect(kind: string): Expectation | undefined {
		const seen = this.byKind.get(kind);
		if (!seen || seen.length < minSeen) return undefined;
		const sorted = [...seen].sort((a, b) => a - b);
		const [shortest = 0] = sorted;
		return {
			typical: sorted[Math.floor(sorted.length / 2)] ?? 0,
			earliest: shortest * earliestFactor,
			longest: sorted.at(-1) ?? 0,
			running: (ageMs) => running(sorted, ageMs),
		};
	}
}

/**
 * The share of jobs that still run at an age, from durations seen (shortest first). n durations cut the time into n + 1
 * parts, and the next job is equally likely to end in each (the rule of succession): the share falls by 1 / (n + 1)
 * from one duration to the next, in a straight line between them. The last part has no end; see `tailExponent`.
 */
function running(sorted: readonly number[], ageMs: number): number {
	const [shortest = 0] = sorted;
	const longest = sorted.at(-1) ?? 0;
	const parts = sorted.length + 1;
	const earliest = shortest * earliestFactor;
	if (ageMs <= earliest) return 1;
	if (ageMs >= longest) return (longest / ageMs) ** tailExponent / parts;
	// Index of the last duration that is not above the age; -1 if all are above it.
	let [low, high] = [-1, sorted.length - 1];
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] ?? 0) <= ageMs) low = middle;
		else high = middle;
	}
	const from = low < 0 ? earliest : (sorted[low] ?? 0);
	const to = sorted[high] ?? from;
	const shareOfPart = to > from ? (ageMs - from) / (to - from) : 0;
	return 1 - (low + 1 + shareOfPart) / parts;
}
