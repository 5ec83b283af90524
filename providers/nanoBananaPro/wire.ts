import { z } from 'zod4';
import { isPathSegment } from '../../http/path';
import { anyListOf, beside, count, id, number, side, sifted, text, texted, word } from '../lenient';

/** What travels in the v1.6 API, the document's. Unknown fields and words are let through. */
export const generatedImage = z.looseObject({
	// Its address is made from it.
	id: id.refine(isPathSegment),
	taskId: texted,
	filePath: text,
	thumbnailPath: text,
	fileSize: number,
	width: side,
	height: side,
	mimeType: text,
	createdAt: text,
});

export const generationTask = z.looseObject({
	id,
	prompt: text,
	model: text,
	totalCount: count,
	completedCount: count,
	status: word,
	options: text,
	errorMessage: text,
	createdAt: text,
	updatedAt: text,
	images: anyListOf(generatedImage),
});

/** A page of a list, and by how much the server's clock was ahead of ours when it came, in ms. */
export type Timed<Page> = Page & { clockAheadMs: number };

/** Tasks that have no readable id are left out, and counted. */
export const historyPage = z
	.looseObject({ list: z.array(z.unknown()).nullish(), total: count, page: count })
	.transform(({ list, ...page }) => {
		const tasks = sifted(generationTask, list ?? []);
		return { ...page, list: tasks, unreadable: (list?.length ?? 0) - tasks.length };
	});

export const progressMessage = z.looseObject({
	type: z.string(),
	taskId: id,
	completedCount: count,
	totalCount: count,
	latestImage: beside(generatedImage),
	message: text,
});

export const healthAnswer = z.looseObject({ status: z.string(), message: z.string().nullish() });

/** `{code, message, data}` around every answer: code 0 is success in v1.6, 200 in the tasks API. */
export const envelope = z.looseObject({
	code: z.preprocess((code) => (typeof code === 'string' && code !== '' ? Number(code) : code), z.number()),
	message: text,
	data: z.unknown().optional(),
});

export type GeneratedImage = z.infer<typeof generatedImage>;
export type GenerationTask = z.infer<typeof generationTask>;
export type HistoryPage = z.infer<typeof historyPage>;
export type ProgressMessage = z.infer<typeof progressMessage>;
