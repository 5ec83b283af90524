import { z } from 'zod4';
import { isPathSegment } from '../../http/path';
import {
	count,
	id,
	number,
	optionalListOf,
	optionalObject,
	pixels,
	statusWord,
	text,
	textOrNumber,
	validEntries,
} from '../lenient';

/** The bodies of the v1.6 API, which is the document's. Unknown fields and words pass. */
export const generatedImage = z.looseObject({
	// The image's address contains it.
	id: id.refine(isPathSegment),
	taskId: textOrNumber,
	filePath: text,
	thumbnailPath: text,
	fileSize: number,
	width: pixels,
	height: pixels,
	mimeType: text,
	createdAt: text,
});

export const generationTask = z.looseObject({
	id,
	prompt: text,
	model: text,
	totalCount: count,
	completedCount: count,
	status: statusWord,
	options: text,
	errorMessage: text,
	createdAt: text,
	updatedAt: text,
	images: optionalListOf(generatedImage),
});

/** A page of a list, and how far the server's clock was ahead of ours when it arrived, in ms. */
export type Timed<Page> = Page & { clockAheadMs: number };

/** Tasks without a readable ID are left out and counted. */
export const historyPage = z
	.looseObject({ list: z.array(z.unknown()).nullish(), total: count, page: count })
	.transform(({ list, ...page }) => {
		const tasks = validEntries(generationTask, list ?? []);
		return { ...page, list: tasks, unreadable: (list?.length ?? 0) - tasks.length };
	});

export const progressMessage = z.looseObject({
	type: z.string(),
	taskId: id,
	completedCount: count,
	totalCount: count,
	latestImage: optionalObject(generatedImage),
	message: text,
});

export const healthAnswer = z.looseObject({ status: z.string(), message: z.string().nullish() });

/** `{code, message, data}` around every answer. Success is code 0 in v1.6 and 200 in the tasks API. */
export const envelope = z.looseObject({
	code: z.preprocess((code) => (typeof code === 'string' && code !== '' ? Number(code) : code), z.number()),
	message: text,
	data: z.unknown().optional(),
});

export type GeneratedImage = z.infer<typeof generatedImage>;
export type GenerationTask = z.infer<typeof generationTask>;
export type HistoryPage = z.infer<typeof historyPage>;
export type ProgressMessage = z.infer<typeof progressMessage>;
