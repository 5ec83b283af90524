import type { ImageError } from '../model/errors';
import type { JobSnapshot } from '../model/job';
import type { ImageRequest } from '../model/request';

export interface CallOptions {
	signal?: AbortSignal | undefined;
}

/** What a poll learned about one job. */
export type Observation = { ok: true; snapshot: JobSnapshot } | { ok: false; error: ImageError };

/** The parts of an answer that show whether anything was made. */
export interface Answered {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The whole body without secrets; null if it was not read to its end. */
	text: string | null;
}

export interface SubmitCall extends CallOptions {
	/** Sent if the provider takes such a key. Otherwise the provider's own key for the job may be derived from it. */
	idempotencyKey: string;
	/** How long the user waits for the job, in ms. It is the time-out if the provider answers only when it is done. */
	maxWaitMs: number;
	/**
	 * The provider's IDs of what earlier requests of this job made, by part. These parts are not sent again. If every
	 * part is present, nothing is sent.
	 */
	made: ReadonlyMap<number, string>;
	/** If present, nothing more is sent: parts that are not in `made` stay missing for this reason. */
	givenUp?: ImageError | undefined;
	/**
	 * Sends one request that can cost money. The request is recorded before it is sent, and its outcome afterwards.
	 * Every such request of a submit must use this, and no other request may.
	 * @param part the part of the job, from 0
	 * @param call sends this one request; fails with ImageError
	 * @param idOf the provider's ID of what was made; null if the answer contains none
	 */
	paid: <T>(part: number, call: () => Promise<T>, idOf: (answer: T) => string | null) => Promise<T>;
}

export interface LookUpCall extends CallOptions {
	idempotencyKey: string;
	/** The parts that were sent and whose outcome is unknown. */
	parts: readonly number[];
	/** When the first of these requests was sent, ms since the epoch. */
	since: number;
	/** Time since the last of these requests ended on our side, in ms. */
	quietMs: number;
	/** Whether one of the requests timed out. The server may still process it. */
	timedOut: boolean;
	/** Returns the IDs that belong to another job in the memory. */
	takenIds(ids: readonly string[]): Promise<Set<string>>;
	/** IDs of what the provider accepted from us at this endpoint after `since`; newest first, a few dozen at most. */
	laterIds(): Promise<readonly string[]>;
}

/**
 * The result of a look-up. `found`: the IDs of what the requests made, by part. `conclusive`: it is certain that the
 * other parts were not made and will not be made. If it is false, they may still appear; `reason` says why.
 */
export type LookedUp = { found: ReadonlyMap<number, string> } & (
	| { conclusive: true }
	| { conclusive: false; reason: string }
);

/** A job of the provider's list, and what the list reports of its request. */
export interface ListedSnapshot {
	snapshot: JobSnapshot;
	request: Record<string, unknown>;
}

/** The calls of a provider at one endpoint. Every method throws ImageError and nothing else. */
export interface Session {
	/**
	 * Makes one job. The job is running, or it is finished if the provider answers only when it is done. Throws the
	 * error of the first request that failed. If the job needs several requests, a further call with the IDs in `made`
	 * continues it. If some answers contain images, the job keeps these images, and failed requests count as missing
	 * images.
	 */
	submit(request: ImageRequest, options: SubmitCall): Promise<JobSnapshot>;
	/**
	 * Whether an answer to a request that can cost money says for certain that nothing was made and nothing is charged.
	 * This needs the provider's own status *and* body. The page of a gateway is not enough, nor is the text of a 500.
	 */
	isNotAccepted(answer: Answered, request?: ImageRequest): boolean;
	/** Looks up what requests of unknown outcome made; changes nothing. Used only with idempotency `lookup`. */
	lookUp?(request: ImageRequest, options: LookUpCall): Promise<LookedUp>;
	/** Whether `lookUp` can find a job of this request. If it is missing, `lookUp` can find every job. */
	canLookUp?(request: ImageRequest): boolean;
	/**
	 * `lookUp` compares only the key and never finds another request's job. So it is safe if the key may have been used
	 * before.
	 */
	looksUpByKey?: true;
	/**
	 * Polls jobs in as few requests as the provider allows. The result has an entry for every ID.
	 * Throws only if nothing was learned about any of the jobs (no connection, wrong key).
	 */
	poll?(ids: readonly string[], options: CallOptions): Promise<Map<string, Observation>>;
	/**
	 * Snapshots as they arrive over a socket or stream, each with all images known so far. Ends when the job has ended
	 * or the server closes; throws when the connection breaks. It may end without a final status; one poll follows.
	 */
	watch?(id: string, options: CallOptions): AsyncIterable<JobSnapshot>;
	/** Throws `conflict` if the job can no longer be canceled. */
	cancel?(id: string, options: CallOptions): Promise<JobSnapshot>;
	/** Jobs of the endpoint, newest first. Pages are read only as far as the caller reads on; no job comes twice. */
	list?(options: CallOptions): AsyncIterable<ListedSnapshot>;
	/** The models that the server offers now, for the editor's list. Without it the list shows the documented ones. */
	models?(options: CallOptions): Promise<ReadonlyArray<{ value: string; name: string }>>;
}
