import { jobError, type JobError } from '../../model/errors';
import { countedImages } from '../../model/imageCount';
import type { DeliveredImage, Job, JobSnapshot, JobStatus } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { fileNameOf } from '../fileName';
import { isoTime } from '../lenient';
import { partlyArrived } from '../partialJob';
import { failureOfTask, toJobError } from './errors';
import { sizeOf } from './sizes';
import type { BatchItem, BatchSummary, GenerateBody, TaskAnswer } from './wire';

/** How one task of a job stands. */
export interface TaskState {
	status: Exclude<JobStatus, 'partial'>;
	progress: number | null;
	error: JobError | null;
	image: Omit<DeliveredImage, 'index' | 'fileName'> | null;
}

/**
 * The document's words for a task, and the lower-case ones of a batch's items. A word we do not know is one of a job
 * that still runs.
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
const canceled = jobError('canceled', { message: 'The task was canceled', hint: null });

/** The request in the document's fields, one body a picture. */
export function toGenerateBody(request: ImageRequest, batchId: string, index: number): GenerateBody {
	const { prompt, negativePrompt, seed, count, extras = {} } = request;
	const number = (name: string) => (typeof extras[name] === 'number' ? extras[name] : undefined);
	const steps = number('steps');
	const guidance = number('guidanceScale');
	const truncation = number('cfgTruncation');
	const length = number('maxSequenceLength');
	return {
		prompt,
		...sizeOf(request),
		...(negativePrompt === undefined ? {} : { negative_prompt: negativePrompt }),
		// The same seed would make the same picture `count` times.
		...(seed === undefined ? {} : { seed: seed + index }),
		...(steps === undefined ? {} : { num_inference_steps: steps }),
		...(guidance === undefined ? {} : { guidance_scale: guidance }),
		...(typeof extras['cfgNormalization'] === 'boolean' ? { cfg_normalization: extras['cfgNormalization'] } : {}),
		...(truncation === undefined ? {} : { cfg_truncation: truncation }),
		...(length === undefined ? {} : { max_sequence_length: length }),
		metadata: { batch_id: batchId, batch_index: index, batch_size: count },
	};
}

/** A file below `/generated-images/`, as an absolute URL; other absolute URLs stay as they are. */
export function fileUrl(baseUrl: string, path: string): string {
	// A percent sign that begins no escape stands for itself.
	return /^https?:\/\//i.test(path)
		? path
		: `${baseUrl}/${path.replace(/^\/+/, '').replace(/%(?![0-9a-f]{2})/gi, '%25')}`;
}

const generated = (baseUrl: string, relativePath: string) =>
	fileUrl(
		baseUrl,
		`/generated-images/${relativePath.toWellFormed().replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')}`,
	);

/** @param preview whether the smaller file is wanted */
export function stateOfTask(task: TaskAnswer, baseUrl: string, preview: boolean): TaskState {
	const status = statusOf(task.status);
	const { result, image_url: shown } = task;
	const original = result?.relative_path ? generated(baseUrl, result.relative_path) : null;
	const small = shown
		? fileUrl(baseUrl, shown)
		: result?.preview_relative_path
			? generated(baseUrl, result.preview_relative_path)
			: null;
	const url = preview ? (small ?? original) : (original ?? small);
	return {
		status: status === 'succeeded' && url === null ? 'failed' : status,
		// Told in PROGRESS alone, and 100 there before the picture is ready.
		progress: task.progress ?? null,
		error:
			status === 'failed'
				? failureOfTask(task)
				: status === 'canceled'
					? canceled
					: status === 'succeeded' && url === null
						? jobError('malformedResponse', {
								message: 'The task succeeded without a picture',
								hint: null,
								retryable: false,
							})
						: null,
		image: status === 'succeeded' && url !== null ? imageAt(url, result ?? {}) : null,
	};
}

/**
 * A batch names only the previews of its pictures; `originals` is the ending of the original files, where it is known.
 */
export function stateOfItem(item: BatchItem, baseUrl: string, originals: string | null): TaskState {
	const status = statusOf(item.status);
	const preview = item.image_url ? fileUrl(baseUrl, item.image_url) : null;
	const url = preview !== null && originals !== null ? preview.replace(/\.[a-z0-9]+$/i, originals) : preview;
	return {
		status: status === 'succeeded' && url === null ? 'failed' : status,
		progress: null,
		error:
			status === 'failed'
				? toJobError({ code: item.error_code, hint: item.error_hint })
				: status === 'canceled'
					? canceled
					: status === 'succeeded' && url === null
						? jobError('malformedResponse', {
								message: 'The task succeeded without a picture',
								hint: null,
								retryable: false,
							})
						: null,
		image: status === 'succeeded' && url !== null ? imageAt(url, item) : null,
	};
}

function imageAt(
	url: string,
	{
		width,
		height,
		seed,
	}: { width?: number | null | undefined; height?: number | null | undefined; seed?: number | null | undefined },
): Omit<DeliveredImage, 'index' | 'fileName'> {
	return { url, mimeType: null, width: width ?? null, height: height ?? null, bytes: null, seed: seed ?? null };
}

/** A task of which nothing is known but that it was accepted. */
export const waiting: TaskState = { status: 'queued', progress: null, error: null, image: null };

export const hasEnded = ({ status }: Pick<TaskState, 'status'>): boolean =>
	status === 'succeeded' || status === 'failed' || status === 'canceled';

interface JobParts {
	id: string;
	/** Pictures asked for; null where nobody knows. */
	count: number | null;
	/** Of every task, those included that have not begun. */
	states: readonly TaskState[];
	createdAt: string | null;
	raw: unknown;
}

/**
 * What the tasks of a job come to. The server's own word for a batch is not trusted: it says SUCCESS of one in which
 * everything failed.
 */
export function toSnapshot({ id, count, states, createdAt, raw }: JobParts): JobSnapshot {
	const images = states
		.flatMap(({ image }) => (image ? [image] : []))
		.map((image, index) => ({ ...image, index, fileName: fileNameOf(image.url ?? '', index) }));
	const total = count ?? (states.length || null);
	const ended = states.length > 0 && states.every(hasEnded);
	const status = ended ? endOf(states, images.length, total) : stateOfRunning(states);
	const progress = ended
		? status === 'succeeded'
			? 100
			: null
		: states.length === 1
			? (states[0]?.progress ?? null)
			: !total
				? null
				: Math.round((100 * states.filter(hasEnded).length) / total);
	const job: Job = {
		provider: 'zImage',
		id,
		status,
		progress,
		total,
		completed: images.length,
		error: errorOf(status, states, images.length, total),
		idempotencyKey: null,
		createdAt: isoTime(createdAt),
		updatedAt: null,
	};
	return { job, images, raw };
}

function endOf(states: readonly TaskState[], images: number, total: number | null): JobStatus {
	if (images > 0) return images === (total ?? images) ? 'succeeded' : 'partial';
	return states.every(({ status }) => status === 'canceled') ? 'canceled' : 'failed';
}

function stateOfRunning(states: readonly TaskState[]): JobStatus {
	if (states.every(({ status }) => status === 'queued')) return 'queued';
	return states.some(({ status }) => status === 'retrying') && !states.some(({ status }) => status === 'running')
		? 'retrying'
		: 'running';
}

function errorOf(
	status: JobStatus,
	states: readonly TaskState[],
	images: number,
	total: number | null,
): JobError | null {
	if (status === 'succeeded') return null;
	const first =
		states.find(({ status: own, error }) => own === 'failed' && error)?.error ??
		states.find(({ error }) => error)?.error ??
		null;
	if (status === 'partial')
		return first
			? partlyArrived(images, total, first)
			: jobError('upstream', {
					message: countedImages(images, total),
					hint: 'Generate the missing images again',
				});
	if (status === 'queued')
		return jobError('notFound', {
			message: 'No worker has begun; the server says the same of IDs it does not know',
			hint: 'If it stays so, check the job ID and whether workers are running',
			retryable: true,
		});
	return status === 'failed' || status === 'canceled' ? first : null;
}

/** A job from its row of the history where that tells all: one picture, and it is there. */
export function ofWhole(row: BatchSummary, id: string, baseUrl: string, preview: boolean): JobSnapshot | null {
	const path = preview ? row.image_url : (row.relative_path ?? null);
	if (row.batch_size !== 1 || row.success_count !== 1 || !path) return null;
	const url = preview ? fileUrl(baseUrl, path) : generated(baseUrl, path);
	return toSnapshot({
		id,
		count: 1,
		states: [{ status: 'succeeded', progress: null, error: null, image: imageAt(url, row) }],
		createdAt: row.created_at ?? null,
		raw: row,
	});
}

/** A job of which nothing is done yet: its row says all there is to say. */
export function ofIdle(row: BatchSummary, id: string, count: number | null): JobSnapshot | null {
	return row.status === 'PENDING' && !row.success_count && !row.failed_count ? ofSummary(row, id, count) : null;
}

/** A batch of the list by its counts; its pictures are had by asking after it. */
export function ofCounts(row: BatchSummary): JobSnapshot {
	const snapshot = ofSummary(row, row.task_id, null);
	const { total, completed } = snapshot.job;
	if (row.status === 'PENDING') return snapshot;
	const status = completed === 0 ? 'failed' : completed === total ? 'succeeded' : 'partial';
	const error =
		status === 'succeeded'
			? null
			: jobError('upstream', { message: countedImages(completed ?? 0, total), hint: null });
	return { ...snapshot, job: { ...snapshot.job, status, error } };
}

function ofSummary(summary: BatchSummary, id: string, count: number | null): JobSnapshot {
	const completed = summary.success_count ?? 0;
	const total = count ?? summary.batch_size ?? null;
	return {
		job: {
			provider: 'zImage',
			id,
			status: 'running',
			progress: !total ? null : Math.round((100 * completed) / total),
			total,
			completed,
			error: null,
			idempotencyKey: null,
			createdAt: isoTime(summary.created_at),
			updatedAt: null,
		},
		images: [],
		raw: summary,
	};
}

/** What a row of the history tells of its request. */
export function requestOf(summary: BatchSummary): Record<string, unknown> {
	const { prompt, width, height, batch_size: count, base_seed: seed } = summary;
	return Object.fromEntries(
		Object.entries({ prompt, width, height, count, seed }).filter(
			([, value]) => typeof value === 'string' || typeof value === 'number',
		),
	);
}
