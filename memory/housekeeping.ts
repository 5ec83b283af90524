import type { ResultFolder } from './results.ts';
import type { AsyncStore } from './store.ts';

export interface Bounds {
	keepRecordsMs: number;
	maxRecords: number;
	maxResultBytes: number;
}

const pruneEveryMs = 5 * 60_000;
const cleanResultsEveryMs = 3600_000;

/** Date and clock may drift apart by this much between two steps, in ms. More means that the date was changed. */
const maxDriftMs = 60_000;
/** After a change of the date nothing is removed for this time, in ms: a date may be wrong for a moment. */
const afterChangeMs = 3600_000;

/** The date in ms since the epoch, and a clock for pauses that no change of the date affects, in ms. */
export interface Times {
	now: () => number;
	elapsed: () => number;
}

/** Keeps the memory within its bounds: in small steps, between operations, and only while there are some. */
export class Housekeeping {
	readonly #store: AsyncStore;
	readonly #results: ResultFolder | null;
	readonly #bounds: Bounds;
	readonly #times: Times;
	/** The date minus the clock, as last seen. */
	#offset: number;
	#nextPruneAt = -Infinity;
	#nextCleaningAt = -Infinity;
	/** The step under way. */
	#step: Promise<void> | null = null;

	constructor(store: AsyncStore, results: ResultFolder | null, bounds: Bounds, times: Times) {
		this.#store = store;
		this.#results = results;
		this.#bounds = bounds;
		this.#times = times;
		this.#offset = times.now() - times.elapsed();
	}

	/** To be called after each operation; takes a step every few minutes, or at once while there is more to remove. */
	tick(): void {
		if (this.#step || this.#times.elapsed() < Math.min(this.#nextPruneAt, this.#nextCleaningAt)) return;
		this.#step = this.#work()
			// A failed step is repeated when the next one is due.
			.catch(() => undefined)
			.finally(() => (this.#step = null));
	}

	/** Resolves when the step under way has ended. */
	async settle(): Promise<void> {
		await this.#step;
	}

	/** Whether the date was changed since the last call. */
	#isDateChanged(): boolean {
		const before = this.#offset;
		this.#offset = this.#times.now() - this.#times.elapsed();
		return Math.abs(this.#offset - before) > maxDriftMs;
	}

	async #work(): Promise<void> {
		const now = this.#times.elapsed();
		if (this.#isDateChanged()) {
			this.#nextPruneAt = this.#nextCleaningAt = now + afterChangeMs;
			return;
		}
		if (now >= this.#nextPruneAt) {
			this.#nextPruneAt = now + pruneEveryMs;
			const { more, files } = await this.#store.call('prune', this.#bounds);
			if (more) this.#nextPruneAt = now;
			await this.#results?.remove(files);
		}
		if (now >= this.#nextCleaningAt) {
			this.#nextCleaningAt = now + cleanResultsEveryMs;
			if (this.#results) await this.#cleanResults(this.#results);
		}
	}

	async #cleanResults(results: ResultFolder): Promise<void> {
		await results.remove(await this.#store.call('expireResults', this.#bounds.maxResultBytes));
		// While the store fails it knows no files, and none is a stray one.
		const old = await results.oldFiles();
		const stray = await this.#store.call('strayResults', old);
		if (this.#store.failure === null) await results.remove(stray);
	}
}
