import type { INodeExecutionData } from 'n8n-workflow';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { keepResult } from '../../jobs/submission/storedSnapshot';
import type { JobRecord, PaidRequest, RecordChange } from '../../memory/record';
import { ImageError, jobError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { providerById } from '../../providers/registry';
import { poolsOf } from '../endpoints/nodeEndpoint';
import { textParameter } from '../parameters/parameters';
import { failedItem } from './failures';
import { isOpen, isUnknown, jobItem, snapshotOfRecord } from './jobItem';
import { endpointIsGone, endpointOfRecord, inOrder, isBusy, jobsOfItems } from './jobsOfItems';
import type { JobsRun } from './jobsRun';

type Pools = ReturnType<typeof poolsOf>;

/** For jobs of unknown outcome: records what the user found at the provider. */
export async function settle(run: JobsRun): Promise<INodeExecutionData[]> {
	const {
		context,
		memory: { journal },
	} = run;
	const poolFor = poolsOf(context);
	const seen = new Set<string>();
	const { jobs, failed } = await jobsOfItems(run, async (record, itemIndex) => {
		if (record.busy) throw isBusy(record);
		if (!isUnknown(record) || seen.has(record.ref)) throw nothingToSettle(record);
		seen.add(record.ref);
		return await changeOf(run, poolFor, record, itemIndex);
	});
	const done: Array<readonly [number, INodeExecutionData[]]> = [];
	for (const {
		itemIndex,
		record: { ref, endpoint },
		prepared: { change, isOver },
	} of jobs) {
		try {
			const credentialIds = [endpoint.credentialId];
			// A job without a result counts as delivered, so that the next run does not take it over.
			const isSettled = await journal.settle(ref, credentialIds, change, { delivered: isOver });
			const [record] = await journal.list({ refs: [ref], credentialIds, limit: 1 });
			if (!record || !isSettled)
				throw new ImageError('conflict', {
					message: `Job ${ref} has changed in the meantime`,
					hint: 'List it again with Get Many',
					delivery: 'notSent',
				});
			done.push([itemIndex, [jobItem(record, { itemIndex })]]);
		} catch (thrown) {
			failed.set(itemIndex, failedItem(run, thrown, itemIndex));
		}
	}
	return inOrder(done, failed);
}

interface Settlement {
	change: RecordChange;
	/** Whether the job has no result that could be delivered. */
	isOver: boolean;
}

async function changeOf(run: JobsRun, poolFor: Pools, record: JobRecord, itemIndex: number): Promise<Settlement> {
	const { context } = run;
	const outcome = textParameter(context, 'outcome', itemIndex);
	if (outcome === 'wasNotMade') return wasNotMade(record);
	if (outcome !== 'wasMade')
		throw new ImageError('invalidRequest', {
			message: `Outcome is "${outcome}"`,
			hint: 'Choose one of: wasMade, wasNotMade',
			delivery: 'notSent',
		});
	const jobId = textParameter(context, 'jobId', itemIndex);
	if (jobId !== '') return await wasMadeAs(run, poolFor, record, jobId, itemIndex);
	return wasMade(record, context.getNodeParameter('generateAgain', itemIndex, false) === true);
}

/**
 * The job was not made, so the next retry sends it. If the provider has accepted other parts of it, the retry sends
 * only the missing parts.
 */
function wasNotMade(record: JobRecord): Settlement {
	const requests = record.requests.map((request) =>
		isOpen(request) ? { ...request, outcome: 'notAccepted' as const } : request,
	);
	const hasParts = requests.some(({ outcome }) => outcome === 'accepted');
	const error = jobError('notFound', {
		message: hasParts
			? 'Settled by hand: the missing part of the job was not made'
			: 'Settled by hand: the job was not made',
		hint: hasParts
			? 'Retry the execution to make the missing part'
			: 'Retry the execution, or run the workflow again, to make it',
		retryable: true,
		outcome: hasParts ? 'unknown' : undefined,
	});
	return { change: { requests, state: { state: hasParts ? 'unknown' : 'notAccepted', error } }, isOver: false };
}

/**
 * The job was made: it counts as paid, and its images are unknown. If it is recorded as a success without images, it is
 * not sent again or reused, and Image Poll outputs its item at *Failed*. If it is recorded as failed, a retry of its
 * item makes a new job.
 */
function wasMade(record: JobRecord, generateAgain: boolean): Settlement {
	const error = jobError('notFound', {
		message: 'Settled by hand: the job was made, but its images are not known here',
		hint: generateAgain
			? 'Retry the execution to generate them again'
			: 'Take the images from the provider. To make new ones, run the workflow again, ' +
				'or give the item another "Idempotency Key"',
		retryable: generateAgain,
	});
	const { job } = snapshotOfRecord(record);
	const snapshot = {
		job: { ...job, status: generateAgain ? ('failed' as const) : ('succeeded' as const), error },
		images: [],
	};
	return { change: { requests: accepted(record.requests, null), state: { state: 'ended', snapshot } }, isOver: true };
}

/** Polls the provider for the job first, so that a wrong ID is not recorded. */
async function wasMadeAs(
	run: JobsRun,
	poolFor: Pools,
	record: JobRecord,
	jobId: string,
	itemIndex: number,
): Promise<Settlement> {
	const { memory, signal } = run;
	const { capabilities, displayName } = providerById(record.endpoint.provider);
	if (capabilities.poll === 'none')
		throw new ImageError('invalidRequest', {
			message: `${displayName} has no job IDs`,
			hint: 'Leave Job ID empty',
			delivery: 'notSent',
		});
	const { made } = await endpointOfRecord(run, poolFor, record, itemIndex);
	if (!made) throw endpointIsGone(record);
	if ((await memory.journal.takenIds(record.endpoint.digest, [jobId])).size > 0)
		throw new ImageError('conflict', {
			message: `Job ID ${jobId} belongs to another recorded job`,
			delivery: 'notSent',
		});
	const observation = (await made.pollOnce([jobId], signal)).get(jobId);
	if (!observation?.ok)
		throw (
			observation?.error ??
			new ImageError('notFound', { message: `${displayName} does not know the job ${jobId}` })
		);
	const { job } = snapshotOfRecord(record);
	const before: JobSnapshot = {
		job: { ...job, id: jobId, status: 'queued', error: null, completed: null },
		images: [],
		raw: null,
	};
	const snapshot = advanceSnapshot(before, observation.snapshot);
	const state = {
		state: isTerminal(snapshot.job.status) ? ('ended' as const) : ('accepted' as const),
		snapshot: await keepResult(memory, record.ref, snapshot),
	};
	return { change: { requests: accepted(record.requests, jobId), state }, isOver: false };
}

/** The requests; those of unknown outcome become accepted. */
function accepted(requests: readonly PaidRequest[], providerId: string | null): PaidRequest[] {
	return requests.map((request) => (isOpen(request) ? { ...request, outcome: 'accepted', providerId } : request));
}

const outcomes: Readonly<Record<JobRecord['state'], string>> = {
	accepted: 'the provider accepted it',
	ended: 'it has ended',
	notAccepted: 'it was not accepted',
	sent: 'another item settles it',
	unknown: 'another item settles it',
};

function nothingToSettle({ ref, state }: JobRecord): ImageError {
	return new ImageError('conflict', {
		message: `Job ${ref} has nothing to settle: ${outcomes[state]}`,
		hint: 'Only jobs that Get Many shows under Unknown Outcome can be settled, and each once',
		delivery: 'notSent',
	});
}
