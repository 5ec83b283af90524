import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ImageError, JobError } from '../../model/errors';
import { hintAt, toNodeError } from '../execution/errors';

/** A picture that could not be exported, and why. */
export interface Failure {
	itemIndex: number;
	/** Among the item's pictures; null where it is about the item as a whole. */
	image: number | null;
	error: ImageError;
}

/** As it stands in an item. */
export function describeFailure({
	itemIndex,
	image,
	error,
}: Failure): { item: number; image: number | null } & JobError {
	return { item: itemIndex, image, ...error.toJobError() };
}

/**
 * Items that failed, with what they brought along, and `error` and `details` as n8n and the other nodes of the pack
 * have them.
 */
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

/** Nothing is lost for one bad picture: the node fails only where every item did, and says so beside the rest. */
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
