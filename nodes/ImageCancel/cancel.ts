import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { ImageError, outcomeOf } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { type PoolOfItem, poolsOf } from '../endpoints/nodeEndpoint';
import { hintAt, toNodeError } from '../execution/errors';
import { requestOf, toItem } from '../items/items';
import { type JobRef, readJobRef } from '../items/jobRef';
import { unknownSnapshot, withError } from '../items/snapshots';
import { inTurns } from '../pictures/inTurns';

/** Cancels that are sent at the same time, and answers that are missed before an endpoint counts as silent. */
const maxAtOnce = 10;

interface Result {
	ref: JobRef;
	item: INodeExecutionData;
	/** Why the job was not canceled; also absent if *If Not Cancelable* lets the item pass. */
	error?: ImageError;
}

/**
 * Cancels the job of every item. All items are tried before the node fails, so that one failure leaves no other job
 * running.
 */
export async function cancel(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const poolFor = poolsOf(context);
	const refs = [...context.getInputData().keys()].map((itemIndex) => readJobRef(context, itemIndex));
	const silent = silentEndpoints();
	const results = await inTurns(refs, maxAtOnce, async (ref) => await cancelItem(context, poolFor, ref, silent));
	reportFailures(context, results);
	return [results.map((result) => itemOf(context, result))];
}

async function cancelItem(
	context: IExecuteFunctions,
	poolFor: PoolOfItem,
	ref: JobRef,
	silent: SilentEndpoints,
): Promise<Result> {
	const { itemIndex, provider, id, known } = ref;
	const signal = context.getExecutionCancelSignal();
	if (ref.unlisted) return notCanceled(context, ref, ref.unlisted);
	const endpoint = (await poolFor(provider, itemIndex)).named(ref.endpoint);
	const request = requestOf(context.getInputData()[itemIndex]?.json ?? {});
	const before = known ?? unknownSnapshot(provider.id, id);
	const mayPass = context.getNodeParameter('options.ifNotCancelable', itemIndex, 'error') === 'pass';
	const canceled = await outcomeOf(silent(endpoint, async () => await cancelJob(endpoint, ref, before, signal)));
	if (canceled.ok) return { ref, item: toItem({ snapshot: canceled.value, request, itemIndex }) };
	const { error } = canceled;
	if (error.code === 'canceled') throw error;
	const snapshot = error.code === 'conflict' ? await currentSnapshot(endpoint, before, signal) : before;
	// Another client has canceled it, or an earlier attempt of ours whose answer was lost.
	if (snapshot.job.status === 'canceled' && before.job.status !== 'canceled')
		return { ref, item: toItem({ snapshot, request, itemIndex }) };
	const item = toItem({ snapshot: withError(snapshot, error.toJobError()), request, itemIndex });
	return { ref, item, ...(mayPass && error.code === 'conflict' ? {} : { error }) };
}

/** Does a request, or throws in its place if the endpoint is silent. */
type SilentEndpoints = <T>(endpoint: Endpoint, work: () => Promise<T>) => Promise<T>;

/**
 * If so many answers in a row did not come in time, nothing more is sent to the endpoint. Otherwise a silent server
 * would hold the node for half a minute per item.
 */
function silentEndpoints(): SilentEndpoints {
	const silences = new Map<Endpoint, { inARow: number; last: ImageError }>();
	return async (endpoint, work) => {
		const { inARow = 0, last } = silences.get(endpoint) ?? {};
		if (last && inARow >= maxAtOnce) throw last;
		const done = await outcomeOf(work());
		if (done.ok || done.error.code !== 'timeout') silences.delete(endpoint);
		else silences.set(endpoint, { inARow: (silences.get(endpoint)?.inARow ?? 0) + 1, last: done.error });
		if (done.ok) return done.value;
		throw done.error;
	};
}

/** The item of a job that is left alone. */
function notCanceled(context: IExecuteFunctions, ref: JobRef, error: ImageError): Result {
	const { itemIndex, provider, id, known } = ref;
	const snapshot = withError(known ?? unknownSnapshot(provider.id, id), error.toJobError());
	const request = requestOf(context.getInputData()[itemIndex]?.json ?? {});
	return { ref, error, item: toItem({ snapshot, request, itemIndex }) };
}

/** Throws an n8n error if every item failed, unless the node continues on fail; otherwise shows a hint. */
function reportFailures(context: IExecuteFunctions, results: readonly Result[]): void {
	const failures = results.filter(({ error }) => error !== undefined);
	const [first] = failures;
	if (!first?.error) return;
	if (!context.continueOnFail() && failures.length === results.length) {
		const { itemIndex, provider, id } = first.ref;
		throw toNodeError(context.getNode(), first.error.toJobError(), { itemIndex, provider, jobId: id });
	}
	hintAt(
		context,
		`${failures.length} of ${results.length} jobs could not be canceled; the first: ${first.error.message}. ` +
			'Each of these items has its error in job.error.',
	);
}

/**
 * n8n moves an item to the error output only if it has just the keys `error` and `details`, so the item's data are in
 * `details`.
 */
function itemOf(context: IExecuteFunctions, { item, error, ref }: Result): INodeExecutionData {
	return error && context.getNode().onError === 'continueErrorOutput'
		? { json: { error: error.message, details: item.json }, pairedItem: { item: ref.itemIndex } }
		: item;
}

async function cancelJob(
	endpoint: Endpoint,
	{ id, known }: JobRef,
	before: JobSnapshot,
	signal: AbortSignal | undefined,
): Promise<JobSnapshot> {
	if (id === null || (known && isTerminal(known.job.status)))
		throw new ImageError('conflict', {
			message: `The job is ${before.job.status} and cannot be canceled`,
			delivery: 'notSent',
		});
	return advanceSnapshot(before, await endpoint.cancel(id, signal));
}

/** The state of the job as the provider reports it now; the earlier state if the job cannot be polled. */
async function currentSnapshot(
	endpoint: Endpoint,
	before: JobSnapshot,
	signal: AbortSignal | undefined,
): Promise<JobSnapshot> {
	const { id } = before.job;
	if (id === null || isTerminal(before.job.status)) return before;
	const observation = (await endpoint.pollOnce([id], signal).catch(() => undefined))?.get(id);
	return observation?.ok ? advanceSnapshot(before, observation.snapshot) : before;
}
