import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { endpointDigest } from '../../jobs/submission/failover';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import type { JobRecord } from '../../memory/record';
import { ImageError } from '../../model/errors';
import { providerById } from '../../providers/registry';
import type { poolsOf } from '../endpoints/nodeEndpoint';
import { textParameter } from '../parameters/parameters';
import { failedItem } from './failures';
import { refField } from './fields';
import type { JobsRun } from './jobsRun';

/** The job that an item names, and what the operation has prepared for it. */
export interface ItemJob<T> {
	itemIndex: number;
	record: JobRecord;
	prepared: T;
}

/** The jobs of the items, and the output items of those that failed. */
export interface ItemJobs<T> {
	jobs: Array<ItemJob<T>>;
	failed: Map<number, INodeExecutionData>;
}

/**
 * Finds the job of every item and lets the operation check it, before any job changes. Without "Continue on fail" the
 * first unusable job fails the node.
 * @param prepare throws if the operation cannot work on this job
 */
export async function jobsOfItems<T>(
	run: JobsRun,
	prepare: (record: JobRecord, itemIndex: number) => Promise<T> | T,
): Promise<ItemJobs<T>> {
	const { context, memory } = run;
	const failed: ItemJobs<T>['failed'] = new Map();
	const asked = new Map<number, { ref: string; credentialIds: readonly string[] }>();
	for (const itemIndex of context.getInputData().keys()) {
		try {
			asked.set(itemIndex, { ref: readRef(run, itemIndex), credentialIds: run.credentialIdsOf(itemIndex) });
		} catch (thrown) {
			failed.set(itemIndex, failedItem(run, thrown, itemIndex));
		}
	}
	const refs = [...new Set([...asked.values()].map(({ ref }) => ref))];
	const credentialIds = [...new Set([...asked.values()].flatMap((one) => one.credentialIds))];
	const records = new Map(
		(await memory.journal.list({ refs, credentialIds, limit: refs.length })).map((record) => [record.ref, record]),
	);
	const jobs: Array<ItemJob<T>> = [];
	for (const [itemIndex, { ref, credentialIds: own }] of asked) {
		try {
			const record = records.get(ref);
			if (!record || !own.includes(record.endpoint.credentialId)) throw notKnown(ref);
			jobs.push({ itemIndex, record, prepared: await prepare(record, itemIndex) });
		} catch (thrown) {
			failed.set(itemIndex, failedItem(run, thrown, itemIndex));
		}
	}
	return { jobs, failed };
}

/** All output items in the order of the input. */
export function inOrder(
	done: Iterable<readonly [number, INodeExecutionData[]]>,
	failed: ReadonlyMap<number, INodeExecutionData>,
): INodeExecutionData[] {
	const all = [...done, ...[...failed].map(([itemIndex, item]) => [itemIndex, [item]] as const)];
	return all.sort(([a], [b]) => a - b).flatMap(([, items]) => items);
}

/**
 * The endpoint that made the job of a record, found by base URL and key. Undefined if the credential no longer has it.
 */
export async function endpointOfRecord(
	{ memory }: JobsRun,
	poolFor: ReturnType<typeof poolsOf>,
	{ endpoint }: JobRecord,
	itemIndex: number,
): Promise<{ made: Endpoint | undefined; main: Endpoint }> {
	const { members, main } = await poolFor(providerById(endpoint.provider), itemIndex);
	return {
		made: members.find((member) => endpointDigest(memory, member.endpoint) === endpoint.digest)?.endpoint,
		main,
	};
}

/** The error if the endpoint is gone. Without it, the poll would use another key or another server. */
export function endpointIsGone({ ref, endpoint }: JobRecord): ImageError {
	const { displayName } = providerById(endpoint.provider);
	return new ImageError('conflict', {
		message:
			`Job ${ref} runs at the endpoint "${endpoint.name}" of ${displayName}, ` +
			'and the credential no longer has its base URL and key',
		hint: 'Put the base URL and the key of that endpoint back into the credential',
		delivery: 'notSent',
	});
}

export function isBusy({ ref }: JobRecord): ImageError {
	return new ImageError('conflict', {
		message: `An execution is working on job ${ref}`,
		hint: 'Wait until that execution has ended, or stop it',
		retryable: true,
		delivery: 'notSent',
	});
}

function readRef({ context }: JobsRun, itemIndex: number): string {
	const { job } = (context.getInputData()[itemIndex]?.json ?? {}) as { job?: IDataObject | null };
	// Reads the value of the default expression directly: that is much faster than in n8n.
	const carried =
		context.getNode().parameters['ref'] === refField.default
			? (job?.['ref'] ?? '')
			: textParameter(context, 'ref', itemIndex);
	const ref = typeof carried === 'string' ? carried.trim() : '';
	if (ref !== '') return ref;
	throw new ImageError('invalidRequest', {
		message: 'Job Ref is empty',
		hint: 'Connect a node whose items have job.ref, for example Image Jobs with the operation Get Many',
		delivery: 'notSent',
	});
}

/**
 * The error is the same for a job of another credential and for a job that does not exist, because it must not reveal
 * which case it is.
 */
function notKnown(ref: string): ImageError {
	return new ImageError('notFound', {
		message: `No job "${ref}" was made with the credentials of this node`,
		hint: 'Choose the credential that made the job. Jobs are forgotten after 30 days.',
		delivery: 'notSent',
	});
}
