import type { ErrorCode, JobError } from './errors';

/**
 * queued → running → succeeded | partial | failed | canceled, with retrying beside running.
 * `partial`: the job ended with fewer images than were asked for.
 */
export const jobStatuses = ['queued', 'running', 'retrying', 'succeeded', 'partial', 'failed', 'canceled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

const terminal = ['succeeded', 'partial', 'failed', 'canceled'] as const satisfies readonly JobStatus[];
export type TerminalStatus = (typeof terminal)[number];

/** Whether a job with this status will never change again. */
export function isTerminal(status: JobStatus): status is TerminalStatus {
	return (terminal as readonly JobStatus[]).includes(status);
}

/** An endpoint that was tried, or skipped, and did not make the job. */
export interface Attempt {
	provider: string;
	/** Its name in the credential. */
	endpoint: string;
	code: ErrorCode;
	message: string;
}

/** What a provider runs for a request. Unknown numbers are null, never 0; times are ISO 8601. */
export interface Job {
	provider: string;
	/** The provider's id; null if no job was made (a submit that was not accepted). */
	id: string | null;
	status: JobStatus;
	/** Percent, 0–100. */
	progress: number | null;
	/** Images asked for. */
	total: number | null;
	/** Images ready. */
	completed: number | null;
	error: JobError | null;
	idempotencyKey: string | null;
	createdAt: string | null;
	updatedAt: string | null;
	/** The endpoint of the credential that runs it; absent if the credential has only one. */
	endpoint?: string;
	/** Endpoints that were tried before and did not make the job; absent if there are none. */
	attempts?: Attempt[];
	/**
	 * Our own id of the job, 12 lower-case letters and digits: the same in all items and records, and safe in file
	 * names.
	 */
	ref?: string;
	/** Id of the execution that requested the job, if this execution adopted it. */
	adoptedFrom?: string;
}

/** A job with a known provider and no other data. */
export function blankJob(provider: string): Job {
	return {
		provider,
		id: null,
		status: 'queued',
		progress: null,
		total: null,
		completed: null,
		error: null,
		idempotencyKey: null,
		createdAt: null,
		updatedAt: null,
	};
}

/** One result of a job. `url` is absolute; null when the picture came inside the answer. */
export interface Image {
	index: number;
	url: string | null;
	fileName: string;
	mimeType: string | null;
	width: number | null;
	height: number | null;
	bytes: number | null;
	seed: number | null;
}

/** One image with the bytes that came inside the answer, for providers that send them so. */
export interface DeliveredImage extends Image {
	inline?: Buffer;
}

/** What a job used, if the provider reports it. */
export interface Usage {
	model: string;
	/** Tokens; null if the provider does not report them. */
	inputTokens: number | null;
	outputTokens: number | null;
	totalTokens: number | null;
	/** US dollars, by the model's published prices; null if they are unknown. */
	estimatedUsd: number | null;
}

/** The state of a job that the provider reported at one moment. `raw` is the provider's own answer, without secrets. */
export interface JobSnapshot {
	job: Job;
	images: DeliveredImage[];
	raw: unknown;
	usage?: Usage;
	/** The result of an operation of a provider node without images (a chat, a tool): the JSON of its item. */
	output?: Readonly<Record<string, unknown>>;
}
