import { z } from 'zod4';
import { count, id, pixels, statusWord, text, textOrNumber, validEntries } from '../lenient';

/** The bodies of the `tasks` API of the public server. */
export const imageTask = z.looseObject({
	task_id: id,
	status: statusWord,
	prompt: text,
	model_id: text,
	total_count: count,
	image_url: text,
	local_path: text,
	thumbnail_path: text,
	width: pixels,
	height: pixels,
	error_message: text,
	created_at: text,
	updated_at: text,
	completed_at: text,
	id: textOrNumber,
});

const rows = z.array(z.unknown()).nullish();

/** The name of the list depends on the release. Tasks without a readable ID are left out and counted. */
export const imagePage = z
	.looseObject({ list: rows, images: rows, items: rows, total: count })
	.refine((page) => ['list', 'images', 'items'].some((name) => name in page), 'has no list')
	.transform(({ list, images, items, total }) => {
		const entries = list ?? images ?? items ?? [];
		const tasks = validEntries(imageTask, entries);
		return { list: tasks, total: total ?? null, unreadable: entries.length - tasks.length };
	});

export type ImagePage = z.infer<typeof imagePage>;
export type ImageTask = z.infer<typeof imageTask>;
