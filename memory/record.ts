import type { JobError } from '../model/errors.ts';
import type { Image, Job, Usage } from '../model/job.ts';

/**
 * The outcome of one request that can cost money. `sent` is written before it is sent. After a crash `sent` means
 * `unknown`.
 */
export type RequestOutcome = 'sent' | 'accepted' | 'notAccepted' | 'unknown';

/** One request that can cost money; a job may need several (NanoBananaPro's `tasks` API sends one per image). */
export interface PaidRequest {
	/** The part of the job that it requests, from 0; 0 if one request makes the whole job. */
	part: number;
	outcome: RequestOutcome;
	/** When it was sent, ms since the epoch. */
	sentAt: number;
	/** The provider's id of the result of this request, if the answer contains one. */
	providerId: string | null;
}

/** Where a job was requested. Names are for people, ids for comparison. */
export interface Origin {
	workflowId: string;
	workflowName: string;
	nodeId: string;
	nodeName: string;
	executionId: string;
	runIndex: number;
	itemIndex: number;
	/** n8n's mode of the execution: `manual`, `trigger`, `webhook`, `retry` and so on. */
	mode: string;
}

/** The endpoint that received the request. */
export interface RecordedEndpoint {
	provider: string;
	/** Its name within the credential. */
	name: string;
	/** Keyed hash of base URL and key, so that a renamed or changed endpoint is noticed. */
	digest: string;
	/** Id of the n8n credential; only a node that holds it may see the record. */
	credentialId: string;
}

/** The cost of a job, as known when it is sent. `usd` null: the price is unknown. */
export interface Cost {
	images: number;
	usd: number | null;
}

/** The data that is needed to return a job again: plain JSON, without bytes and without the provider's raw answer. */
export interface StoredSnapshot {
	job: Job;
	images: Array<
		Image & { /** The bytes came inside the answer and lie in the memory's result files. */ stored?: true }
	>;
	usage?: Usage;
	/** The JSON of the item of an operation of a provider node that is not a job with images (a chat, a tool). */
	output?: Readonly<Record<string, unknown>>;
}

/** The state of a job. `ended` and `accepted` hold the last snapshot; `unknown` and `notAccepted` the error. */
export type RecordState =
	| { state: 'sent' }
	| { state: 'unknown'; error: JobError }
	| { state: 'notAccepted'; error: JobError }
	| { state: 'accepted'; snapshot: StoredSnapshot }
	| { state: 'ended'; snapshot: StoredSnapshot };

export type StateName = RecordState['state'];

/** The item that a job belongs to: these fields change when a record is adopted. */
export interface Claimant {
	/** Idempotency key of the item with its attempt; unique in the journal. */
	key: string;
	/** The key without the attempt: all attempts of one item share it. */
	baseKey: string;
	/** 0 for the first attempt; +1 when a job has failed and the item is tried again. */
	attempt: number;
	/**
	 * Stays the same when n8n repeats an execution. A sub-workflow has the lineage of the first calling execution.
	 */
	lineage: string;
	/**
	 * Id of the first calling execution. It changes when n8n repeats that execution, so it differs between the attempts
	 * of a lineage.
	 */
	rootExecutionId: string;
	origin: Origin;
	/** The day in the workflow's time zone, `YYYY-MM-DD`, for budgets. */
	day: string;
}

/** One job, from before its first paid request leaves. Holds no secret and no prompt. Times are ms since the epoch. */
export type JobRecord = Claimant &
	RecordState & {
		/**
		 * Our own id of the job: 12 lower-case letters and digits, safe in file names. Equal refs are the same job.
		 */
		ref: string;
		/** The key that the provider was or will be given; an adopted record keeps the first one. */
		wireKey: string;
		/** Keyed hash of all that decides the picture, the provider included. */
		request: string;
		/** Model, for spending by model; null: the provider's default. */
		model: string | null;
		endpoint: RecordedEndpoint;
		cost: Cost;
		requests: readonly PaidRequest[];
		createdAt: number;
		updatedAt: number;
		/** Id of the execution that requested it first, if another one has adopted it. */
		adoptedFrom: string | null;
		/** When n8n has saved an item with this ref: seen in its data, or assumed. */
		deliveredAt: number | null;
		/**
		 * Who holds it now. `free`: its execution has ended or its process has died. `mine`: this process. `other`:
		 * another living process. While `busy`, a node run works on it.
		 */
		held: 'free' | 'mine' | 'other';
		busy: boolean;
	};

/** The data of a new record; the store adds times, owner and state `sent`. */
export type NewRecord = Claimant &
	Pick<JobRecord, 'ref' | 'wireKey' | 'request' | 'model' | 'endpoint' | 'cost' | 'requests'>;

/** The fields that may change in a record that this process holds. */
export interface RecordChange {
	state?: RecordState;
	/** Replaces the whole list. */
	requests?: readonly PaidRequest[];
	cost?: Cost;
}
