import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { advanceSnapshot } from '../../jobs/polling/transition';
import { ImageError, toImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { poolsOf } from '../endpoints/nodeEndpoint';
import { hintAt, toNodeError } from '../execution/errors';
import { blankJob, toItem, withError } from '../items/items';
import { type JobRef, readJobRef } from '../items/jobRef';

/**
 * Cancels the job of every item. All items are tried before the node fails, so that one refusal keeps no other job
 * running.
 */
export async function cancel(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const continueOnFail = context.continueOnFail();
	const signal = context.getExecutionCancelSignal();
	const poolFor = poolsOf(context);
	const results: Array<{ ref: JobRef; item: INodeExecutionData; error?: ImageError }> = [];

	const refs = [...context.getInputData().keys()].map((itemIndex) => readJobRef(context, itemIndex));
	for (const ref of refs) {
		const { itemIndex, provider, id, known } = ref;
		const endpoint = (await poolFor(provider, itemIndex)).named(ref.endpoint);
		const request = (context.getInputData()[itemIndex]?.json['request'] ?? {}) as Record<string, unknown>;
		const before: JobSnapshot = known ?? { job: { ...blankJob(provider.id), id }, images: [], raw: null };
		const pass = context.getNodeParameter('options.ifNotCancelable', itemIndex, 'error') === 'pass';
		try {
			const snapshot = await cancelOne(endpoint, ref, before, signal);
			results.push({ ref, item: toItem({ snapshot, request, itemIndex }) });
		} catch (thrown) {
			const error = toImageError(thrown);
			if (error.code === 'canceled') throw error;
			const snapshot = error.code === 'conflict' ? await asItStands(endpoint, before, signal) : before;
			// Canceled by somebody else, or by us in an attempt whose answer was lost.
			if (snapshot.job.status === 'canceled' && before.job.status !== 'canceled') {
				results.push({ ref, item: toItem({ snapshot, request, itemIndex }) });
				continue;
			}
			const item = toItem({ snapshot: withError(snapshot, error.toJobError()), request, itemIndex });
			results.push({ ref, item, ...(pass && error.code === 'conflict' ? {} : { error }) });
		}
	}

	const failures = results.filter(({ error }) => error !== undefined);
	const [first] = failures;
	if (first?.error && !continueOnFail && failures.length === results.length) {
		throw toNodeError(node, first.error.toJobError(), {
			itemIndex: first.ref.itemIndex,
			provider: first.ref.provider,
			jobId: first.ref.id,
		});
	}
	if (first?.error)
		hintAt(
			context,
			`${failures.length} of ${results.length} jobs could not be canceled; the first: ${first.error.message}. Their items say so in job.error.`,
		);
	return [
		results.map(({ item, error, ref }) =>
			error && node.onError === 'continueErrorOutput'
				? { json: { error: error.message, details: item.json }, pairedItem: { item: ref.itemIndex } }
				: item,
		),
	];
}

async function cancelOne(
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

/** The job as the provider sees it now, where it lets itself be asked. */
async function asItStands(
	endpoint: Endpoint,
	before: JobSnapshot,
	signal: AbortSignal | undefined,
): Promise<JobSnapshot> {
	const { id } = before.job;
	if (id === null || isTerminal(before.job.status)) return before;
	const observation = (await endpoint.pollOnce([id], signal).catch(() => undefined))?.get(id);
	return observation?.ok ? advanceSnapshot(before, observation.snapshot) : before;
}
