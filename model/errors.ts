/**
 * The error taxonomy: the only codes for users, workflows and tests. Codes of providers are mapped to these.
 * `retryable` says whether the same request can succeed later without being changed.
 */
const retryableByCode = {
	auth: false,
	invalidRequest: false,
	notFound: false,
	conflict: false,
	rateLimited: true,
	quotaExceeded: false,
	contentRejected: false,
	overloaded: true,
	upstream: true,
	timeout: true,
	network: true,
	malformedResponse: true,
	canceled: false,
} as const;

export type ErrorCode = keyof typeof retryableByCode;

export const errorCodes = Object.keys(retryableByCode) as ErrorCode[];

/** Why a job failed, as shown in an item (`job.error`). It never contains a secret: see http/redact. */
export interface JobError {
	code: ErrorCode;
	message: string;
	/** What the user can do about it; null if there is no general advice. */
	hint: string | null;
	retryable: boolean;
	/** HTTP status of the answer with the error; null if there is none. */
	httpStatus: number | null;
	/** The pause that the provider requested, in ms; absent if it requested none. */
	retryAfterMs?: number;
	/** `unknown`: the provider may have made and charged the job anyway. Absent if the outcome is certain. */
	outcome?: 'unknown';
}

/**
 * How far a request got, which decides whether repeating it can pay twice.
 * - `notSent`: nothing reached the provider; repeating is free.
 * - `ambiguous`: it was sent, but no answer arrived; the provider may have made the job.
 * - `answered`: the provider answered with an error.
 */
export type Delivery = 'notSent' | 'ambiguous' | 'answered';

export interface ImageErrorOptions {
	message: string;
	hint?: string | null;
	/** Only where it differs from the code's own. */
	retryable?: boolean;
	httpStatus?: number | null;
	/** The pause that the provider requested, in milliseconds. */
	retryAfterMs?: number | null;
	delivery?: Delivery;
	/** The outcome of the requests that can cost money, if it was decided (jobs/submission/outcome.ts). */
	outcome?: 'notAccepted' | 'unknown' | undefined;
	cause?: unknown;
}

/** An error of the taxonomy. Every layer below the nodes throws this and nothing else. */
export class ImageError extends Error {
	override readonly name = 'ImageError';
	readonly code: ErrorCode;
	readonly hint: string | null;
	readonly retryable: boolean;
	readonly httpStatus: number | null;
	readonly retryAfterMs: number | null;
	readonly delivery: Delivery;
	readonly outcome: 'notAccepted' | 'unknown' | undefined;

	constructor(code: ErrorCode, options: ImageErrorOptions) {
		super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = code;
		this.hint = options.hint ?? null;
		this.retryable = options.retryable ?? retryableByCode[code];
		this.httpStatus = options.httpStatus ?? null;
		this.retryAfterMs = options.retryAfterMs ?? null;
		this.delivery = options.delivery ?? 'answered';
		this.outcome = options.outcome;
	}

	/** The part of it that belongs in an item. */
	toJobError(): JobError {
		return jobError(this.code, this);
	}
}

/** A job's own failure, as its provider reports it. */
export function jobError(
	code: ErrorCode,
	detail: Pick<ImageErrorOptions, 'message' | 'hint' | 'retryable' | 'httpStatus' | 'retryAfterMs' | 'outcome'>,
): JobError {
	return {
		code,
		message: detail.message,
		hint: detail.hint ?? null,
		retryable: detail.retryable ?? retryableByCode[code],
		httpStatus: detail.httpStatus ?? null,
		...(typeof detail.retryAfterMs === 'number' ? { retryAfterMs: detail.retryAfterMs } : {}),
		...(detail.outcome === 'unknown' ? { outcome: detail.outcome } : {}),
	};
}

const ofTheEndpoint: readonly ErrorCode[] = ['auth', 'network', 'timeout', 'rateLimited', 'overloaded', 'canceled'];

/** Whether a failure concerns the connection or the account, not only the polled job. */
export function concernsEndpoint({ code }: Pick<ImageError, 'code'>): boolean {
	return ofTheEndpoint.includes(code);
}

/** The error of a stopped execution. n8n recognizes a stop by the word "canceled" in the message. */
export const executionCanceled = 'The execution was canceled';

/** The result or the error of work that may fail, so that a caller needs no catch. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: ImageError };

export function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
	return work.then(
		(value) => ({ ok: true, value }),
		(thrown: unknown) => ({ ok: false, error: toImageError(thrown) }),
	);
}

/** As `outcomeOf`, for work that is done at once. */
export function outcomeOfSync<T>(work: () => T): Outcome<T> {
	try {
		return { ok: true, value: work() };
	} catch (thrown) {
		return { ok: false, error: toImageError(thrown) };
	}
}

/** Converts any thrown value to an error of the taxonomy; an unknown error becomes `upstream`, not retryable. */
export function toImageError(thrown: unknown): ImageError {
	if (thrown instanceof ImageError) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return new ImageError('upstream', { message, retryable: false, cause: thrown });
}
