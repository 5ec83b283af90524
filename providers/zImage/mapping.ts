import { type JobError, jobError } from '../../model/errors';
import { countedImages } from '../../model/imageCount';
import type { Job, JobSnapshot, JobStatus } from '../../model/job';
import { fileNameOf } from '../../model/imageName';
import { isoTime } from '../lenient';
import { partlyArrived } from '../partialJob';
import { hasEnded, type TaskState } from './taskState';

interface JobParts {
	id: string;
	/** Number of images requested; null if it is unknown. */
	count: number | null;
	/** The state of every task, also of tasks that have not begun. */
	states: readonly TaskState[];
	createdAt: string | null;
	raw: unknown;
}

/**
 * A job from the states of its tasks. The server's own status of a batch is not used, because it says SUCCESS even if
 * every task failed.
 */
export function toSnapshot({ id, count, states, createdAt, raw }: JobParts): JobSnapshot {
	const images = states
		.flatMap(({ image }) => (image ? [image] : []))
		.map((image, index) => ({ ...image, index, fileName: fileNameOf(image.url ?? '', index) }));
	const total = count ?? (states.length || null);
	const isOver = states.length > 0 && states.every(hasEnded);
	const status = isOver ? finalStatus(states, images.length, total) : runningStatus(states);
	const job: Job = {
		provider: 'zImage',
		id,
		status,
		progress: isOver ? (status === 'succeeded' ? 100 : null) : progressOf(states, total),
		total,
		completed: images.length,
		error: errorOf(status, states, images.length, total),
		idempotencyKey: null,
		createdAt: isoTime(createdAt),
		updatedAt: null,
	};
	return { job, images, raw };
}

function progressOf(states: readonly TaskState[], total: number | null): number | null {
	if (states.length === 1) return states[0]?.progress ?? null;
	return total ? Math.round((100 * states.filter(hasEnded).length) / total) : null;
}

function finalStatus(states: readonly TaskState[], images: number, total: number | null): JobStatus {
	if (images > 0) return images === (total ?? images) ? 'succeeded' : 'partial';
	return states.every(({ status }) => status === 'canceled') ? 'canceled' : 'failed';
}

function runningStatus(states: readonly TaskState[]): JobStatus {
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
	if (status === 'queued')
		return jobError('notFound', {
			message: 'No worker has begun; the server gives the same answer for IDs that it does not know',
			hint: 'If this does not change, check the job ID and whether workers are running',
			retryable: true,
		});
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
	return status === 'failed' || status === 'canceled' ? first : null;
}
