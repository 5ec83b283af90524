import type { JobError } from '../model/errors.ts';
import type { Image, Job, Usage } from '../model/job.ts';

/**
 * What became of one request that can cost money. `sent` is written before it leaves; a crash leaves it so, and it then
 * means `unknown`.
 */
export type RequestOutcome = 'sent' | 'accepted' | 'notAccepted' | 'unknown';

/** One request that can cost money; a job may need several (NanoBananaPro's `tasks` API sends one per image). */
export interface PaidRequest {
	/** Which part of the job it was for, from 0; 0 where one request makes the whole job. */
	part: number;
	outcome: RequestOutcome;
	/** When it was sent, ms since the epoch. */
	sentAt: number;
	/** The provider's id of what this request made, where the answer named one. */
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

/** What a job costs, as far as it is known when it is sent. `usd` null: the price is not known. */
export interface Cost {
	images: number;
	usd: number | null;
}

/** What is needed to give a job again: plain JSON, without bytes and without the provider's raw answer. */
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

/** Who wants a job now: these fields change when a record is adopted. */
export interface Claimant {
	/** Idempotency key of the item with its attempt; unique in the journal. */
	key: string;
	/** The key without the attempt: all attempts of one item share it. */
	baseKey: string;
	/** 0 for the first; counted up when a job ended in failure and the item is tried again. */
	attempt: number;
	/**
	 * What stays the same when n8n repeats an execution; of a sub-workflow, that of the execution that called it first.
	 */
	lineage: string;
	/**
	 * Id of the execution at the top: it changes when n8n repeats it, and differs between the attempts of a lineage.
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
		 * Our own name of the job: 12 lower-case letters and digits, safe in file names. Equal refs are the same job.
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
		/** Id of the execution that requested it first, where another one has adopted it. */
		adoptedFrom: string | null;
		/** When n8n was seen, or may be trusted, to have saved an item with this ref. */
		deliveredAt: number | null;
		/**
		 * Whose it is now. `free`: its execution has ended or its process is gone. `mine`: of this process. `other`: of
		 * another process that lives. A node run is at work on it while `busy`.
		 */
		held: 'free' | 'mine' | 'other';
		busy: boolean;
	};

/** What a record is begun with; the store adds times, owner and state `sent`. */
export type NewRecord = Claimant &
	Pick<JobRecord, 'ref' | 'wireKey' | 'request' | 'model' | 'endpoint' | 'cost' | 'requests'>;

/** What may change of a record that this process holds. */
export interface RecordChange {
	state?: RecordState;
	/** Replaces the whole list. */
	requests?: readonly PaidRequest[];
	cost?: Cost;
}
