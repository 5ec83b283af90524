import type { INodeExecutionData } from 'n8n-workflow';
import { ImageError, toImageError } from '../../model/errors';
import { inputError, toNodeError } from '../execution/errors';
import type { JobsRun } from './jobsRun';

/**
 * Handles the error of an item: it fails the node, or with "Continue on fail" it becomes the item's `error` and
 * `details`. A stop always ends the node.
 */
export function failedItem({ context }: JobsRun, thrown: unknown, itemIndex: number): INodeExecutionData {
	if (toImageError(thrown).code === 'canceled') throw thrown;
	const error = inputError(thrown);
	if (!context.continueOnFail())
		throw thrown instanceof ImageError ? toNodeError(context.getNode(), error, { itemIndex }) : thrown;
	return { json: { error: error.message, details: { ...error } }, pairedItem: { item: itemIndex } };
}

/** The output of every item, in the order of the input. A failed item does not affect other items. */
export async function forEachItem(
	run: JobsRun,
	work: (itemIndex: number) => Promise<INodeExecutionData[]>,
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const itemIndex of run.context.getInputData().keys()) {
		try {
			for (const item of await work(itemIndex)) results.push(item);
		} catch (thrown) {
			results.push(failedItem(run, thrown, itemIndex));
		}
	}
	return results;
}
