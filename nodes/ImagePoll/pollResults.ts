import { isTerminal, type JobSnapshot } from '../../model/job';
import { requestOf, splitImages, toItem, fetchedDifferencesOf } from '../items/items';
import { readJobRef } from '../items/jobRef';
import { keepForLinks } from '../items/keepForLinks';
import { isFailure } from '../items/snapshots';
import { binaryFieldOf } from '../parameters/parameters';
import { isFirstForm } from '../parameters/versions';
import type { Polled } from './pollModes';
import { optionsOf, type PollOptions, type PollRun } from './pollRun';

/** Indexes of the node's outputs. */
export const finished = 0;
export const pending = 1;
export const failed = 2;

/** The output items of one input item, with its pictures if they are wanted, and the output for them. */
export async function itemOf(run: PollRun, itemIndex: number, { snapshot, unreachable }: Polled, withinMs: number) {
	const { json, binary } = run.context.getInputData()[itemIndex] ?? { json: {} };
	const options = optionsOf(run, itemIndex);
	const isWanted =
		unreachable === undefined &&
		isTerminal(snapshot.job.status) &&
		snapshot.images.length > 0 &&
		isDownload(run, itemIndex);
	const fetched = isWanted
		? await fetchPictures(run, itemIndex, snapshot, options, withinMs)
		: { snapshot, binary, differences: [] };
	const links = run.links.get(itemIndex);
	await keepForLinks(fetched.snapshot, links);
	const item = toItem({
		...fetched,
		request: requestOf(json),
		differences: [...fetchedDifferencesOf(json), ...fetched.differences],
		itemIndex,
		includeRaw: options.includeRaw,
		links,
	});
	// Another poll cannot help (no such job, no access). Such an item goes to the Failed output, although its job may
	// still run.
	const isLost = unreachable !== undefined && !unreachable.retryable;
	const usd = fetched.snapshot.usage?.estimatedUsd;
	return {
		snapshot: fetched.snapshot,
		isLost,
		cost: typeof usd === 'number' ? { usd, isOwnPrice: false } : undefined,
		output: isLost ? failed : outputOf(fetched.snapshot),
		items: options.splitImages ? splitImages(item, binaryFieldOf(options)) : [item],
	};
}

/** *Download Images*: at the top of the form in version 1, then an option. */
function isDownload(run: PollRun, itemIndex: number): boolean {
	return isFirstForm(run.context.getNode())
		? run.parameters.getNodeParameter('download', itemIndex, true) === true
		: optionsOf(run, itemIndex).download !== false;
}

async function fetchPictures(
	run: PollRun,
	itemIndex: number,
	snapshot: JobSnapshot,
	options: PollOptions,
	withinMs: number,
) {
	const { provider, endpoint } = readJobRef(run.context, itemIndex, run.parameters);
	const source = (await run.poolFor(provider, itemIndex)).named(endpoint);
	const have = run.context.getInputData()[itemIndex]?.binary;
	return await run.pictures.fetch(withoutDownloadError(snapshot), source, {
		have,
		maxMegabytes: options.maxImageSize,
		binaryField: binaryFieldOf(options),
		withinMs,
	});
}

function outputOf(snapshot: JobSnapshot): number {
	if (isFailure(snapshot)) return failed;
	return isTerminal(snapshot.job.status) ? finished : pending;
}

/** Removes the old error of a success: it is a failed download, and the images are downloaded again. */
function withoutDownloadError(snapshot: JobSnapshot): JobSnapshot {
	return snapshot.job.status === 'succeeded' ? { ...snapshot, job: { ...snapshot.job, error: null } } : snapshot;
}
