import type { INodeExecutionData } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { Slots } from '../../jobs/runtime/slots';
import { keepResult, restoreResult } from '../../jobs/submission/storedSnapshot';
import type { JobRecord } from '../../memory/record';
import { ImageError, outcomeOf } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { poolsOf } from '../endpoints/nodeEndpoint';
import { hintAt, summarize, toNodeError } from '../execution/errors';
import { type Delivery, deliveryOf } from '../execution/delivery';
import { requestOf, splitImages, typeDifferencesOf } from '../items/items';
import { isFailure, withError } from '../items/snapshots';
import { picturesOf } from '../pictures/pictures';
import { isUnknown, jobItem } from './jobItem';
import { endpointIsGone, endpointOfRecord, inOrder, type ItemJob, jobsOfItems } from './jobsOfItems';
import { type Result, withImages } from './resultImages';
import type { JobsRun } from './jobsRun';

type Accepted = JobRecord & { state: 'accepted' | 'ended' };
/** A job that can be given, and where its images come from. */
type Fetchable = ItemJob<Endpoint> & { record: Accepted };

/** Jobs whose images are held in memory at once: those that came inside an answer are restored as a whole. */
const maxAtOnce = 4;

/** Gives the job of each item with its images. A job that had not ended is polled once. */
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
	const { context, signal } = run;
	const poolFor = poolsOf(context);
	const { jobs, failed } = await jobsOfItems(run, async (record, itemIndex) => {
		assertResult(record);
		const { made, main } = await endpointOfRecord(run, poolFor, record, itemIndex);
		if (!made && record.state === 'accepted') throw endpointIsGone(record);
		// Images are downloaded without a key, so that of an ended job another endpoint will do.
		return made ?? main;
	});
	const fetchable = jobs.filter((job): job is Fetchable => isResult(job.record));
	const snapshots = await currentSnapshots(run, fetchable);
	const pictures = picturesOf(context, signal);
	const slots = new Slots(maxAtOnce, () => undefined);
	const fetchOne = async ({ record, itemIndex, prepared: endpoint }: Fetchable): Promise<Result> => {
		const snapshot = snapshots.get(record.ref) ?? (await restoreResult(run.memory, record.ref, record.snapshot));
		const isWanted = context.getNodeParameter('download', itemIndex, true);
		const result = await withImages(
			{ context, pictures, endpoint, itemIndex, isWanted, maxMegabytes: optionsOf(run, itemIndex).maxImageSize },
			snapshot,
		);
		if (result.isComplete) await noteDelivery(run, delivery, record);
		return result;
	};
	const fetched = await Promise.all(
		fetchable.map(async (job) => {
			const slot = await slots.acquire(signal);
			try {
				return { job, result: await fetchOne(job) };
			} finally {
				slot.release();
			}
		}),
	);
	const failures = fetched.map(({ result: { snapshot } }) => snapshot).filter(isFailure);
	if (failures.length > 0)
		hintAt(context, `Of ${fetched.length} jobs ${summarize(failures)}. Their items say so in job.error.`);
	const done = fetched.map(({ job: { record, itemIndex }, result }) => {
		const { json } = context.getInputData()[itemIndex] ?? { json: {} };
		const differences = [...typeDifferencesOf(json), ...result.differences];
		const state = isTerminal(result.snapshot.job.status) ? 'ended' : record.state;
		const item = jobItem({ ...record, state }, { ...result, differences, request: requestOf(json), itemIndex });
		return [itemIndex, optionsOf(run, itemIndex).splitImages ? splitImages(item) : [item]] as const;
	});
	return inOrder(done, failed);
}

/** Jobs that the provider has accepted have a result, or will have one. */
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
 * Jobs that had not ended, polled once together, by ref; ends go into the journal. An authentication error fails the
 * node: the results stay where they are.
 */
async function currentSnapshots(run: JobsRun, jobs: readonly Fetchable[]): Promise<Map<string, JobSnapshot>> {
	const { context, memory, signal } = run;
	const current = new Map<string, JobSnapshot>();
	const open = jobs.filter(({ record }) => record.state === 'accepted');
	for (const [endpoint, own] of Map.groupBy(open, ({ prepared }) => prepared)) {
		const ids = [...new Set(own.flatMap(({ record }) => record.snapshot.job.id ?? []))];
		const observed = await outcomeOf(endpoint.pollOnce(ids, signal));
		if (!observed.ok && observed.error.code === 'canceled') throw observed.error;
		if (!observed.ok && observed.error.code === 'auth' && !context.continueOnFail())
			throw toNodeError(context.getNode(), observed.error.toJobError(), {
				itemIndex: own[0]?.itemIndex ?? 0,
				provider: endpoint.provider,
			});
		for (const { record } of own) {
			const before: JobSnapshot = { ...record.snapshot, raw: null };
			const one = observed.ok ? observed.value.get(record.snapshot.job.id ?? '') : undefined;
			if (one?.ok) current.set(record.ref, advanceSnapshot(before, one.snapshot));
			else
				current.set(
					record.ref,
					notLearned(
						before,
						one?.error ??
							(observed.ok
								? new ImageError('malformedResponse', {
										message: 'The provider did not mention this job',
									})
								: observed.error),
					),
				);
		}
		const ends = own.flatMap(({ record: { ref } }) => {
			const snapshot = current.get(ref);
			return snapshot && isTerminal(snapshot.job.status) ? [{ ref, snapshot }] : [];
		});
		const kept = await Promise.all(
			ends.map(async ({ ref, snapshot }) => ({ ref, snapshot: await keepResult(memory, ref, snapshot) })),
		);
		if (kept.length > 0) await memory.journal.note(own[0]?.record.endpoint.digest ?? '', kept);
	}
	return current;
}

/** The job as it was, with why nothing was learned. A job that the provider does not know will never end. */
function notLearned(before: JobSnapshot, error: ImageError): JobSnapshot {
	const snapshot = withError(before, error.toJobError());
	return error.code === 'notFound' ? { ...snapshot, job: { ...snapshot.job, status: 'failed' } } : snapshot;
}

/**
 * Has the journal know that this execution delivers the job, once n8n has saved it. A job of a living execution is that
 * one's to deliver.
 */
async function noteDelivery(
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
