import { abortable } from '../../jobs/runtime/clock';
import type { Wanted } from '../../jobs/submission/wanted';
import { type Choice, refOf } from '../../jobs/submission/failover';
import type { Given } from '../../jobs/submission/jobMaker';
import { ImageError, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { JobCost } from '../execution/counts';
import { wireKeyOf } from '../execution/identity';
import { makerOf } from '../execution/memory';
import { jobNotMade } from '../items/snapshots';
import { restOfMaxWait } from '../pictures/downloadTime';
import { costOf } from './budget';
import { cancelQueued, waitForJob } from './followJob';
import { choicesOf } from './routes';
import type { Outcome, Run, Task } from './task';
import type { Moment } from '../../jobs/runtime/clock';

const hourMs = 3_600_000;
/** Maximum age of an abandoned job that an item may take over, in hours; the default of the option. */
const adoptWithinHours = 12;

/** The item's record in the journal, if known. */
interface Tracked {
	ref: string;
	/** Whether another run works on the same job and releases it. */
	isShared: boolean;
	/** The work that continues even if the execution is stopped. */
	making: Promise<unknown>;
}

/**
 * Makes one item's job, and follows it if the item waits. An error becomes the error of the item. Throws only if the
 * execution was stopped.
 */
export async function runTask(run: Run, task: Task, startBy: Moment): Promise<Outcome> {
	const { memory, delivery } = run;
	// Until a record is found, this is the ref that a new record would have.
	const tracked: Tracked = { ref: refOf(memory, task.key), isShared: false, making: Promise.resolve() };
	try {
		const given = await makeJob(run, task, startBy, tracked);
		const leftMs = restOfMaxWait(task.maxWaitMs);
		const snapshot = await finalSnapshot(run, task, given);
		const cost = await recordSpending(run, task, given, snapshot);
		const { how } = given;
		const outcome = { ...(await withPictures(run, task, given, snapshot, leftMs())), how, cost };
		return { ...outcome, snapshot: withRef(outcome.snapshot, tracked.ref) };
	} catch (thrown) {
		const error = toImageError(thrown);
		if (error.code === 'canceled') throw error;
		// The item reports the unknown outcome once; the next run then generates again.
		if (error.outcome === 'unknown' && error.delivery === 'notSent') delivery.reported(tracked.ref);
		const { provider, request } = task.route;
		const snapshot = jobNotMade(provider.id, request.count, error.toJobError(), task.key);
		return { snapshot: withRef(snapshot, tracked.ref) };
	} finally {
		// If another run needs this job, it waits only for the request that is being sent.
		delivery.track(
			tracked.making.then(async () =>
				tracked.isShared ? undefined : await memory.journal.release([tracked.ref]),
			),
		);
	}
}

/** Makes the job at the first endpoint that accepts it, or finds it in the journal. Throws ImageError. */
async function makeJob(run: Run, task: Task, startBy: Moment, tracked: Tracked): Promise<Given> {
	const { memory, delivery, signal } = run;
	const choices = await choicesOf(task.routes, (provider) => run.poolFor(provider, task.itemIndex), task.key);
	const [first, ...others] = choices;
	if (!first)
		throw new ImageError('invalidRequest', {
			message: 'No endpoint of the credential is for this model',
			hint: 'Add the model to one of its endpoints, or leave the Models of one empty',
			delivery: 'notSent',
		});
	const making = makerOf(memory).make(
		[first, ...others],
		wantedOf(run, task, choices),
		{ cost: costOf(task.routes, task.options.budget?.limits ?? {}), limits: run.limits },
		{
			signal,
			deadline: startBy,
			answerWithinMs: task.maxWaitMs,
			group: run.context.getExecutionId(),
			unsupported: task.unsupported,
			onRecord: (ref, isShared) => {
				Object.assign(tracked, { ref, isShared });
				delivery.add(ref, isShared);
			},
		},
	);
	tracked.making = making.catch(() => undefined);
	// After a stop, a queued job is canceled, so that it costs nothing. The node does not wait for the cancellation.
	delivery.track(
		making.then(
			async (given) => (signal?.aborted === true ? await cancelQueued(run, task, given) : undefined),
			() => undefined,
		),
	);
	const given = await abortable(making, signal);
	task.route = task.routes.find(({ request }) => request === given.request) ?? task.route;
	return given;
}

/** The job right after its submit, or its state after the wait. */
async function finalSnapshot(run: Run, task: Task, given: Given): Promise<JobSnapshot> {
	const { record, how, snapshot } = given;
	const isAdopted = record.adoptedFrom !== null && how === 'adopted';
	const made = isAdopted
		? { ...snapshot, job: { ...snapshot.job, adoptedFrom: record.adoptedFrom ?? '' } }
		: snapshot;
	return task.wait && !isTerminal(made.job.status) ? await waitForJob(run, task, given, made) : made;
}

/**
 * Replaces the estimated cost with the cost that the provider reports, and keeps the images for *Reuse Within* and for
 * their links. Returns the cost of a job that was made now.
 */
async function recordSpending(
	{ memory }: Run,
	task: Task,
	given: Given,
	{ usage }: JobSnapshot,
): Promise<JobCost | undefined> {
	const { record, how } = given;
	const isOwnPrice = Boolean(task.options.budget?.limits?.pricePerImage);
	const usd = isOwnPrice ? null : (usage?.estimatedUsd ?? null);
	if (usd !== null && how === 'new') await memory.journal.change(record.ref, { cost: { ...record.cost, usd } });
	const reuseDays = task.options.reuseDays ?? 0;
	const reuseUntil = reuseDays > 0 ? Date.now() + reuseDays * 24 * hourMs : 0;
	const until = Math.max(reuseUntil, task.links.base ? task.links.until : 0);
	if (until > 0) await memory.results.keep([record.ref], until);
	return how === 'new' ? { usd: usd ?? record.cost.usd, isOwnPrice } : undefined;
}

/** Fetches the images of an ended job if the item's fields request them. Images inside the answer are always stored. */
async function withPictures(
	run: Run,
	task: Task,
	{ endpoint }: Given,
	snapshot: JobSnapshot,
	withinMs: number,
): Promise<Outcome> {
	const isWanted = task.download || snapshot.images.some(({ inline }) => inline);
	if (snapshot.images.length === 0 || !isWanted || !isTerminal(snapshot.job.status)) return { snapshot };
	return await run.pictures.fetch(snapshot, endpoint, {
		maxMegabytes: task.options.maxImageSize,
		binaryField: task.binaryField,
		withinMs,
	});
}

/** The data by which the journal looks for an earlier job before a new job is made. */
function wantedOf({ context, identity, savedRefs }: Run, task: Task, choices: readonly Choice[]): Wanted {
	const adoptHours = task.options.adoptHours ?? adoptWithinHours;
	const { lineage, rootExecutionId, origin, day } = identity;
	return {
		baseKey: task.key,
		isOwnKey: task.ownKey !== '',
		wireKey: task.ownKey === '' ? task.key : wireKeyOf(task.ownKey),
		lineage,
		rootExecutionId,
		origin: { ...origin, itemIndex: task.itemIndex },
		day: day(),
		requests: [...new Set(choices.map(({ requestDigest }) => requestDigest))],
		credentialIds: [...new Set(choices.map(({ credentialId }) => credentialId))],
		// A second run in the editor makes a second image, but takes over a job that was stopped or lost.
		adoptWithinMs: adoptHours * hourMs,
		reuseWithinMs: (task.options.reuseDays ?? 0) * 24 * hourMs,
		savedRefs: async (executionId) =>
			executionId === context.getExecutionId() ? new Set() : await savedRefs(executionId),
	};
}

function withRef(snapshot: JobSnapshot, ref: string): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, ref } };
}
