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

/** An endpoint that was asked for a job, or would have been, and did not make it. */
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
	/** The provider's id; null when no job was ever made (a refused submit). */
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
	/** Which of the credential's endpoints runs it; absent where there was no choice. */
	endpoint?: string;
	/** Those that were asked before it and did not make the job; absent where none was. */
	attempts?: Attempt[];
	/**
	 * Our own name of the job, 12 lower-case letters and digits: the same wherever the job turns up, safe in file
	 * names.
	 */
	ref?: string;
	/** Id of the execution that had the job made, where this one took it over. */
	adoptedFrom?: string;
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

/** What a job used, from a provider that tells. */
export interface Usage {
	model: string;
	/** Tokens; null where the provider does not say. */
	inputTokens: number | null;
	outputTokens: number | null;
	totalTokens: number | null;
	/** US dollars, by the model's published prices; null where those are not known. */
	estimatedUsd: number | null;
}

/** What a provider said of a job at one moment. `raw` is its own answer, without secrets. */
export interface JobSnapshot {
	job: Job;
	images: DeliveredImage[];
	raw: unknown;
	usage?: Usage;
	/** What an operation of a provider node gave, where it is no job with images (a chat, a tool): its item's JSON. */
	output?: Readonly<Record<string, unknown>>;
}
