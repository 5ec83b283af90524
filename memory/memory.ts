import type { Claimant, Cost, JobRecord, NewRecord, RecordChange, StateName, StoredSnapshot } from './record.ts';

/**
 * What must outlive a call. Callers know these parts and no store. Every method may be called from many executions at
 * once; none blocks the event loop. Methods reject only when the store itself fails (`MemoryError`).
 */
export interface Memory {
	readonly journal: Journal;
	readonly events: Events;
	readonly learned: Learned;
	readonly results: Results;
	/**
	 * Why nothing outlives this process, in one sentence for the user; null where it does. A node with a limit per
	 * day then sends nothing.
	 */
	readonly problem: string | null;
	/**
	 * What else the user should know once, in one sentence: a damaged file was set aside. Null where there is nothing.
	 */
	readonly notice: string | null;
	/**
	 * Keyed hash (HMAC-SHA-256, base64url, 43 characters) by a secret that is drawn once and kept in the memory.
	 * @param purpose keeps equal texts of different meanings apart
	 */
	digest(purpose: string, text: string): string;
	/** Lets go of what this process holds, as its death would. */
	close(): Promise<void>;
}

/** The store has failed: disk full, file locked for long, worker gone. */
export class MemoryError extends Error {
	override readonly name = 'MemoryError';
}

export type Query =
	/** Every attempt of one item, the latest first, delivered or not. */
	| { by: 'baseKey'; baseKey: string; credentialIds: readonly string[] }
	/**
	 * Jobs of the same workflow, node and request that another attempt of the same lineage requested; without those
	 * that were not accepted, failed or were canceled; delivered or not, oldest first.
	 */
	| {
			by: 'earlierAttempts';
			workflowId: string;
			nodeId: string;
			requests: readonly string[];
			lineage: string;
			exceptRootExecutionId: string;
			credentialIds: readonly string[];
	  }
	/**
	 * Jobs of the same workflow, node and request that another lineage requested since a moment and that are not
	 * delivered; without those that were not accepted, failed or were canceled; oldest first. Those of living
	 * executions are among them (`held`).
	 */
	| {
			by: 'orphans';
			workflowId: string;
			nodeId: string;
			requests: readonly string[];
			exceptLineage: string;
			since: number;
			credentialIds: readonly string[];
	  }
	/**
	 * Jobs of the same request, from any node, that ended `succeeded` since a moment, delivered or not; newest first.
	 */
	| { by: 'success'; requests: readonly string[]; since: number; credentialIds: readonly string[] };

/**
 * A limit that is checked in the transaction that begins a record: the sum over all records but those that were not
 * accepted, with the new one.
 */
export interface BudgetLimit {
	/** The words for it in a message: `in this execution`, `today`. */
	name: string;
	/** Which records count. */
	over: { workflowId: string; nodeId: string; day: string } | { lineage: string; nodeId: string };
	images?: number | undefined;
	usd?: number | undefined;
}

export type Begun =
	| { kind: 'begun'; record: JobRecord }
	/** The key has a record already, and not one that was not accepted: nothing was written. */
	| { kind: 'exists'; record: JobRecord }
	| { kind: 'overBudget'; limit: BudgetLimit; spent: { images: number; usd: number } };

/** Which records Image Jobs lists. Absent fields do not narrow. */
export interface RecordFilter {
	credentialIds: readonly string[];
	states?: readonly StateName[] | undefined;
	/** true: delivered ones; false: those that were not. */
	delivered?: boolean | undefined;
	/** true: jobs that failed or were canceled. */
	failed?: boolean | undefined;
	refs?: readonly string[] | undefined;
	workflowId?: string | undefined;
	executionId?: string | undefined;
	/** Created in this span, ms since the epoch. */
	since?: number | undefined;
	until?: number | undefined;
	/** Most records given, newest first. */
	limit: number;
}

export interface SpendingRow {
	provider: string;
	model: string | null;
	workflowId: string;
	workflowName: string;
	day: string;
	jobs: number;
	images: number;
	/** Sum of known prices. */
	usd: number;
	/** Jobs whose price is not known. */
	unpriced: number;
	/** Jobs whose outcome is unknown; they count. */
	unknown: number;
}

/** One record per job. */
export interface Journal {
	find(query: Query): Promise<JobRecord[]>;
	/**
	 * Writes a record with state `sent` and its first request under way, held and busy by this process, and makes it
	 * durable (full sync) before it resolves. A record of the same key that was not accepted is
	 * replaced.
	 */
	begin(record: NewRecord, limits: readonly BudgetLimit[]): Promise<Begun>;
	/**
	 * Changes a record that this process holds; false where it no longer does. `durable`: full sync, before a further
	 * paid request.
	 */
	change(ref: string, change: RecordChange, options?: { durable?: boolean }): Promise<boolean>;
	/**
	 * Takes a record for this process and marks it busy; with `as`, also for that claimant. Null if that is impossible:
	 * another living process holds the record, it is busy in this process, it is deleted, or its key has changed.
	 */
	take(ref: string, options: { seenKey: string; as?: Claimant; adoptedFrom?: string }): Promise<JobRecord | null>;
	/** The node run has ended: no node run works on these any more. Only records that this process holds change. */
	release(refs: readonly string[]): Promise<void>;
	/** The execution has ended: its process no longer holds these. Only records that this process holds change. */
	finish(refs: readonly string[], options: { delivered: boolean }): Promise<void>;
	/**
	 * How an accepted job ended, learned from a poll or a webhook; the process need not hold it. Records that
	 * are not `accepted`, at another endpoint or unknown stay as they are, and so does one whose job has another id
	 * than the snapshot: the end of one part, as in a provider's list, is not the end of the whole job.
	 */
	note(endpointDigest: string, ends: ReadonlyArray<{ ref: string; snapshot: StoredSnapshot }>): Promise<void>;
	/** These refs were found in n8n's saved data of an execution. */
	deliver(refs: readonly string[]): Promise<void>;
	/** The ids among these that already belong to a record of the endpoint. */
	takenIds(endpointDigest: string, providerIds: readonly string[]): Promise<Set<string>>;
	/**
	 * Our refs of an endpoint's jobs, by the provider's id: the job's, its part before `~`, or that of the
	 * request that made it. Left out are ids that the journal does not know, and those of one of several requests: that
	 * is a part, and its images are not those of the job. Of several records the latest begun counts.
	 */
	refsOf(endpointDigest: string, providerIds: readonly string[]): Promise<Map<string, string>>;
	list(filter: RecordFilter): Promise<JobRecord[]>;
	spending(filter: Omit<RecordFilter, 'limit' | 'refs' | 'delivered' | 'failed' | 'states'>): Promise<SpendingRow[]>;
	/**
	 * The user has checked at the provider: an `unknown` or abandoned `sent` record gets the found outcome. False if
	 * there is no such record, or it is busy. `delivered`: it has nothing to deliver, and counts as delivered from the
	 * same transaction on.
	 */
	settle(
		ref: string,
		credentialIds: readonly string[],
		change: RecordChange,
		options?: { delivered?: boolean },
	): Promise<boolean>;
	/** Removes records, their result files with them; busy ones stay. Gives how many. */
	forget(refs: readonly string[], credentialIds: readonly string[]): Promise<number>;
}

/** What must run once. */
export interface Events {
	/**
	 * Claims an event for `claimMs`. `claimed`: the caller may hand it on. `open`: another claim has not
	 * expired. `confirmed`: it was run.
	 * @param id names the event uniquely within its scope
	 * @param keepMs how long a confirmed event is remembered
	 */
	claim(
		scope: string,
		id: string,
		options: { claimMs: number; keepMs: number },
	): Promise<'claimed' | 'open' | 'confirmed'>;
	/**
	 * The event runs, in this lineage. False where another lineage has confirmed it: this execution is a repeat and
	 * must end empty.
	 */
	confirm(scope: string, id: string, lineage: string, options: { keepMs: number }): Promise<boolean>;
}

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What was learned of endpoints. Small; losing it costs speed, never money. The last writer of a name wins. */
export interface Learned {
	/** Every value of a scope, by name. */
	read(scope: string): Promise<Record<string, Json>>;
	/** Keeps values; written together at most once a second. Never rejects. */
	write(scope: string, values: Readonly<Record<string, Json>>): void;
	/** Resolves when all values passed to `write` are on disk. */
	flush(): Promise<void>;
}

/** Pictures that came inside an answer, kept until they are certainly delivered. */
export interface Results {
	/** Keeps the bytes of an image, durable before it resolves. Rejects with `MemoryError`. */
	put(ref: string, imageIndex: number, bytes: Uint8Array): Promise<void>;
	/** Null if they are not available any more. */
	get(ref: string, imageIndex: number): Promise<Buffer | null>;
	/** Sets until when the pictures of these jobs are kept, ms since the epoch; the default is a day. */
	keep(refs: readonly string[], until: number): Promise<void>;
}

/** Where the memory is kept and how much of it. Times in ms. */
export interface MemoryOptions {
	/** A folder on a local disk; it is created if it is missing. */
	folder: string;
	/** Wall clock, ms since the epoch. */
	now?: () => number;
	/** Clock of this process for pauses, ms; by default as `now` if that is given. */
	elapsed?: () => number;
	/** How long records are kept; at least the current day and the day before. */
	keepRecordsMs?: number;
	/** Maximum number of records; ended and delivered ones are removed first. */
	maxRecords?: number;
	/** Maximum bytes of result files; the oldest are removed first. */
	maxResultBytes?: number;
}

export type { Claimant, Cost, JobRecord, NewRecord, RecordChange };
