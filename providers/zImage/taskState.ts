import { type JobError, jobError } from '../../model/errors';
import type { DeliveredImage, JobStatus } from '../../model/job';
import { failureOfTask, toJobError } from './errors';
import { fileUrl, generatedFileUrl } from './files';
import type { BatchItem, TaskAnswer } from './wire';

/** The state of one task of a job. A task makes one image. */
export interface TaskState {
	status: Exclude<JobStatus, 'partial'>;
	progress: number | null;
	error: JobError | null;
	image: Omit<DeliveredImage, 'index' | 'fileName'> | null;
}

/** A task that was accepted, with no other data. */
export const waiting: TaskState = { status: 'queued', progress: null, error: null, image: null };

export const hasEnded = ({ status }: Pick<TaskState, 'status'>): boolean =>
	status === 'succeeded' || status === 'failed' || status === 'canceled';

/**
 * The document's words for the status of a task, and the lower-case words for the items of a batch. A task with an
 * unknown word counts as running.
 */
const statuses: Record<string, TaskState['status']> = {
	PENDING: 'queued',
	STARTED: 'running',
	PROGRESS: 'running',
	SUCCESS: 'succeeded',
	FAILURE: 'failed',
	RETRY: 'retrying',
	REVOKED: 'canceled',
	pending: 'queued',
	running: 'running',
	success: 'succeeded',
	error: 'failed',
	cancelled: 'canceled',
};

const statusOf = (word: string): TaskState['status'] =>
	(Object.hasOwn(statuses, word) ? statuses[word] : undefined) ?? 'running';

/** @param preview whether the smaller file is wanted */
export function stateOfTask(task: TaskAnswer, baseUrl: string, preview: boolean): TaskState {
	const { result, image_url: previewPath } = task;
	const original = result?.relative_path ? generatedFileUrl(baseUrl, result.relative_path) : null;
	const smaller = previewPath
		? fileUrl(baseUrl, previewPath)
		: result?.preview_relative_path
			? generatedFileUrl(baseUrl, result.preview_relative_path)
			: null;
	return stateOf({
		status: statusOf(task.status),
		// Only PROGRESS reports it, and may report 100 before the image is ready.
		progress: task.progress ?? null,
		url: preview ? (smaller ?? original) : (original ?? smaller),
		imageFields: result ?? {},
		failure: () => failureOfTask(task),
	});
}

/**
 * The state of a task as its batch reports it. A batch names only the previews of its images.
 * @param originals the file extension of the original files, with its dot; null if it is unknown
 */
export function stateOfItem(item: BatchItem, baseUrl: string, originals: string | null): TaskState {
	const preview = item.image_url ? fileUrl(baseUrl, item.image_url) : null;
	return stateOf({
		status: statusOf(item.status),
		progress: null,
		url: preview !== null && originals !== null ? preview.replace(/\.[a-z0-9]+$/i, originals) : preview,
		imageFields: item,
		failure: () => toJobError({ code: item.error_code, hint: item.error_hint }),
	});
}

interface ImageFields {
	width?: number | null | undefined;
	height?: number | null | undefined;
	seed?: number | null | undefined;
}

interface StateParts {
	status: TaskState['status'];
	progress: number | null;
	url: string | null;
	imageFields: ImageFields;
	/** Why the task failed, if it did. */
	failure: () => JobError;
}

/** A task that succeeded without an image has failed. */
function stateOf({ status, progress, url, imageFields, failure }: StateParts): TaskState {
	if (status === 'succeeded' && url === null) return { status: 'failed', progress, error: withoutImage, image: null };
	if (status === 'succeeded' && url !== null)
		return { status, progress, error: null, image: imageAt(url, imageFields) };
	const error = status === 'failed' ? failure() : status === 'canceled' ? canceled : null;
	return { status, progress, error, image: null };
}

const canceled = jobError('canceled', { message: 'The task was canceled', hint: null });
const withoutImage = jobError('malformedResponse', {
	message: 'The task succeeded without an image',
	hint: null,
	retryable: false,
});

/** An image before its URL is known: the server has reported at most size and seed. */
export function imageAt(url: string, { width, height, seed }: ImageFields): NonNullable<TaskState['image']> {
	return { url, mimeType: null, width: width ?? null, height: height ?? null, bytes: null, seed: seed ?? null };
}
