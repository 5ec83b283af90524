import { jobError } from '../../model/errors';
import type { DeliveredImage, Job, JobSnapshot, JobStatus } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { fileNameOf } from '../fileName';
import { isoTime } from '../lenient';
import { partlyArrived } from '../partialJob';
import type { BatchBody } from './client';
import type { TaskBody } from './clientTasks';
import { failureOf } from './errors';
import { readJobId } from './jobId';
import type { GeneratedImage, GenerationTask } from './wire';
import type { ImageTask } from './wireTasks';

/** The document's sample model for text, and the one it names for references. */
export const defaultModel = (request: ImageRequest) =>
	request.references?.length ? 'gemini-3-pro-image-preview' : 'gemini-2.5-flash-image';

/** The request in the fields of v1.6. `options` is one JSON text of all settings of the generation. */
export function toBatchBody(
	request: ImageRequest,
	{ apiKey, apiBase }: { apiKey: string; apiBase?: string | undefined },
): BatchBody {
	const options = sdkOptions(request);
	return {
		prompt: request.prompt,
		model: request.model ?? defaultModel(request),
		count: request.count,
		apiKey,
		...(apiBase ? { apiBase } : {}),
		...(request.aspectRatio === undefined ? {} : { aspectRatio: request.aspectRatio }),
		...(request.resolution === undefined ? {} : { imageSize: request.resolution }),
		...(Object.keys(options).length === 0 ? {} : { options: JSON.stringify(options) }),
	};
}

function sdkOptions({ seed, extras = {} }: ImageRequest): Record<string, unknown> {
	const { temperature, topP, topK, sdkOptions: more } = extras;
	return {
		...(typeof more === 'object' ? more : {}),
		...Object.fromEntries(
			Object.entries({ seed, temperature, topP, topK }).filter(([, value]) => value !== undefined),
		),
	};
}

/**
 * The request in the fields of the tasks API, one body per image. Without a ratio and a resolution the server crashes,
 * so a ratio always goes along. Without a model the server takes its own default.
 */
export function toTaskBody(request: ImageRequest, provider: string): TaskBody {
	const model = request.model === undefined ? {} : { model_id: request.model };
	return {
		provider,
		...model,
		params: {
			prompt: request.prompt,
			aspect_ratio: request.aspectRatio ?? '1:1',
			...(request.resolution === undefined ? {} : { resolution_level: request.resolution }),
			count: 1,
			...model,
		},
	};
}

/**
 * `processing/completed/failed/partial` of v1.6 and `pending/…` of tasks; another word is one of a task that still
 * runs.
 */
const statuses: Record<string, JobStatus> = {
	pending: 'queued',
	processing: 'running',
	completed: 'succeeded',
	partial: 'partial',
	failed: 'failed',
};
const statusOf = (word: string): JobStatus => (Object.hasOwn(statuses, word) ? statuses[word] : undefined) ?? 'running';

/** @param url the picture's address, by its id */
export function toImage(image: GeneratedImage, index: number, url: (imageId: string) => string): DeliveredImage {
	const name = image.filePath?.split(/[\\/]/).at(-1);
	return {
		index,
		url: url(image.id),
		fileName: name || `image_${index}`,
		mimeType: image.mimeType ?? null,
		width: image.width ?? null,
		height: image.height ?? null,
		bytes: null,
		seed: null,
	};
}

/** A task of v1.6 as a job. @param id the job's id, which may say how many pictures were asked for */
export function fromTask(task: GenerationTask, id: string, url: (imageId: string) => string): JobSnapshot {
	const total = readJobId(id).count ?? task.totalCount ?? null;
	const told = statusOf(task.status);
	const running = told === 'running' || told === 'queued';
	const images = task.images.map((image, index) => toImage(image, index, url));
	const completed = running ? (task.completedCount ?? images.length) : images.length;
	return {
		job: {
			...blank(id),
			...endOf(told, images.length, total, task.errorMessage),
			total,
			completed,
			progress: running ? percent(completed, total) : images.length > 0 && images.length === total ? 100 : null,
			createdAt: isoTime(task.createdAt),
			updatedAt: isoTime(task.updatedAt),
		},
		images,
		raw: task,
	};
}

/** The tasks of one job in the tasks API: a picture each. @param baseUrl for pictures that lie on the server itself */
export function fromTasks(tasks: readonly ImageTask[], id: string, baseUrl: string): JobSnapshot {
	const total = readJobId(id).count ?? tasks.length;
	const states = tasks.map(({ status }) => statusOf(status));
	const images = tasks
		.filter((_task, place) => states[place] === 'succeeded')
		.flatMap((task, index) => imageOfTask(task, index, baseUrl));
	const ended = states.every((status) => status === 'succeeded' || status === 'failed' || status === 'partial');
	const failure = tasks.find(({ error_message }) => error_message)?.error_message;
	const told = ended
		? images.length > 0
			? 'succeeded'
			: 'failed'
		: states.every((status) => status === 'queued')
			? 'queued'
			: 'running';
	const [first] = tasks;
	return {
		job: {
			...blank(id),
			...endOf(told, images.length, total, failure),
			total,
			completed: images.length,
			progress: ended ? (images.length === total ? 100 : null) : percent(images.length, total),
			createdAt: isoTime(first?.created_at),
			updatedAt: latest(tasks.map((task) => task.updated_at ?? task.completed_at)),
		},
		images,
		raw: tasks,
	};
}

function imageOfTask(task: ImageTask, index: number, baseUrl: string): DeliveredImage[] {
	// Without object storage the address is empty, and the file lies on the server.
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

/** Status and error of a job by what the server says and what it has. A success without all its pictures is none. */
function endOf(
	told: JobStatus,
	images: number,
	total: number | null,
	message: string | null | undefined,
): Pick<Job, 'status' | 'error'> {
	if (told === 'queued' || told === 'running') return { status: told, error: null };
	if (images === 0)
		return {
			status: 'failed',
			error:
				told === 'failed' || message
					? failureOf(message)
					: jobError('malformedResponse', {
							message: 'The task is completed and has no image',
							hint: 'The images may have been deleted, or the model refused',
							retryable: false,
						}),
		};
	if (total === null || images >= total) return { status: 'succeeded', error: null };
	const reason = message
		? failureOf(message)
		: jobError('upstream', { message: 'the server gives no reason', hint: 'Generate the missing images again' });
	return { status: 'partial', error: partlyArrived(images, total, reason) };
}

function blank(id: string): Job {
	return {
		provider: 'nanoBananaPro',
		id,
		status: 'running',
		progress: null,
		total: null,
		completed: null,
		error: null,
		idempotencyKey: null,
		createdAt: null,
		updatedAt: null,
	};
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
