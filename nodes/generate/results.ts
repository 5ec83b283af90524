import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isTerminal } from '../../model/job';
import { describeRequest } from '../../model/request';
import { counted, showCounts } from '../execution/counts';
import { hintAt, toNodeError } from '../execution/errors';
import { splitImages, toItem } from '../items/items';
import { isFailure } from '../items/snapshots';
import type { Outcome, Run, Task } from './task';

/** The result of one item. */
export interface ItemResult {
	itemIndex: number;
	outcome: Outcome;
	/** Undefined if the item's input was wrong. */
	task: Task | undefined;
}

/** If every item failed, throws an n8n error for the first item, unless the node continues on fail. */
export function assertSomeSuccess(context: IExecuteFunctions, results: readonly ItemResult[]): void {
	const failed = results.filter(
		({ outcome: { snapshot } }) => isFailure(snapshot) && snapshot.job.status !== 'succeeded',
	);
	const [first] = failed;
	if (context.continueOnFail() || !first || failed.length < results.length) return;
	const { error, id } = first.outcome.snapshot.job;
	if (error)
		throw toNodeError(context.getNode(), error, {
			itemIndex: first.itemIndex,
			provider: first.task?.route.provider,
			jobId: id,
		});
}

/** The output items of one input item. */
export function itemsOf(context: IExecuteFunctions, { itemIndex, outcome, task }: ItemResult): INodeExecutionData[] {
	const { snapshot, binary, differences } = outcome;
	const request = task ? describeRequest(task.route.request) : {};
	const { links, options: { includeRaw } = {} } = task ?? {};
	const item = toItem({ snapshot, request, binary, differences, itemIndex, includeRaw, links });
	// n8n moves an item to the error output only if it has just these two keys, so the job is in `details`.
	if (context.getNode().onError === 'continueErrorOutput' && isFailure(snapshot)) {
		const error = snapshot.job.error?.message ?? 'failed';
		return [{ json: { error, details: item.json }, pairedItem: { item: itemIndex } }];
	}
	return task?.options.splitImages ? splitImages(item, task.binaryField) : [item];
}

/**
 * Shows hints in the editor: the counts with the cost, and what became of running jobs and of jobs that were taken
 * over. Hints do not fail the run.
 */
export function addHints({ context, memory: { problem } }: Run, results: readonly ItemResult[]): void {
	const jobs = results.map(({ outcome: { snapshot, how, cost } }) => ({
		snapshot,
		cost,
		isEarlier: how === 'sameKey' || how === 'reused',
	}));
	showCounts(context, jobs, 'Each failed item has its error in job.error; Image Poll sends it to its Failed output.');
	const isWaiting = results.some(({ task }) => task?.wait);
	const unfinished = isWaiting ? jobs.filter(({ snapshot }) => !isTerminal(snapshot.job.status)).length : 0;
	if (unfinished > 0)
		hintAt(
			context,
			`After Max Wait ${counted(unfinished, 'job')} still ran. ` +
				'Nothing is lost: Image Poll waits for running jobs.',
		);
	const adopted = results.filter(({ outcome: { how } }) => how === 'adopted').length;
	if (adopted > 0)
		hintAt(
			context,
			`Taken over and not paid for again: ${counted(adopted, 'job')} of an execution that stopped before it ` +
				'could save its items. job.adoptedFrom names that execution. ' +
				'The option "Take Over Within (Hours)" controls this.',
		);
	if (problem !== null) hintAt(context, `Sent requests are remembered only until n8n restarts: ${problem}`);
}
