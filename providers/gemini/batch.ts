import { type ImageError, jobError } from '../../model/errors';
import type { Job, JobSnapshot, JobStatus } from '../../model/job';
import { isoTime } from '../lenient';
import { partlyArrived } from '../partialJob';
import { batchError, noPicture } from './errors';
import { picturesIn, withoutData } from './mapping';
import { usageOf } from './usage';
import type { BatchJob, BatchResponse } from './wire';

/** A batch with any other status word counts as running. */
const statuses: Readonly<Record<string, JobStatus>> = {
	JOB_STATE_QUEUED: 'queued',
	JOB_STATE_PENDING: 'queued',
	JOB_STATE_PAUSED: 'queued',
	JOB_STATE_RUNNING: 'running',
	JOB_STATE_SUCCEEDED: 'succeeded',
	JOB_STATE_PARTIALLY_SUCCEEDED: 'succeeded',
	JOB_STATE_FAILED: 'failed',
	JOB_STATE_EXPIRED: 'failed',
	JOB_STATE_CANCELLED: 'canceled',
};

export function statusOfBatch({ state }: BatchJob): JobStatus {
	return (state && Object.hasOwn(statuses, state) ? statuses[state] : undefined) ?? 'running';
}

/** A batch as a job without its images: for a batch from a list, and for a batch that is still running. */
export function fromBatch(batch: BatchJob): JobSnapshot {
	const status = statusOfBatch(batch);
	const job: Job = {
		provider: 'gemini',
		id: batch.name,
		status,
		progress: status === 'succeeded' ? 100 : null,
		total: null,
		completed: null,
		error: status === 'failed' ? failureOf(batch) : null,
		idempotencyKey: batch.displayName ?? null,
		createdAt: isoTime(batch.createTime),
		updatedAt: isoTime(batch.updateTime ?? batch.endTime),
	};
	const { dest: _dest, ...raw } = batch;
	return { job, images: [], raw };
}

/** A successful batch as a job, with the images in the order of its responses. Without any image the job has failed. */
export function fromResponses(batch: BatchJob, responses: readonly BatchResponse[]): JobSnapshot {
	const snapshot = fromBatch(batch);
	const answers = responses.flatMap(({ response }) => (response ? [response] : []));
	const { images, failures } = picturesIn(answers);
	const lost: ImageError[] = responses.flatMap(({ response, error }) => (response ? [] : [batchError(error ?? {})]));
	const total = Math.max(responses.length, images.length);
	const [reason = noPicture({ reason: null, message: null, words: '' })] = [...failures, ...lost];
	const status = images.length === 0 ? 'failed' : images.length < total ? 'partial' : 'succeeded';
	const error =
		status === 'succeeded'
			? null
			: status === 'partial'
				? partlyArrived(images.length, total, reason.toJobError())
				: reason.toJobError();
	const usage = usageOf(answers, batch.model ?? '', { batch: true });
	return {
		job: {
			...snapshot.job,
			status,
			progress: status === 'succeeded' ? 100 : null,
			total,
			completed: images.length,
			error,
		},
		images,
		raw: withoutData({ ...batch, dest: { responses } }),
		...(usage ? { usage } : {}),
	};
}

function failureOf({ state, error }: BatchJob) {
	if (state === 'JOB_STATE_EXPIRED')
		return jobError('timeout', {
			message: 'The batch did not end within its time and expired',
			hint: 'Submit it again, or in smaller parts',
		});
	return batchError(error ?? {}).toJobError();
}
