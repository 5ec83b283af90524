import type { AsyncStore, Operation, OperationName, Store } from '../store.ts';
import type { MapStore } from './mapStore.ts';

/** A store in this process's memory, for where no file could be opened. */
export class ProcessStore implements AsyncStore {
	readonly failure: string;
	readonly #maps: MapStore;
	readonly #now: () => number;

	/** @param failure why there is no file, as the end of a sentence */
	constructor(failure: string, maps: MapStore, now: () => number) {
		this.failure = failure;
		this.#maps = maps;
		this.#now = now;
	}

	async call<N extends OperationName>(name: N, ...args: Parameters<Store[N]>): Promise<ReturnType<Store[N]>> {
		const operation: Operation<N> = { name, args, at: Math.round(this.#now()) };
		return this.#maps.run(operation) as ReturnType<Store[N]>;
	}

	/** It fails already. */
	fail(): void {}

	async close(): Promise<void> {}
}
