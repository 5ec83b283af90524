import type { Picture, Task } from './task';

export const imageView = ({ id, taskId, width, height, createdAt }: Picture) => ({
	id,
	taskId,
	filePath: `./storage/images/${id}.png`,
	thumbnailPath: `./storage/thumbnails/thumb_${id}.png`,
	fileSize: width * height,
	width,
	height,
	mimeType: 'image/png',
	createdAt: createdAt.toISOString(),
});

export const taskView = ({
	id,
	prompt,
	model,
	totalCount,
	pictures,
	status,
	options,
	errorMessage,
	createdAt,
	updatedAt,
}: Task) => ({
	// The document has no status for a waiting task.
	id,
	prompt,
	model,
	totalCount,
	completedCount: pictures.length,
	status: status === 'pending' ? 'processing' : status,
	options,
	errorMessage,
	createdAt: createdAt.toISOString(),
	updatedAt: updatedAt.toISOString(),
	images: pictures.map(imageView),
});

/** A row of the list as in the document: without options and error. */
export function rowView(task: Task) {
	const { options: _options, errorMessage: _error, ...row } = taskView(task);
	return row;
}

/** A task of the public server: one picture, `count` is ignored. */
export function publicView(task: Task) {
	const [picture] = task.pictures;
	const done = task.status === 'completed' || task.status === 'partial';
	return {
		id: task.number,
		task_id: task.id,
		prompt: task.prompt,
		model_id: task.model,
		total_count: 1,
		status: task.status === 'partial' ? 'completed' : task.status,
		error_message: task.errorMessage,
		// Without object storage there is no URL; the file name always ends in .jpg.
		image_url: '',
		local_path: done && picture ? `storage/local/${picture.id}.jpg` : '',
		thumbnail_path: done && picture ? `storage/local/thumb_${picture.id}.jpg` : '',
		width: picture?.width ?? 0,
		height: picture?.height ?? 0,
		created_at: task.createdAt.toISOString(),
		updated_at: task.updatedAt.toISOString(),
		completed_at: done ? task.updatedAt.toISOString() : null,
	};
}

/** The words of a text, in lower case. Chinese text has no spaces, so the segmenter finds its words. */
export function wordsOf(text: string): string[] {
	return [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)].flatMap(({ segment, isWordLike }) =>
		isWordLike ? [segment.toLowerCase()] : [],
	);
}
