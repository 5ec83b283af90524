import { toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { Given } from '../../jobs/submission/jobMaker';
import { endpointDigest } from '../../jobs/submission/failover';
import { recordEnds, recordSnapshots } from '../execution/memory';
import { keepUnknownOutcome, withError } from '../items/snapshots';
import type { Run, Task } from './task';
import { inMs, systemClock } from '../../jobs/runtime/clock';

/**
 * Waits until a job ends, and records its end in the journal. Returns the job's state after Max Wait, or the job with
 * the error that ended the polling. Throws only if the execution was stopped.
 */
export async function waitForJob(run: Run, task: Task, given: Given, before: JobSnapshot): Promise<JobSnapshot> {
	const { memory, signal, delivery } = run;
	const { endpoint, record } = given;
	const { id } = before.job;
	if (id === null) return before;
	try {
		const result = await endpoint.jobs.wait(id, {
			deadline: inMs(systemClock, task.maxWaitMs),
			signal,
			known: before,
		});
		const latest = withOrigin(result.snapshot ?? before, before);
		if (!result.ended)
			return keepUnknownOutcome(before, result.error ? withError(latest, result.error.toJobError()) : latest);
		const ended = keepUnknownOutcome(before, latest);
		await recordEnds(memory, endpointDigest(memory, endpoint), [{ ref: record.ref, snapshot: ended }]);
		return ended;
	} catch (thrown) {
		const error = toImageError(thrown);
		if (error.code === 'canceled') {
			delivery.track(cancelQueued(run, task, given));
			throw error;
		}
		return keepUnknownOutcome(before, withError(before, error.toJobError()));
	}
}

/**
 * Adds the data about the job's origin, because the provider does not report them: the endpoint that made it, the
 * failed attempts before, and the job that was taken over.
 */
function withOrigin(snapshot: JobSnapshot, { job: { endpoint, attempts, adoptedFrom } }: JobSnapshot): JobSnapshot {
	return {
		...snapshot,
		job: {
			...snapshot.job,
			...(endpoint === undefined ? {} : { endpoint }),
			...(attempts ? { attempts } : {}),
			...(adoptedFrom === undefined ? {} : { adoptedFrom }),
		},
	};
}

/**
 * After a stop: cancels the job if the provider says that it is still queued. A running job is paid for, and the next
 * run can take it over.
 */
export async function cancelQueued({ memory }: Run, task: Task, { endpoint, snapshot, record }: Given): Promise<void> {
	const { id, status, error } = snapshot.job;
	// A part of the job may have been made although its answer was lost. The next run finds out, so the job must not be
	// canceled.
	if (error?.outcome === 'unknown') return;
	const isCancelable = id !== null && endpoint.session.cancel !== undefined && !isTerminal(status);
	if (task.options.cancelOnStop === false || !isCancelable) return;
	try {
		const observation = (await endpoint.pollOnce([id])).get(id);
		if (!observation?.ok || observation.snapshot.job.status !== 'queued') return;
		const canceled = await endpoint.cancel(id);
		// A job that had not begun costs nothing, so its share of the budget is given back.
		if (canceled.job.status === 'canceled' && canceled.images.length === 0)
			await memory.journal.change(record.ref, { cost: { images: 0, usd: record.cost.usd === null ? null : 0 } });
		await recordSnapshots(memory, endpointDigest(memory, endpoint), [{ ref: record.ref, snapshot: canceled }]);
	} catch {
		// The job runs or has ended; the journal still has it.
	}
}
