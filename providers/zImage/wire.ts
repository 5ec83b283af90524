import { z } from 'zod/v4';

/** What travels, as the document shows it and the real server sends it. Unknown fields and words are let through. */
export const rootAnswer = z.looseObject({ message: z.string() });
export const healthAnswer = z.looseObject({ status: z.string(), environment: z.string().nullish() });

export const generateAnswer = z.looseObject({ task_id: z.string().min(1), status_url: z.string().nullish(), image_url: z.string().nullish() });

/** The caller's key comes back in `auth_key`; it is dropped here, so that nobody further in can pass it on. */
const taskResult = z
	.looseObject({
		image_id: z.string().nullish(),
		width: z.number().nullish(),
		height: z.number().nullish(),
		seed: z.number().nullish(),
		created_at: z.string().nullish(),
		relative_path: z.string().nullish(),
		preview_relative_path: z.string().nullish(),
		metadata: z.looseObject({ batch_id: z.string().nullish(), batch_index: z.number().nullish(), batch_size: z.number().nullish() }).nullish(),
	})
	.transform(({ auth_key: _key, ...rest }) => rest);

export const taskAnswer = z.looseObject({
	task_id: z.string().min(1),
	status: z.string(),
	result: taskResult.nullish(),
	// A text, on the real server one that holds JSON `{code, message, detail}`.
	error: z.union([z.string(), z.looseObject({ code: z.string().nullish(), message: z.string().nullish() })]).nullish(),
	error_code: z.string().nullish(),
	error_hint: z.string().nullish(),
	image_url: z.string().nullish(),
	progress: z.number().nullish(),
});

export const cancelAnswer = z.looseObject({ task_id: z.string(), status: z.string(), message: z.string().nullish() });

export const batchSummary = z.looseObject({
	// The document: named so for the front end, really the batch's id.
	task_id: z.string().min(1),
	status: z.string(),
	created_at: z.string().nullish(),
	prompt: z.string().nullish(),
	width: z.number().nullish(),
	height: z.number().nullish(),
	relative_path: z.string().nullish(),
	image_url: z.string().nullish(),
	seed: z.number().nullish(),
	batch_size: z.number().nullish(),
	success_count: z.number().nullish(),
	failed_count: z.number().nullish(),
});

export const historyAnswer = z.array(batchSummary);

export const batchItem = z.looseObject({
	task_id: z.string().nullish(),
	index: z.number().nullish(),
	status: z.string(),
	image_url: z.string().nullish(),
	width: z.number().nullish(),
	height: z.number().nullish(),
	seed: z.number().nullish(),
	error_code: z.string().nullish(),
	error_hint: z.string().nullish(),
});

export const batchAnswer = z.looseObject({ batch: batchSummary, items: z.array(batchItem) });

export const deleteAnswer = z.looseObject({ task_id: z.string(), status: z.string(), message: z.string().nullish() });

/** FastAPI's own answer to bad fields (422), and `{"detail": "text"}` for the rest. */
export const errorAnswer = z.looseObject({ detail: z.union([z.string(), z.array(z.looseObject({ loc: z.array(z.union([z.string(), z.number()])).nullish(), msg: z.string().nullish() })), z.looseObject({ message: z.string().nullish(), code: z.string().nullish() })]) });

export type TaskAnswer = z.infer<typeof taskAnswer>;
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
