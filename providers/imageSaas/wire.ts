import { z } from 'zod4';
import { flag, id, listOf, optionalListOf, statusWord, text, textOrNumber } from '../lenient';

/**
 * The bodies of the API, as in the document and as the real server sends them. Unknown fields and statuses pass, so
 * that a new one does not break a workflow.
 */
const urls = optionalListOf(z.string());

/** An object `{code, message}` if the job failed. The document shows only null; some releases send a text. */
const jobFailure = z
	.union([z.looseObject({ code: textOrNumber, message: text }), z.string()])
	.nullish()
	.catch(undefined);

export const healthAnswer = z.looseObject({ status: z.string(), timestamp: z.string().optional() });

/** Submit and cancel. With a repeated Idempotency-Key the answer also has the fields of a job. */
export const acceptedAnswer = z.looseObject({
	jobId: id,
	status: statusWord,
	resultUrls: urls,
	error: jobFailure,
	createdAt: text,
	updatedAt: text,
});

export const jobAnswer = acceptedAnswer;

export const listedJob = z.looseObject({
	id,
	status: statusWord,
	prompt: text,
	mode: text,
	resultUrls: urls,
	errorCode: textOrNumber,
	errorMessage: text,
	createdAt: text,
	updatedAt: text,
});

/** The document names no field for the next cursor; the real server sends `nextCursor`. */
export const listAnswer = z.looseObject({ items: listOf(listedJob), hasMore: flag, nextCursor: textOrNumber });

export const errorAnswer = z.looseObject({ error: z.string(), message: z.string().optional() });

export const webhookPayload = z.looseObject({
	// The real server sends a number.
	eventId: z.union([z.string().min(1), z.number()]).transform(String),
	jobId: z.string().min(1),
	tenantId: textOrNumber,
	status: z.string(),
	resultUrls: urls,
	error: jobFailure,
	// The range of a Date.
	timestamp: z.number().min(-8.64e15).max(8.64e15).nullish(),
});

export type AcceptedAnswer = z.infer<typeof acceptedAnswer>;
export type JobAnswer = z.infer<typeof jobAnswer>;
export type ListedJob = z.infer<typeof listedJob>;
export type ListAnswer = z.infer<typeof listAnswer>;
export type HealthAnswer = z.infer<typeof healthAnswer>;
export type WebhookPayload = z.infer<typeof webhookPayload>;

/** Body of submit. */
export interface SubmitBody {
	prompt: string;
	mode?: string;
	inputImageUrl?: string;
	resolution?: string;
	aspectRatio?: string;
	sampleCount?: number;
}
