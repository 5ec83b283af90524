/** How long jobs of a kind run, as far as it has been seen; ms. */
export interface Expectation {
	/** Nearly none ends sooner. */
	earliest: number;
	typical: number;
	/** Nearly all have ended. */
	latest: number;
}

/** So many of the last are remembered, and so few say nothing yet. */
const kept = 64;
const enough = 8;
/** Kinds remembered: those not seen for longest are forgotten. */
const mostKinds = 200;

/** Durations of the jobs of an endpoint by kind (model, size, count). */
export class Durations {
	/** Least recently seen first, as a Map keeps them. */
	private readonly byKind = new Map<string, number[]>();

	record(kind: string, ms: number): void {
		const seen = this.byKind.get(kind) ?? [];
		this.byKind.delete(kind);
		this.byKind.set(kind, [...seen, ms].slice(-kept));
		const [oldest] = this.byKind.keys();
		if (this.byKind.size > mostKinds && oldest !== undefined) this.byKind.delete(oldest);
	}

	/** undefined until enough have been seen. */
	expect(kind: string): Expectation | undefined {
		const seen = this.byKind.get(kind);
		if (!seen || seen.length < enough) return undefined;
		const sorted = [...seen].sort((a, b) => a - b);
		const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
		return { earliest: at(0) * 0.9, typical: at(0.5), latest: at(0.95) };
	}
}
