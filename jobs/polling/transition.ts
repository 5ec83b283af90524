import { ImageError } from '../../model/errors';
import { countedImages, withMaxImages } from '../../model/imageCount';
import { isTerminal, type Job, type JobSnapshot, type JobStatus } from '../../model/job';

/**
 * The states that may follow each state. Nothing follows a terminal state; a running job is never queued again, so an
 * answer that reports this is outdated.
 */
const next: Record<JobStatus, readonly JobStatus[]> = {
	queued: ['queued', 'running', 'retrying', 'succeeded', 'partial', 'failed', 'canceled'],
	running: ['running', 'retrying', 'succeeded', 'partial', 'failed', 'canceled'],
	retrying: ['queued', 'running', 'retrying', 'succeeded', 'partial', 'failed', 'canceled'],
	succeeded: [],
	partial: [],
	failed: [],
	canceled: [],
};

export function mayBecome(from: JobStatus, to: JobStatus): boolean {
	return next[from].includes(to);
}

/** An answer about another job than the one that was polled, e.g. from a proxy's cache. */
export function otherJob(polled: string, answered: string | null, more: { retryable?: boolean } = {}): ImageError {
	const message = `Polled job ${polled}, but the answer is about job ${String(answered)}`;
	return new ImageError('malformedResponse', { message, ...more });
}

/**
 * The job after an observation. Late, repeated and reordered answers are ignored: the result is then `current` itself,
 * so `===` shows whether anything was learned. What was known before (total, key, creation time) is kept where the
 * answer does not contain it, and progress never goes backwards.
 * Throws `malformedResponse` when the answer is about another job.
 */
export function advance(current: Job, observed: Job): Job {
	if (current.id !== null && observed.id !== current.id)
		throw otherJob(current.id, observed.id, { retryable: false });
	if (!mayBecome(current.status, observed.status)) return current;
	// Nothing follows a terminal state, so it counts whatever its time.
	if (!isTerminal(observed.status) && isOlder(observed.updatedAt, current.updatedAt)) return current;
	const again = current.status === observed.status;
	return settled({
		...observed,
		total: observed.total ?? current.total,
		completed: again ? highest(current.completed, observed.completed) : observed.completed,
		progress: again ? highest(current.progress, observed.progress) : observed.progress,
		idempotencyKey: observed.idempotencyKey ?? current.idempotencyKey,
		createdAt: observed.createdAt ?? current.createdAt,
		updatedAt: observed.updatedAt ?? current.updatedAt,
		// The provider does not know these.
		...(current.endpoint === undefined ? {} : { endpoint: current.endpoint }),
		...(current.attempts === undefined ? {} : { attempts: current.attempts }),
		...(current.ref === undefined ? {} : { ref: current.ref }),
		...(current.adoptedFrom === undefined ? {} : { adoptedFrom: current.adoptedFrom }),
	});
}

/**
 * As `advance`, for a job together with its images; an ignored answer leaves both unchanged. There is one exception:
 * images of a success that is known without images are added, since an item may have lost them in the workflow.
 */
export function advanceSnapshot(current: JobSnapshot | undefined, observed: JobSnapshot): JobSnapshot {
	if (!current) return withMaxImages({ ...observed, job: settled(observed.job) });
	const job = advance(current.job, observed.job);
	if (job !== current.job) return withMaxImages({ ...observed, job });
	const hasNoImages = current.images.length === 0 && isSuccess(current.job) && isSuccess(observed.job);
	return hasNoImages && observed.images.length > 0 ? withMaxImages({ ...observed, job }) : current;
}

function isSuccess({ status }: Job): boolean {
	return status === 'succeeded' || status === 'partial';
}

/**
 * A success with fewer images than requested is `partial`; with none it is a failure. Images that were paid for and did
 * not arrive are always reported.
 */
function settled(job: Job): Job {
	if (job.status !== 'succeeded' || job.completed === null) return job;
	if (isEmptySuccess(job)) {
		return {
			...job,
			status: 'failed',
			progress: null,
			error: new ImageError('malformedResponse', {
				message: 'The provider reports success but sent no image',
				hint: 'Ask the provider about this job; its content may have been rejected',
				retryable: false,
			}).toJobError(),
		};
	}
	if (job.total === null || job.completed >= job.total) return job;
	return {
		...job,
		status: 'partial',
		error: new ImageError('upstream', {
			message: countedImages(job.completed, job.total),
			hint: 'Generate the missing images again',
		}).toJobError(),
	};
}

/**
 * Whether a provider reports success and no image. Its list of images can be later than its status, and a job that ends
 * this way is paid again by a retry.
 */
export function isEmptySuccess({ status, completed }: Job): boolean {
	return status === 'succeeded' && completed === 0;
}

function isOlder(observed: string | null, current: string | null): boolean {
	return observed !== null && current !== null && Date.parse(observed) < Date.parse(current);
}

function highest(a: number | null, b: number | null): number | null {
	if (a === null || b === null) return a ?? b;
	return Math.max(a, b);
}
