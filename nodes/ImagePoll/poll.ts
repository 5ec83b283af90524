import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { endpointDigest } from '../../jobs/submission/failover';
import { ImageError } from '../../model/errors';
import { isTerminal } from '../../model/job';
import { showCounts } from '../execution/counts';
import { toNodeError } from '../execution/errors';
import { packMemory, recordEnds } from '../execution/memory';
import { progressOf } from '../execution/progress';
import { isTool } from '../items/links';
import { jobNotMade } from '../items/snapshots';
import { assertSomeListed, readItems } from './pollItems';
import { withLinkRefs } from './pollLinks';
import { type OpenJob, type Polled, pollOnce, type PollTerms, waitForEnds } from './pollModes';
import { failed, finished, itemOf, pending } from './pollResults';
import { type PollRun, startRun } from './pollRun';

/** Polls all items together, with one loop per endpoint, and sorts them by the state of their jobs. */
export async function poll(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const run = startRun(context);
	const { open, closed } = await readItems(run);
	assertSomeListed(context, closed);
	const polled = await pollOpen(run, open);
	assertReachable(context, open, polled);
	const results = new Map([...closed, ...polled]);
	const withinMs = run.downloadMs(
		[...results.values()].reduce((sum, { snapshot }) => sum + snapshot.images.length, 0),
	);
	const sorted = await Promise.all(
		context
			.getInputData()
			.map((_item, itemIndex) => itemOf(run, itemIndex, results.get(itemIndex) ?? notPolled(), withinMs)),
	);
	showCounts(context, sorted, 'Failed items leave by the Failed output, with the error in job.error.');
	// An AI Agent reads only the first output.
	if (isTool(context.getNode())) return [sorted.flatMap(({ items }) => items), [], []];
	return [finished, pending, failed].map((output) =>
		sorted.filter((entry) => entry.output === output).flatMap(({ items }) => items),
	);
}

/** Polls the open jobs and records those that have ended. Throws only if the execution was stopped. */
async function pollOpen(run: PollRun, open: readonly OpenJob[]) {
	const { context, isOnce, deadline, signal } = run;
	const progress = progressOf(context, open.length);
	const terms: PollTerms = { deadline, signal, group: context.getExecutionId(), progress };
	const polledAt = [...Map.groupBy(open, ({ at }) => at)].map(async ([endpoint, jobs]) => {
		const answered = await (isOnce ? pollOnce : waitForEnds)(endpoint, jobs, terms);
		const polled = await withLinkRefs(run, jobs, answered);
		const refs = new Map(jobs.map(({ itemIndex, known }) => [itemIndex, known?.job.ref]));
		const recorded = polled.flatMap(([itemIndex, { snapshot }]) => {
			const ref = snapshot.job.ref ?? refs.get(itemIndex);
			return ref !== undefined && isTerminal(snapshot.job.status) ? [{ ref, snapshot }] : [];
		});
		if (recorded.length > 0) {
			const memory = await packMemory();
			await recordEnds(memory, endpointDigest(memory, endpoint), recorded);
		}
		return polled;
	});
	const all = await Promise.all(polledAt).finally(() => progress.end());
	return new Map(all.flatMap((polled) => [...polled]));
}

/**
 * Throws an authentication error if no item got an answer because of it: the error concerns the credential, not an
 * item, so it fails the node. No data is lost.
 */
function assertReachable(
	context: IExecuteFunctions,
	open: readonly OpenJob[],
	polled: ReadonlyMap<number, Polled>,
): void {
	const [first] = open;
	const error = first && polled.get(first.itemIndex)?.unreachable;
	const isEveryItem =
		open.length === context.getInputData().length &&
		open.every(({ itemIndex }) => polled.get(itemIndex)?.unreachable?.code === 'auth');
	if (!error || !isEveryItem || context.continueOnFail()) return;
	const { itemIndex, provider, id } = first;
	throw toNodeError(context.getNode(), error.toJobError(), { itemIndex, provider, jobId: id });
}

function notPolled(): Polled {
	const error = new ImageError('upstream', { message: 'The job was not polled' });
	return { snapshot: jobNotMade('', null, error.toJobError(), null) };
}
