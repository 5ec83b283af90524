import type { Begun, BudgetLimit, Json, Query, RecordFilter, SpendingRow } from './memory.ts';
import type { Claimant, JobRecord, NewRecord, RecordChange, StoredSnapshot } from './record.ts';

/** One file of `Results`. */
export interface ResultFile {
	ref: string;
	imageIndex: number;
}

/** One value of `Learned`. */
export interface LearnedEntry {
	scope: string;
	name: string;
	value: Json;
}

/**
 * What every store can do, as plain synchronous operations on JSON values. The SQLite store runs them in its worker
 * thread, the in-memory store in this thread. Their meaning is the same as in the port (memory.ts).
 */
export interface Store {
	find: (query: Query) => JobRecord[];
	begin: (record: NewRecord, limits: readonly BudgetLimit[]) => Begun;
	change: (ref: string, change: RecordChange, options: { durable: boolean }) => boolean;
	take: (ref: string, options: { seenKey: string; as?: Claimant; adoptedFrom?: string }) => JobRecord | null;
	release: (refs: readonly string[]) => void;
	finish: (refs: readonly string[], options: { delivered: boolean }) => void;
	note: (endpointDigest: string, ends: ReadonlyArray<{ ref: string; snapshot: StoredSnapshot }>) => void;
	deliver: (refs: readonly string[]) => void;
	takenIds: (endpointDigest: string, providerIds: readonly string[]) => string[];
	refsOf: (endpointDigest: string, providerIds: readonly string[]) => Array<[providerId: string, ref: string]>;
	list: (filter: RecordFilter) => JobRecord[];
	spending: (filter: Omit<RecordFilter, 'limit'>) => SpendingRow[];
	settle: (
		ref: string,
		credentialIds: readonly string[],
		change: RecordChange,
		options: { delivered: boolean },
	) => boolean;
	/** Gives the refs of what was removed, and the result files that have lost their record. */
	forget: (refs: readonly string[], credentialIds: readonly string[]) => { refs: string[]; files: ResultFile[] };

	claimEvent: (
		scope: string,
		id: string,
		options: { claimMs: number; keepMs: number },
	) => 'claimed' | 'open' | 'confirmed';
	confirmEvent: (scope: string, id: string, lineage: string, options: { keepMs: number }) => boolean;

	readLearned: (scope: string) => Record<string, Json>;
	writeLearned: (entries: readonly LearnedEntry[]) => void;

	addResult: (file: ResultFile, bytes: number) => void;
	keepResults: (refs: readonly string[], until: number) => void;
	/** Drops entries whose time is over, and the oldest ones beyond `maxBytes`. Gives the files to delete. */
	expireResults: (maxBytes: number) => ResultFile[];
	/** Which of these files have no entry. */
	strayResults: (files: readonly ResultFile[]) => ResultFile[];

	/** Removes a few hundred records and events beyond the bounds. `more`: another step is needed. */
	prune: (bounds: { keepRecordsMs: number; maxRecords: number }) => { more: boolean; files: ResultFile[] };
}

export type OperationName = keyof Store;

/** The asynchronous interface of a store: it runs in another thread, or uses the memory of this process. */
export interface AsyncStore {
	/** Why data is not saved beyond this process now, as the end of a sentence; null if it is saved. */
	readonly failure: string | null;
	/** Rejects with `MemoryError` if the operation cannot be carried out. */
	call<N extends OperationName>(name: N, ...args: Parameters<Store[N]>): Promise<ReturnType<Store[N]>>;
	/** Reports that something that this store depends on has failed. */
	fail(reason: string): void;
	close(): Promise<void>;
}

/** One call of a store, as it travels to the worker. */
export interface Operation<N extends OperationName = OperationName> {
	name: N;
	args: Parameters<Store[N]>;
	/** The time of the call, ms since the epoch: the clock is the caller's. */
	at: number;
}

const reads: readonly OperationName[] = [
	'find',
	'takenIds',
	'refsOf',
	'list',
	'spending',
	'readLearned',
	'strayResults',
];

/** Whether an operation leaves the store as it is. */
export function isRead(operation: Operation): boolean {
	return reads.includes(operation.name);
}

/** Whether an operation must be on disk before it is answered. */
export function isDurable(operation: Operation): boolean {
	if (operation.name === 'begin') return true;
	return operation.name === 'change' && (operation as Operation<'change'>).args[2].durable;
}

/** Runs an operation on a store. The caller has set the store's clock to `operation.at`. */
export function perform(store: Store, operation: Operation): unknown {
	return Reflect.apply(store[operation.name], store, operation.args);
}
