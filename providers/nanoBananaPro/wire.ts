import { z } from 'zod/v4';

/** What travels in the v1.6 API, the document's. Unknown fields and words are let through. */
export const generatedImage = z.looseObject({
	id: z.string().min(1),
	taskId: z.string().nullish(),
	filePath: z.string().nullish(),
	thumbnailPath: z.string().nullish(),
	fileSize: z.number().nullish(),
	width: z.number().nullish(),
	height: z.number().nullish(),
	mimeType: z.string().nullish(),
	createdAt: z.string().nullish(),
});

export const generationTask = z.looseObject({
	id: z.string().min(1),
	prompt: z.string().nullish(),
	model: z.string().nullish(),
	totalCount: z.number().nullish(),
	completedCount: z.number().nullish(),
	status: z.string(),
	options: z.string().nullish(),
	errorMessage: z.string().nullish(),
	createdAt: z.string().nullish(),
	updatedAt: z.string().nullish(),
	images: z.array(generatedImage).nullish(),
});

export const historyPage = z.looseObject({
	list: z.array(generationTask).nullish().transform((list) => list ?? []),
	total: z.number().nullish(),
	page: z.number().nullish(),
});

export const progressMessage = z.looseObject({
	type: z.string(),
	taskId: z.string(),
	completedCount: z.number().nullish(),
	totalCount: z.number().nullish(),
	latestImage: generatedImage.nullish().catch(null),
	message: z.string().nullish(),
});

export const healthAnswer = z.looseObject({ status: z.string(), message: z.string().nullish() });

/** `{code, message, data}` around every answer: code 0 is success in v1.6, 200 in the tasks API. */
export const envelope = z.looseObject({ code: z.number(), message: z.string().nullish(), data: z.unknown() });

export type GeneratedImage = z.infer<typeof generatedImage>;
export type GenerationTask = z.infer<typeof generationTask>;
export type HistoryPage = z.infer<typeof historyPage>;
export type ProgressMessage = z.infer<typeof progressMessage>;
