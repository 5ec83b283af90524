import { z } from 'zod4';
import { flag, number, optionalListOf, optionalObject, text, validEntries, wholeNumber } from '../lenient';

/** The bodies of the Gemini REST API. Unknown fields pass. */
const byModality = optionalListOf(z.looseObject({ modality: text, tokenCount: wholeNumber }));

const part = z.looseObject({
	text,
	/** A draft that the model made before the answer. */
	thought: flag,
	inlineData: optionalObject(z.looseObject({ mimeType: text, data: z.string().min(1) })),
});

const candidate = z.looseObject({
	content: optionalObject(z.looseObject({ parts: optionalListOf(part) })),
	finishReason: text,
	finishMessage: text,
});

export const contentAnswer = z.looseObject({
	candidates: optionalListOf(candidate),
	promptFeedback: optionalObject(z.looseObject({ blockReason: text, blockReasonMessage: text })),
	usageMetadata: optionalObject(
		z.looseObject({
			promptTokenCount: wholeNumber,
			candidatesTokenCount: wholeNumber,
			thoughtsTokenCount: wholeNumber,
			totalTokenCount: wholeNumber,
			candidatesTokensDetails: byModality,
		}),
	),
	modelVersion: text,
	responseId: text,
});

const status = z.looseObject({ code: number, message: text });

/** One answer of a batch, which is a line of a results file. */
export const batchResponse = z
	.looseObject({ response: optionalObject(contentAnswer), error: optionalObject(status) })
	.catch({ response: undefined, error: undefined });

const destination = optionalObject(
	z.looseObject({
		responsesFile: text,
		inlinedResponses: optionalObject(z.looseObject({ inlinedResponses: optionalListOf(batchResponse) })),
	}),
);

/** A batch, which is a long-running operation. */
export const batchOperation = z
	.looseObject({
		name: z.string().min(1),
		metadata: optionalObject(
			z.looseObject({
				displayName: text,
				state: text,
				model: text,
				createTime: text,
				updateTime: text,
				endTime: text,
				output: destination,
			}),
		),
		response: destination,
		error: optionalObject(status),
	})
	.transform(({ name, metadata, response, error }) => {
		const { output, state, ...rest } = metadata ?? {};
		const { responsesFile, inlinedResponses } = output ?? response ?? {};
		return {
			...rest,
			name,
			displayName: metadata?.displayName,
			state: state?.replace(/^BATCH_/, 'JOB_'),
			model: metadata?.model,
			createTime: metadata?.createTime,
			updateTime: metadata?.updateTime,
			endTime: metadata?.endTime,
			error,
			dest: { fileName: responsesFile, inlinedResponses: inlinedResponses?.inlinedResponses },
		};
	});

export const batchList = z
	.looseObject({ operations: z.array(z.unknown()).nullish(), nextPageToken: text })
	.transform(({ operations, nextPageToken }) => {
		const rows = validEntries(batchOperation, operations ?? []);
		return { rows, nextPageToken, unreadable: (operations?.length ?? 0) - rows.length };
	});

export const modelInfo = z.looseObject({
	name: z.string().min(1),
	displayName: z.string().nullish(),
	supportedActions: z.array(z.string()).nullish(),
});

/** An error of Google, or of a proxy in the same form. */
export const errorAnswer = z.looseObject({
	error: z.looseObject({
		code: z.union([z.number(), z.string()]).nullish(),
		message: z.string().nullish(),
		status: z.string().nullish(),
		details: z
			.array(
				z.looseObject({
					reason: z.string().nullish(),
					retryDelay: z.string().nullish(),
					violations: z.array(z.looseObject({ quotaId: z.string().nullish() })).nullish(),
				}),
			)
			.nullish(),
	}),
});

export type ContentAnswer = z.infer<typeof contentAnswer>;
export type Candidate = z.infer<typeof candidate>;
export type BatchResponse = z.infer<typeof batchResponse>;
export type BatchPage = z.infer<typeof batchList>;
export type BatchJob = z.infer<typeof batchOperation>;
export type ModelInfo = z.infer<typeof modelInfo>;
