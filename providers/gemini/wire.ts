import { z } from 'zod/v4';

/** What the SDK gives of the Gemini REST API; unknown fields pass. */
const tokens = z.number().nullish();
const byModality = z.array(z.looseObject({ modality: z.string().nullish(), tokenCount: tokens })).nullish();

const part = z.looseObject({
	text: z.string().nullish(),
	/** A sketch on the way to the answer, not the answer. */
	thought: z.boolean().nullish(),
	inlineData: z.looseObject({ mimeType: z.string().nullish(), data: z.string() }).nullish(),
});

const candidate = z.looseObject({
	content: z.looseObject({ parts: z.array(part).nullish() }).nullish(),
	finishReason: z.string().nullish(),
	finishMessage: z.string().nullish(),
});

export const contentAnswer = z.looseObject({
	candidates: z.array(candidate).nullish(),
	promptFeedback: z.looseObject({ blockReason: z.string().nullish(), blockReasonMessage: z.string().nullish() }).nullish(),
	usageMetadata: z.looseObject({ promptTokenCount: tokens, candidatesTokenCount: tokens, thoughtsTokenCount: tokens, totalTokenCount: tokens, candidatesTokensDetails: byModality }).nullish(),
	modelVersion: z.string().nullish(),
	responseId: z.string().nullish(),
});

const status = z.looseObject({ code: z.number().nullish(), message: z.string().nullish() });

/** One answer of a batch; in a results file, a line. */
export const batchResponse = z.looseObject({ response: contentAnswer.nullish(), error: status.nullish() });

export const batchJob = z.looseObject({
	name: z.string().min(1),
	displayName: z.string().nullish(),
	state: z.string().nullish(),
	model: z.string().nullish(),
	createTime: z.string().nullish(),
	updateTime: z.string().nullish(),
	endTime: z.string().nullish(),
	dest: z.looseObject({ fileName: z.string().nullish(), inlinedResponses: z.array(batchResponse).nullish() }).nullish(),
});

/** The operation itself says why a batch failed; the SDK leaves that out. */
export const operationError = z.looseObject({ error: status.nullish() });

export const modelInfo = z.looseObject({ name: z.string().min(1), displayName: z.string().nullish(), supportedActions: z.array(z.string()).nullish() });

/** An error answer: Google's, or in the same place a proxy's own. */
export const errorAnswer = z.looseObject({
	error: z.looseObject({
		code: z.union([z.number(), z.string()]).nullish(),
		message: z.string().nullish(),
		status: z.string().nullish(),
		details: z.array(z.looseObject({ reason: z.string().nullish(), retryDelay: z.string().nullish(), violations: z.array(z.looseObject({ quotaId: z.string().nullish() })).nullish() })).nullish(),
	}),
});

export type ContentAnswer = z.infer<typeof contentAnswer>;
export type Candidate = z.infer<typeof candidate>;
export type BatchResponse = z.infer<typeof batchResponse>;
export type BatchJob = z.infer<typeof batchJob> & { error?: z.infer<typeof status> | null | undefined };
export type ModelInfo = z.infer<typeof modelInfo>;
