import { ImageError, type JobError } from '../../model/errors';
import { blankJob, isTerminal, type JobSnapshot } from '../../model/job';

/** Snapshots that the nodes make: without a job, with an error, or with an unknown outcome. */

/** A job with known provider and id and no other data. */
export function unknownSnapshot(provider: string, id: string | null): JobSnapshot {
	return { job: { ...blankJob(provider), id }, images: [], raw: null };
}

/** A request that made no job. */
export function jobNotMade(
	provider: string,
	total: number | null,
	error: JobError,
	idempotencyKey: string | null,
): JobSnapshot {
	return {
		job: { ...blankJob(provider), status: 'failed', total, completed: 0, error, idempotencyKey },
		images: [],
		raw: null,
	};
}

/** The job with a later error attached; its status stays what the provider reported. */
export function withError(snapshot: JobSnapshot, error: JobError): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, error } };
}

/**
 * The state of the job before a failed poll, with the error. If the provider does not know the job, it counts as
 * failed.
 */
export function pollFailed(before: JobSnapshot, error: ImageError): JobSnapshot {
	const snapshot = keepUnknownOutcome(before, withError(before, error.toJobError()));
	return error.code === 'notFound' && !isTerminal(before.job.status)
		? { ...snapshot, job: { ...snapshot.job, status: 'failed' } }
		: snapshot;
}

/** The error of a job that is missing in the provider's answer to a poll. */
export function jobNotMentioned(): ImageError {
	return new ImageError('malformedResponse', { message: 'The provider did not mention this job' });
}

/** Whether a user must check an item: its job failed, or its images could not be fetched. */
export function isFailure({ job }: JobSnapshot): boolean {
	if (!isTerminal(job.status)) return false;
	return job.status === 'failed' || job.status === 'canceled' || (job.status === 'succeeded' && job.error !== null);
}

/**
 * A later state of a job, with an earlier error that the provider does not report: requests of unknown outcome may have
 * made images. That error stays until all images have arrived.
 */
export function keepUnknownOutcome(before: JobSnapshot | undefined, after: JobSnapshot): JobSnapshot {
	const known = before?.job.error;
	const { status, error } = after.job;
	if (known?.outcome !== 'unknown' || error?.outcome === 'unknown' || status === 'succeeded') return after;
	return withError(after, {
		...known,
		message: error && isTerminal(status) ? `${error.message}. ${known.message}` : known.message,
	});
}
