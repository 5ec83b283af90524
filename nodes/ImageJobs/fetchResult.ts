import type { INodeExecutionData } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { Slots } from '../../jobs/runtime/slots';
import { restoreResult } from '../../jobs/submission/storedSnapshot';
import type { JobRecord } from '../../memory/record';
import { ImageError, outcomeOf } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { poolsOf } from '../endpoints/nodeEndpoint';
import { hintAt, summarize, toNodeError } from '../execution/errors';
import { type Delivery, deliveryOf } from '../execution/delivery';
import { type RecordedSnapshot, recordEnds } from '../execution/memory';
import { requestOf, splitImages, fetchedDifferencesOf } from '../items/items';
import { isFailure, jobNotMentioned, keepUnknownOutcome, pollFailed } from '../items/snapshots';
import { picturesOf } from '../pictures/pictures';
import { isUnknown, jobItem } from './jobItem';
import { endpointIsGone, endpointOfRecord, inOrder, type ItemJob, jobsOfItems } from './jobsOfItems';
import { onlyImage, readImageIndex, withOtherImages } from './onlyImage';
import { type Result, withImages } from './resultImages';
import type { JobsRun } from './jobsRun';

type Accepted = JobRecord & { state: 'accepted' | 'ended' };
/** A job with a result, and the endpoint of its images. */
type Fetchable = ItemJob<Endpoint> & { record: Accepted };

/**
 * Maximum number of jobs whose images are in memory at the same time. Images inside an answer are completely in memory.
 */
const maxAtOnce = 4;

/** Returns the job of each item with its images. If a job has not ended in the journal, it is polled once. */
export async function fetchResult(run: JobsRun): Promise<INodeExecutionData[]> {
	const delivery = deliveryOf(run.context, run.memory);
	try {
		const items = await fetchAll(run, delivery);
		delivery.returned();
		return items;
	} finally {
		delivery.end();
	}
}

async function fetchAll(run: JobsRun, delivery: Delivery): Promise<INodeExecutionData[]> {
	const { context } = run;
	const poolFor = poolsOf(context);
	const { jobs, failed } = await jobsOfItems(run, async (record, itemIndex) => {
		assertResult(record);
		readImageIndex(context, itemIndex);
		const { made, main } = await endpointOfRecord(run, poolFor, record, itemIndex);
		if (!made && record.state === 'accepted') throw endpointIsGone(record);
		// Images are downloaded without a key, so the main endpoint can fetch the images of an ended job.
		return made ?? main;
	});
	const fetchable = jobs.filter((job): job is Fetchable => isResult(job.record));
	const results = await fetchImages(run, delivery, fetchable);
	const failures = results.map(({ result: { snapshot } }) => snapshot).filter(isFailure);
	if (failures.length > 0)
		hintAt(
			context,
			`Of ${results.length} jobs ${summarize(failures)}. Each of these items has its error in job.error.`,
		);
	return inOrder(
		results.map(({ job, result }) => [job.itemIndex, itemsOf(run, job, result)]),
		failed,
	);
}

interface JobResult {
	job: Fetchable;
	result: Result;
}

/** Polls the jobs that have not ended, then fetches the images of all jobs, a few jobs at a time. */
async function fetchImages(run: JobsRun, delivery: Delivery, jobs: readonly Fetchable[]): Promise<JobResult[]> {
	const { context, memory, signal } = run;
	const current = await currentSnapshots(run, jobs);
	const pictures = picturesOf(context, signal);
	const slots = new Slots(maxAtOnce, () => undefined);
	const fetchOne = async ({ record, itemIndex, prepared: endpoint }: Fetchable): Promise<Result> => {
		const whole = current.get(record.ref) ?? (await restoreResult(memory, record.ref, record.snapshot));
		const index = readImageIndex(context, itemIndex);
		const snapshot = onlyImage(whole, index);
		const isWanted = context.getNodeParameter('download', itemIndex, true);
		const maxMegabytes = optionsOf(run, itemIndex).maxImageSize;
		const result = await withImages({ context, pictures, endpoint, itemIndex, isWanted, maxMegabytes }, snapshot);
		if (result.isComplete && index === null) await takeForDelivery(run, delivery, record);
		return { ...result, snapshot: withOtherImages(result.snapshot, whole, index) };
	};
	return await Promise.all(
		jobs.map(async (job) => {
			const slot = await slots.acquire(signal);
			try {
				return { job, result: await fetchOne(job) };
			} finally {
				slot.release();
			}
		}),
	);
}

function itemsOf(run: JobsRun, { record, itemIndex }: Fetchable, result: Result): INodeExecutionData[] {
	const { json } = run.context.getInputData()[itemIndex] ?? { json: {} };
	const differences = [...fetchedDifferencesOf(json), ...result.differences];
	const state = isTerminal(result.snapshot.job.status) ? 'ended' : record.state;
	const item = jobItem({ ...record, state }, { ...result, differences, request: requestOf(json), itemIndex });
	return optionsOf(run, itemIndex).splitImages ? splitImages(item) : [item];
}

/** Throws if the job has no result: only a job that the provider has accepted has one, or will have one. */
function assertResult(record: JobRecord): void {
	if (isResult(record)) return;
	const { ref } = record;
	if (isUnknown(record))
		throw new ImageError('conflict', {
			message: `The outcome of job ${ref} is unknown, so there is no result to fetch`,
			hint: 'Retry its execution, or check at the provider and use the operation Settle',
			delivery: 'notSent',
			outcome: 'unknown',
		});
	if (record.state === 'notAccepted')
		throw new ImageError('notFound', {
			message: `Job ${ref} was not made: ${record.error.message}`,
			hint: record.error.hint,
			delivery: 'notSent',
		});
	throw new ImageError('conflict', {
		message: `Job ${ref} is being sent`,
		hint: 'Try again when its execution has ended',
		retryable: true,
		delivery: 'notSent',
	});
}

function isResult(record: JobRecord): record is Accepted {
	return record.state === 'accepted' || record.state === 'ended';
}

/**
 * Polls the jobs that have not ended, once and together. Returns their states by ref, and records the jobs that have
 * ended.
 */
async function currentSnapshots(run: JobsRun, jobs: readonly Fetchable[]): Promise<Map<string, JobSnapshot>> {
	const open = jobs.filter(({ record }) => record.state === 'accepted');
	const polled = new Map<string, JobSnapshot>();
	await Promise.all(
		[...Map.groupBy(open, ({ prepared }) => prepared)].map(async ([endpoint, own]) => {
			const snapshots = await pollTogether(run, endpoint, own);
			await recordEnds(run.memory, own[0]?.record.endpoint.digest ?? '', snapshots);
			for (const { ref, snapshot } of snapshots) polled.set(ref, snapshot);
		}),
	);
	return polled;
}

/**
 * Polls the jobs of one endpoint. Throws an authentication error: it concerns the credential, so it fails the node, and
 * the results stay available.
 */
async function pollTogether(
	{ context, signal }: JobsRun,
	endpoint: Endpoint,
	jobs: readonly Fetchable[],
): Promise<RecordedSnapshot[]> {
	const ids = [...new Set(jobs.flatMap(({ record }) => record.snapshot.job.id ?? []))];
	const observed = await outcomeOf(endpoint.pollOnce(ids, signal));
	if (!observed.ok && observed.error.code === 'canceled') throw observed.error;
	if (!observed.ok && observed.error.code === 'auth' && !context.continueOnFail())
		throw toNodeError(context.getNode(), observed.error.toJobError(), {
			itemIndex: jobs[0]?.itemIndex ?? 0,
			provider: endpoint.provider,
		});
	return jobs.map(({ record: { ref, snapshot } }) => {
		const before: JobSnapshot = { ...snapshot, raw: null };
		if (!observed.ok) return { ref, snapshot: pollFailed(before, observed.error) };
		const observation = observed.value.get(snapshot.job.id ?? '');
		if (observation?.ok)
			return { ref, snapshot: keepUnknownOutcome(before, advanceSnapshot(before, observation.snapshot)) };
		return { ref, snapshot: pollFailed(before, observation?.error ?? jobNotMentioned()) };
	});
}

/**
 * Takes the job for this execution, so that the journal records its delivery as soon as n8n has saved the execution. If
 * another running execution holds the job, that execution delivers it.
 */
async function takeForDelivery(
	{ memory: { journal } }: JobsRun,
	delivery: Delivery,
	{ ref, key, deliveredAt, held }: JobRecord,
): Promise<void> {
	if (deliveredAt !== null || held !== 'free') return;
	if (!(await journal.take(ref, { seenKey: key }))) return;
	delivery.add(ref);
	await journal.release([ref]);
}

const optionsOf = ({ context }: JobsRun, itemIndex: number) =>
	context.getNodeParameter('options', itemIndex, {}) as { maxImageSize?: number; splitImages?: boolean };
