import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ImageError, JobError } from '../../model/errors';
import { hintAt, toNodeError } from '../execution/errors';

/** An image that could not be exported, with the error. */
export interface Failure {
	itemIndex: number;
	/** Index among the item's images; null if the error concerns the whole item. */
	image: number | null;
	error: ImageError;
}

/** The failure as an item contains it. */
export function describeFailure({
	itemIndex,
	image,
	error,
}: Failure): { item: number; image: number | null } & JobError {
	return { item: itemIndex, image, ...error.toJobError() };
}

/** The failed items: their own data, with `error` and `details` like the failed items of n8n and of the other nodes. */
export function failedItems(context: IExecuteFunctions, failures: readonly Failure[]): INodeExecutionData[] {
	const items = context.getInputData();
	const first = new Map<number, Failure>();
	for (const failure of failures) if (!first.has(failure.itemIndex)) first.set(failure.itemIndex, failure);
	return [...first.values()].map((failure) => {
		const { itemIndex, error } = failure;
		const { json = {}, binary } = items[itemIndex] ?? {};
		const message = failure.image === null ? error.message : `Image ${failure.image}: ${error.message}`;
		return {
			json: { ...json, error: message, details: { ...describeFailure(failure) } },
			...(binary ? { binary } : {}),
			pairedItem: { item: itemIndex },
		};
	});
}

/** Throws an n8n error if every item failed, unless the node continues on fail; otherwise shows a hint. */
export function reportFailures(context: IExecuteFunctions, failures: readonly Failure[]): void {
	const [first] = failures;
	if (!first) return;
	const failed = new Set(failures.map(({ itemIndex }) => itemIndex));
	if (failed.size === context.getInputData().length && !context.continueOnFail()) {
		const error = first.error.toJobError();
		throw toNodeError(
			context.getNode(),
			{ ...error, message: first.image === null ? error.message : `Image ${first.image}: ${error.message}` },
			{ itemIndex: first.itemIndex },
		);
	}
	hintAt(
		context,
		`${failed.size} of ${context.getInputData().length} items could not be exported; the first (item ` +
			`${first.itemIndex}): ${first.error.message}`,
	);
}
