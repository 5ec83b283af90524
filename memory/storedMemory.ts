import { createHmac } from 'node:crypto';
import type { Bounds } from './housekeeping.ts';
import { Housekeeping } from './housekeeping.ts';
import { ResultsInMemory } from './inMemory/resultsInMemory.ts';
import { LearnedWrites } from './learnedWrites.ts';
import type { Events, Journal, Learned, Memory, Results } from './memory.ts';
import { MemoryError } from './memory.ts';
import type { ResultFolder } from './results.ts';
import type { AsyncStore, OperationName, Store } from './store.ts';

/** Ten years, because JSON has no infinite number. */
const longestMs = 10 * 365 * 24 * 3600_000;

export interface MemoryParts {
	store: AsyncStore;
	/** The folder of result files; null if none can be written. */
	results: ResultFolder | null;
	/** The secret of the keyed hashes. */
	secret: () => Uint8Array;
	bounds: Bounds;
	/** The date, ms since the epoch. */
	now: () => number;
	/** A clock for pauses, ms; no change of the date affects it. By default `now`. */
	elapsed?: () => number;
	notice: () => string | null;
	onClose: () => void;
}

/** The port over a store. */
export class StoredMemory implements Memory {
	readonly #parts: MemoryParts;
	readonly #housekeeping: Housekeeping;
	readonly #learned: LearnedWrites;
	readonly #resultsInMemory: ResultsInMemory;
	#closed: Promise<void> | null = null;

	constructor(parts: MemoryParts) {
		this.#parts = parts;
		const { store, results, bounds, now, elapsed = now } = parts;
		this.#housekeeping = new Housekeeping(store, results, bounds, { now, elapsed });
		this.#learned = new LearnedWrites((entries) => store.call('writeLearned', entries));
		this.#resultsInMemory = new ResultsInMemory(bounds.maxResultBytes);
	}

	get problem(): string | null {
		const { failure } = this.#parts.store;
		return failure === null ? null : `Jobs are remembered only until n8n restarts, because ${failure}.`;
	}

	get notice(): string | null {
		return this.#parts.notice();
	}

	readonly journal: Journal = {
		find: (query) => this.#call('find', query),
		begin: (record, limits) => this.#call('begin', record, limits),
		change: (ref, change, options) => this.#call('change', ref, change, { durable: options?.durable === true }),
		take: (ref, options) => this.#call('take', ref, options),
		release: (refs) => this.#call('release', refs),
		finish: (refs, options) => this.#call('finish', refs, options),
		note: (endpointDigest, ends) => this.#call('note', endpointDigest, ends),
		deliver: (refs) => this.#call('deliver', refs),
		takenIds: async (endpointDigest, ids) => new Set(await this.#call('takenIds', endpointDigest, ids)),
		refsOf: async (endpointDigest, ids) => new Map(await this.#call('refsOf', endpointDigest, ids)),
		list: (filter) => this.#call('list', { ...filter, limit: Math.min(filter.limit, Number.MAX_SAFE_INTEGER) }),
		spending: (filter) => this.#call('spending', filter),
		settle: (ref, credentialIds, change, options) =>
			this.#call('settle', ref, credentialIds, change, { delivered: options?.delivered === true }),
		forget: async (refs, credentialIds) => {
			const removed = await this.#call('forget', refs, credentialIds);
			this.#resultsInMemory.remove(removed.refs);
			await this.#parts.results?.remove(removed.files);
			return removed.refs.length;
		},
	};

	readonly events: Events = {
		claim: (scope, id, options) => this.#call('claimEvent', scope, id, options),
		confirm: (scope, id, lineage, { keepMs }) =>
			this.#call('confirmEvent', scope, id, lineage, { keepMs: Math.min(keepMs, longestMs) }),
	};

	readonly learned: Learned = {
		read: async (scope) => ({
			...(await this.#call('readLearned', scope).catch(() => ({}))),
			...this.#learned.unsaved(scope),
		}),
		write: (scope, values) => this.#learned.add(scope, values),
		flush: () => this.#learned.flush(),
	};

	readonly results: Results = {
		put: async (ref, imageIndex, bytes) => this.#putResult({ ref, imageIndex }, bytes),
		get: async (ref, imageIndex) =>
			this.#resultsInMemory.get({ ref, imageIndex }) ??
			(await this.#parts.results?.read({ ref, imageIndex })) ??
			null,
		keep: async (refs, until) => {
			this.#resultsInMemory.keep(refs, until);
			await this.#call('keepResults', refs, until);
		},
	};

	digest(purpose: string, text: string): string {
		return createHmac('sha256', this.#parts.secret())
			.update(`${purpose.length}:${purpose}:${text}`)
			.digest('base64url');
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		this.#parts.onClose();
		await this.#learned.flush();
		await this.#housekeeping.settle();
		await this.#parts.store.close();
	}

	async #call<N extends OperationName>(name: N, ...args: Parameters<Store[N]>): Promise<ReturnType<Store[N]>> {
		if (this.#closed) throw new MemoryError('The job memory is closed.');
		const value = await this.#parts.store.call(name, ...args);
		this.#housekeeping.tick();
		return value;
	}

	/** On disk; if the disk fails, in the memory of this process, like all later operations. */
	async #putResult(file: { ref: string; imageIndex: number }, bytes: Uint8Array): Promise<void> {
		const { results, store, now, elapsed = now } = this.#parts;
		if (results && store.failure === null) {
			try {
				await results.write(file, bytes);
				await this.#call('addResult', file, bytes.length);
				return;
			} catch (error) {
				if (error instanceof MemoryError) throw error;
				store.fail('a result file could not be written');
			}
		}
		this.#resultsInMemory.put(file, bytes, elapsed());
	}
}
