import type { ResultFolder } from './results.ts';
import type { AsyncStore } from './store.ts';

export interface Bounds {
	keepRecordsMs: number;
	maxRecords: number;
	maxResultBytes: number;
}

const pruneEveryMs = 5 * 60_000;
const cleanResultsEveryMs = 3600_000;
/** Between two steps of pruning, so that other operations get in between. */
const stepPauseMs = 50;

/** Keeps the memory within its bounds: in small steps, beside the work, and only while there is some. */
export class Housekeeping {
	readonly #store: AsyncStore;
	readonly #results: ResultFolder | null;
	readonly #bounds: Bounds;
	readonly #now: () => number;
	#prunedAt = -Infinity;
	#cleanedAt = -Infinity;
	#stopped = false;
	#working: Promise<void> = Promise.resolve();

	constructor(store: AsyncStore, results: ResultFolder | null, bounds: Bounds, now: () => number) {
		this.#store = store;
		this.#results = results;
		this.#bounds = bounds;
		this.#now = now;
	}

	/** To be called after each operation; does something every few minutes. */
	tick(): void {
		const now = this.#now();
		const prune = now - this.#prunedAt >= pruneEveryMs;
		const clean = now - this.#cleanedAt >= cleanResultsEveryMs;
		if (prune) this.#prunedAt = now;
		if (clean) this.#cleanedAt = now;
		if (prune || clean) this.#working = this.#working.then(() => this.#work(prune, clean)).catch(() => undefined);
	}

	/** Ends after the step under way. */
	async stop(): Promise<void> {
		this.#stopped = true;
		await this.#working;
	}

	async #work(prune: boolean, clean: boolean): Promise<void> {
		while (prune && !this.#stopped) {
			const { more, files } = await this.#store.call('prune', this.#bounds);
			await this.#results?.remove(files);
			if (!more) break;
			await new Promise((resolve) => setTimeout(resolve, stepPauseMs).unref());
		}
		if (clean && this.#results && !this.#stopped) await this.#cleanResults(this.#results);
	}

	async #cleanResults(results: ResultFolder): Promise<void> {
		await results.remove(await this.#store.call('expireResults', this.#bounds.maxResultBytes));
		// While the store fails it knows no files, and none is a stray one.
		const old = await results.oldFiles();
		const stray = await this.#store.call('strayResults', old);
		if (this.#store.failure === null) await results.remove(stray);
	}
}
