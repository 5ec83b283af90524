import { z } from 'zod/v4';

/** What travels in the `tasks` API of the public server. */
const text = z.union([z.string(), z.number()]).transform(String);

export const imageTask = z.looseObject({
	task_id: z.string().min(1),
	status: z.string(),
	prompt: z.string().nullish(),
	model_id: z.string().nullish(),
	total_count: z.number().nullish(),
	image_url: z.string().nullish(),
	local_path: z.string().nullish(),
	thumbnail_path: z.string().nullish(),
	width: z.number().nullish(),
	height: z.number().nullish(),
	error_message: z.string().nullish(),
	created_at: z.string().nullish(),
	updated_at: z.string().nullish(),
	completed_at: z.string().nullish(),
	id: text.nullish(),
});

/** The list stands under one of several names, by release. */
export const imagePage = z.looseObject({
	list: z.array(imageTask).nullish(),
	images: z.array(imageTask).nullish(),
	items: z.array(imageTask).nullish(),
	total: z.number().nullish(),
});

export type ImageTask = z.infer<typeof imageTask>;
