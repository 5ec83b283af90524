import { jobError } from '../../model/errors';
import { blankJob, type DeliveredImage, type Job, type JobSnapshot, type JobStatus } from '../../model/job';
import { safeFileName } from '../../model/fileName';
import { fileNameOf, imageName } from '../../model/imageName';
import { isoTime } from '../lenient';
import { partlyArrived } from '../partialJob';
import { failureOf } from './errors';
import { readJobId } from './jobId';
import type { GeneratedImage, GenerationTask } from './wire';
import type { ImageTask } from './wireTasks';

/**
 * The status words: `processing/completed/failed/partial` of v1.6 and `pending/…` of tasks. A task with another word
 * counts as running.
 */
const statuses: Record<string, JobStatus> = {
	pending: 'queued',
	processing: 'running',
	completed: 'succeeded',
	partial: 'partial',
	failed: 'failed',
};
const statusOf = (word: string): JobStatus => (Object.hasOwn(statuses, word) ? statuses[word] : undefined) ?? 'running';

/** @param url makes the address of an image from its ID */
export function toImage(image: GeneratedImage, index: number, url: (imageId: string) => string): DeliveredImage {
	return {
		index,
		url: url(image.id),
		fileName: safeFileName(image.filePath, imageName(index)),
		mimeType: image.mimeType ?? null,
		width: image.width ?? null,
		height: image.height ?? null,
		bytes: null,
		seed: null,
	};
}

/** A task of v1.6 as a job. @param id the ID of the job, which may contain the number of images requested */
export function fromTask(task: GenerationTask, id: string, url: (imageId: string) => string): JobSnapshot {
	const total = readJobId(id).count ?? task.totalCount ?? null;
	const reported = statusOf(task.status);
	const isRunning = reported === 'running' || reported === 'queued';
	const images = task.images.map((image, index) => toImage(image, index, url));
	const completed = isRunning ? (task.completedCount ?? images.length) : images.length;
	return {
		job: {
			...runningJob(id),
			...endOf(reported, images.length, total, task.errorMessage),
			total,
			completed,
			progress: isRunning ? percent(completed, total) : images.length > 0 && images.length === total ? 100 : null,
			createdAt: isoTime(task.createdAt),
			updatedAt: isoTime(task.updatedAt),
		},
		images,
		raw: task,
	};
}

/** The tasks of one job in the tasks API, one image each. @param baseUrl for images on the server itself */
export function fromTasks(tasks: readonly ImageTask[], id: string, baseUrl: string): JobSnapshot {
	const total = readJobId(id).count ?? tasks.length;
	const states = tasks.map(({ status }) => statusOf(status));
	const images = tasks
		.filter((_task, place) => states[place] === 'succeeded')
		.flatMap((task, index) => imageOfTask(task, index, baseUrl));
	const hasEnded = states.every((status) => status === 'succeeded' || status === 'failed' || status === 'partial');
	const failure = tasks.find(({ error_message }) => error_message)?.error_message;
	const reported = hasEnded
		? images.length > 0
			? 'succeeded'
			: 'failed'
		: states.every((status) => status === 'queued')
			? 'queued'
			: 'running';
	const [first] = tasks;
	return {
		job: {
			...runningJob(id),
			...endOf(reported, images.length, total, failure),
			total,
			completed: images.length,
			progress: hasEnded ? (images.length === total ? 100 : null) : percent(images.length, total),
			createdAt: isoTime(first?.created_at),
			updatedAt: latest(tasks.map((task) => task.updated_at ?? task.completed_at)),
		},
		images,
		raw: tasks,
	};
}

function imageOfTask(task: ImageTask, index: number, baseUrl: string): DeliveredImage[] {
	// Without object storage the address is empty, and the file is on the server.
	const path = task.image_url || task.local_path;
	if (!path) return [];
	const url = /^https?:\/\//i.test(path) ? path : `${baseUrl}/${path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')}`;
	return [
		{
			index,
			url,
			fileName: fileNameOf(url, index),
			mimeType: null,
			width: task.width ?? null,
			height: task.height ?? null,
			bytes: null,
			seed: null,
		},
	];
}

/** Status and error of a job, from the server's status and the images that exist. */
function endOf(
	reported: JobStatus,
	images: number,
	total: number | null,
	message: string | null | undefined,
): Pick<Job, 'status' | 'error'> {
	if (reported === 'queued' || reported === 'running') return { status: reported, error: null };
	if (images === 0)
		return {
			status: 'failed',
			error:
				reported === 'failed' || message
					? failureOf(message)
					: jobError('malformedResponse', {
							message: 'The task is completed but has no image',
							hint: 'The images may have been deleted, or the model rejected the content',
							retryable: false,
						}),
		};
	if (total === null || images >= total) return { status: 'succeeded', error: null };
	const reason = message
		? failureOf(message)
		: jobError('upstream', { message: 'the server gives no reason', hint: 'Generate the missing images again' });
	return { status: 'partial', error: partlyArrived(images, total, reason) };
}

/** A running job with no other data. */
export function runningJob(id: string): Job {
	return { ...blankJob('nanoBananaPro'), id, status: 'running' };
}

function percent(completed: number, total: number | null): number | null {
	return total ? Math.min(100, Math.round((100 * completed) / total)) : null;
}

function latest(times: ReadonlyArray<string | null | undefined>): string | null {
	return (
		times
			.flatMap((time) => isoTime(time) ?? [])
			.sort()
			.at(-1) ?? null
	);
}
