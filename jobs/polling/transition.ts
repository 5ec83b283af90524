import { ImageError } from '../../model/errors';
import { isTerminal, type Job, type JobSnapshot, type JobStatus } from '../../model/job';

/**
 * Where a job may go from each state. Terminal states lead nowhere; a running job is never queued again, so such an
 * answer is late.
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

/**
 * The job after an observation. Late, repeated and reordered answers are refused: the result is then `current`
 * itself, so `===` tells whether anything was learned. What was known before (total, key, creation time) is kept
 * where the answer is silent, and progress never goes backwards.
 * Throws `malformedResponse` when the answer is about another job.
 */
export function advance(current: Job, observed: Job): Job {
	if (current.id !== null && observed.id !== current.id) {
		throw new ImageError('malformedResponse', {
			message: `Asked after job ${current.id}, told of job ${String(observed.id)}`,
			retryable: false,
		});
	}
	if (!mayBecome(current.status, observed.status)) return current;
	// An end is never followed by anything, so it counts whatever its clock says.
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
		// Of these the provider knows nothing.
		...(current.endpoint === undefined ? {} : { endpoint: current.endpoint }),
		...(current.attempts === undefined ? {} : { attempts: current.attempts }),
		...(current.ref === undefined ? {} : { ref: current.ref }),
		...(current.adoptedFrom === undefined ? {} : { adoptedFrom: current.adoptedFrom }),
	});
}

/**
 * As `advance`, for a job together with its images; a refused answer leaves both as they were. Only the pictures of a
 * success that is known without them are still taken in: an item may have lost them on its way.
 */
export function advanceSnapshot(current: JobSnapshot | undefined, observed: JobSnapshot): JobSnapshot {
	if (!current) return { ...observed, job: settled(observed.job) };
	const job = advance(current.job, observed.job);
	if (job !== current.job) return { ...observed, job };
	const bare = current.images.length === 0 && isSuccess(current.job) && isSuccess(observed.job);
	return bare && observed.images.length > 0 ? { ...observed, job } : current;
}

function isSuccess({ status }: Job): boolean {
	return status === 'succeeded' || status === 'partial';
}

/**
 * A success with fewer images than were asked for is `partial`; with none it is a failure. What was paid for and did
 * not come is never silent.
 */
function settled(job: Job): Job {
	if (job.status !== 'succeeded' || job.completed === null) return job;
	if (job.completed === 0) {
		return {
			...job,
			status: 'failed',
			progress: null,
			error: new ImageError('malformedResponse', {
				message: 'The provider reports success but sent no image',
				hint: 'Ask the provider about this job; it may have been refused',
				retryable: false,
			}).toJobError(),
		};
	}
	if (job.total === null || job.completed >= job.total) return job;
	return {
		...job,
		status: 'partial',
		error: new ImageError('upstream', {
			message: `${job.completed} of ${job.total} images came`,
			hint: 'Generate the missing images again',
		}).toJobError(),
	};
}

function isOlder(observed: string | null, current: string | null): boolean {
	return observed !== null && current !== null && Date.parse(observed) < Date.parse(current);
}

function highest(a: number | null, b: number | null): number | null {
	if (a === null || b === null) return a ?? b;
	return Math.max(a, b);
}
