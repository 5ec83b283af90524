import { z } from 'zod/v4';

/**
 * What travels, as the document shows it and the real server sends it. Unknown fields are let through, unknown
 * statuses too: a provider that adds one must not break a workflow.
 */
const urls = z
	.array(z.string())
	.nullish()
	.transform((list) => list ?? []);

/** An object `{code, message}` where the job failed; the document shows only null, some releases send a text. */
const jobFailure = z.union([z.looseObject({ code: z.string().nullish(), message: z.string().nullish() }), z.string()]).nullish();

export const healthAnswer = z.looseObject({ status: z.string(), timestamp: z.string().optional() });

/** Submit and cancel. A replayed Idempotency-Key answers with the fields of a job besides. */
export const acceptedAnswer = z.looseObject({ jobId: z.string().min(1), status: z.string(), resultUrls: urls, error: jobFailure, createdAt: z.string().nullish(), updatedAt: z.string().nullish() });

export const jobAnswer = acceptedAnswer;

export const listedJob = z.looseObject({
	id: z.string().min(1),
	status: z.string(),
	prompt: z.string().nullish(),
	mode: z.string().nullish(),
	resultUrls: urls,
	errorCode: z.string().nullish(),
	errorMessage: z.string().nullish(),
	createdAt: z.string().nullish(),
	updatedAt: z.string().nullish(),
});

/** The document names no field for the next cursor; the real server sends `nextCursor`. */
export const listAnswer = z.looseObject({ items: z.array(listedJob), hasMore: z.boolean().optional(), nextCursor: z.string().nullish() });

export const errorAnswer = z.looseObject({ error: z.string(), message: z.string().optional() });

export const webhookPayload = z.looseObject({
	// A bare number on the real server.
	eventId: z.union([z.string().min(1), z.number()]).transform(String),
	jobId: z.string().min(1),
	tenantId: z.string().nullish(),
	status: z.string(),
	resultUrls: urls,
	error: jobFailure,
	// No more than a Date holds.
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
