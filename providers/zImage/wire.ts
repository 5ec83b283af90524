import { z } from 'zod4';
import {
	count,
	id,
	listOf,
	number,
	optionalObject,
	percent,
	pixels,
	statusWord,
	text,
	textOrNumber,
	validEntries,
} from '../lenient';

/** The bodies of the API, as in the document and as the real server sends them. Unknown fields and words pass. */
export const rootAnswer = z.looseObject({ message: z.string() });
export const healthAnswer = z.looseObject({ status: z.string(), environment: z.string().nullish() });

export const generateAnswer = z.looseObject({ task_id: id, status_url: text, image_url: text });

/** The server returns the caller's key in `auth_key`. It is removed here, so that it cannot reach an item. */
const taskResult = z
	.looseObject({
		image_id: textOrNumber,
		width: pixels,
		height: pixels,
		seed: number,
		created_at: text,
		relative_path: text,
		preview_relative_path: text,
	})
	.transform(({ auth_key: _key, ...rest }) => rest);

/** How a worker reports a failure. */
export const taskFailure = z.looseObject({ code: textOrNumber, message: text, detail: z.unknown().optional() });

export const taskAnswer = z.looseObject({
	task_id: id,
	status: statusWord,
	result: optionalObject(taskResult),
	// A text; on the real server the text is JSON: `{code, message, detail}`.
	error: z.union([z.string(), taskFailure]).nullish().catch(undefined),
	error_code: textOrNumber,
	error_hint: text,
	image_url: text,
	progress: percent,
});

export const cancelAnswer = z.looseObject({ task_id: textOrNumber, status: statusWord, message: text });

/** `task_id` is the ID of the batch. According to the document it has this name for the front end. */
export const batchSummary = z.looseObject({
	task_id: id,
	status: statusWord,
	created_at: text,
	prompt: text,
	width: pixels,
	height: pixels,
	relative_path: text,
	image_url: text,
	seed: number,
	batch_size: count,
	success_count: count,
	failed_count: count,
});

/** Rows without the ID of a batch are left out. `length` counts all rows, to find out whether there is another page. */
export const historyAnswer = z
	.array(z.unknown())
	.transform((rows) => ({ length: rows.length, rows: validEntries(batchSummary, rows) }));

export const batchItem = z.looseObject({
	task_id: id.nullish().catch(undefined),
	index: count,
	status: statusWord,
	image_url: text,
	width: pixels,
	height: pixels,
	seed: number,
	error_code: textOrNumber,
	error_hint: text,
});

/** The summary inside a batch. It need not repeat the ID. */
const batchAbout = batchSummary.extend({ task_id: textOrNumber });

export const batchAnswer = z.looseObject({
	batch: optionalObject(batchAbout).transform((about) => about ?? batchAbout.parse({})),
	items: listOf(batchItem)
		.nullish()
		.transform((items) => items ?? []),
});

export const deleteAnswer = z.looseObject({ task_id: z.string(), status: z.string(), message: z.string().nullish() });

/** FastAPI's list of invalid fields (422); for other errors `{"detail": "text"}`. */
export const errorAnswer = z.looseObject({
	detail: z.union([
		z.string(),
		z.array(
			z.looseObject({ loc: z.array(z.union([z.string(), z.number()])).nullish(), msg: z.string().nullish() }),
		),
		z.looseObject({ message: z.string().nullish(), code: z.string().nullish() }),
	]),
});

export type CancelAnswer = z.infer<typeof cancelAnswer>;
export type TaskAnswer = z.infer<typeof taskAnswer>;
export type HistoryAnswer = z.infer<typeof historyAnswer>;
export type BatchSummary = z.infer<typeof batchSummary>;
export type BatchItem = z.infer<typeof batchItem>;
export type BatchAnswer = z.infer<typeof batchAnswer>;

/** Body of submit. */
export interface GenerateBody {
	prompt: string;
	width: number;
	height: number;
	num_inference_steps?: number;
	guidance_scale?: number;
	seed?: number;
	negative_prompt?: string;
	cfg_normalization?: boolean;
	cfg_truncation?: number;
	max_sequence_length?: number;
	metadata: { batch_id: string; batch_index: number; batch_size: number };
}
