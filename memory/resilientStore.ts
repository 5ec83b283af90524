import { StoreFailure } from './failure.ts';
import type { Times } from './housekeeping.ts';
import type { MapStore } from './inMemory/mapStore.ts';
import type { AsyncStore, Operation, OperationName, Store } from './store.ts';
import { isRead } from './store.ts';

/** A store that outlives this process, and can fail. */
export interface LastingStore {
	/** Rejects with `StoreFailure` if the store itself failed; then no operation was carried out. */
	call(operation: Operation): Promise<unknown>;
	/** Makes a store that failed usable again. Rejects with `StoreFailure`. */
	restore(): Promise<void>;
	close(): Promise<void>;
}

/** How long after a failure the store is tried again, in ms. */
export const retryAfterMs = 60_000;
/** Maximum number of operations that are kept for the store while it fails: about 30 MB. */
const maxLogged = 20_000;

interface Outage {
	/** Why, as the end of a sentence. */
	reason: string;
	fallback: MapStore;
	/** The operations that the lasting store has missed, oldest first. */
	missed: Operation[];
	triedAt: number;
}

/**
 * A lasting store with a fallback to the memory of this process. If an operation fails in the lasting store, it runs in
 * the fallback. After a minute the lasting store is tried again and gets the missed changes.
 */
export class ResilientStore implements AsyncStore {
	readonly #lasting: LastingStore;
	readonly #makeFallback: () => MapStore;
	readonly #now: () => number;
	readonly #elapsed: () => number;
	#outage: Outage | null = null;
	#restoring: Promise<void> | null = null;

	constructor(lasting: LastingStore, makeFallback: () => MapStore, times: Times) {
		this.#lasting = lasting;
		this.#makeFallback = makeFallback;
		this.#now = times.now;
		this.#elapsed = times.elapsed;
	}

	/** Why the lasting store is not used now, as the end of a sentence; null if it is used. */
	get failure(): string | null {
		return this.#outage?.reason ?? null;
	}

	async call<N extends OperationName>(name: N, ...args: Parameters<Store[N]>): Promise<ReturnType<Store[N]>> {
		const operation: Operation<N> = { name, args, at: Math.round(this.#now()) };
		return (await this.#carryOut(operation)) as ReturnType<Store[N]>;
	}

	/** Switches to the memory of this process: a part that the lasting store depends on has failed. */
	fail(reason: string): void {
		this.#outage ??= { reason, fallback: this.#makeFallback(), missed: [], triedAt: this.#elapsed() };
	}

	async close(): Promise<void> {
		await this.#restoring;
		await this.#lasting.close();
	}

	async #carryOut(operation: Operation): Promise<unknown> {
		if (this.#outage) await this.#tryRestore(this.#outage);
		if (!this.#outage) {
			try {
				return await this.#lasting.call(operation);
			} catch (error) {
				if (!(error instanceof StoreFailure)) throw error;
				this.fail(error.message);
			}
		}
		return this.#onFallback(operation);
	}

	#onFallback(operation: Operation): unknown {
		// Between the failure and now the store may have been restored; it was failing when this operation was tried.
		if (!this.#outage) return this.#carryOut(operation);
		const { fallback, missed } = this.#outage;
		const value = fallback.run(operation);
		if (!isRead(operation) && operation.name !== 'prune') {
			missed.push(operation);
			if (missed.length > maxLogged) missed.shift();
		}
		return value;
	}

	/** One try at a time; operations wait for it, so that none is missed by both stores. */
	async #tryRestore(outage: Outage): Promise<void> {
		if (!this.#restoring && this.#elapsed() - outage.triedAt >= retryAfterMs) {
			outage.triedAt = this.#elapsed();
			this.#restoring = this.#restore(outage).finally(() => (this.#restoring = null));
		}
		await this.#restoring;
	}

	async #restore(outage: Outage): Promise<void> {
		try {
			await this.#lasting.restore();
			while (outage.missed.length > 0) {
				const batch = outage.missed.slice(0, 500);
				await Promise.all(batch.map((operation) => this.#repeat(operation)));
				outage.missed.splice(0, batch.length);
			}
			this.#outage = null;
		} catch (error) {
			outage.reason = error instanceof Error ? error.message : String(error);
		}
	}

	/** What the store itself declined, such as a record that another process began meanwhile, is not tried again. */
	async #repeat(operation: Operation): Promise<void> {
		try {
			await this.#lasting.call(withoutLimits(operation));
		} catch (error) {
			if (error instanceof StoreFailure) throw error;
		}
	}
}

/** A begun job keeps its budget: limits are not checked again. */
function withoutLimits(operation: Operation): Operation {
	if (operation.name !== 'begin') return operation;
	const [record] = (operation as Operation<'begin'>).args;
	return { ...operation, args: [record, []] };
}
