import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { endpointDigest } from '../../jobs/submission/failover';
import { ImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { type PoolOfItem, poolsOf } from '../endpoints/nodeEndpoint';
import { showCounts } from '../execution/counts';
import { inputError, toNodeError } from '../execution/errors';
import { packMemory, recordEnds } from '../execution/memory';
import { progressOf } from '../execution/progress';
import { requestOf, splitImages, toItem, typeDifferencesOf } from '../items/items';
import { type JobRef, readJobRef } from '../items/jobRef';
import { keepForLinks } from '../items/keepForLinks';
import { isTool, type LinkOptions, type Links, readLinks } from '../items/links';
import { isFailure, jobNotMade, unknownSnapshot, withError } from '../items/snapshots';
import { binaryFieldOf, type ParameterReader, readerOf, readMaxWait, textParameter } from '../parameters/parameters';
import { isFirstForm } from '../parameters/versions';
import { restOfMaxWait, timeForImages } from '../pictures/downloadTime';
import { type Pictures, picturesOf } from '../pictures/pictures';
import { withLinkRefs } from './pollLinks';
import { type OpenJob, type Polled, pollOnce, type PollTerms, waitForEnds } from './pollModes';
import { inMs, type Moment, systemClock } from '../../jobs/runtime/clock';

type PollOptions = LinkOptions & {
	includeRaw?: boolean;
	maxImageSize?: number;
	splitImages?: boolean;
	/** Since version 1.1. */
	download?: boolean;
	binaryField?: unknown;
};

/** What the steps of one node run share. */
interface PollRun {
	context: IExecuteFunctions;
	parameters: ParameterReader;
	poolFor: PoolOfItem;
	pictures: Pictures;
	isOnce: boolean;
	/** How long the downloads of so many images may take from now, in ms. */
	downloadMs: (images: number) => number;
	deadline: Moment;
	signal: AbortSignal | undefined;
	/** By item index. */
	links: Map<number, Links>;
}

const finished = 0;
const pending = 1;
const failed = 2;

/** Polls all items together, with one loop per endpoint, and sorts them by the state of their jobs. */
export async function poll(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const signal = context.getExecutionCancelSignal();
	const isOnce = context.getNodeParameter('mode', 0, 'wait') === 'once';
	const maxWaitMs = isOnce ? 0 : readMaxWait(context, 0, 600);
	const run: PollRun = {
		context,
		parameters: readerOf(context),
		poolFor: poolsOf(context),
		pictures: picturesOf(context, signal),
		isOnce,
		downloadMs: isOnce ? timeForImages : restOfMaxWait(maxWaitMs),
		deadline: inMs(systemClock, maxWaitMs),
		signal,
		links: new Map(),
	};
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

interface Items {
	/** Jobs to poll. */
	open: OpenJob[];
	/** By item index: jobs that have ended, and items that have no usable job. */
	closed: Map<number, Polled>;
}

/** Reads the job of every item. Throws for the first item without one, unless the node continues on fail. */
async function readItems(run: PollRun): Promise<Items> {
	const { context, parameters, poolFor } = run;
	const items: Items = { open: [], closed: new Map() };
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const ref = readJobRef(context, itemIndex, parameters);
			run.links.set(itemIndex, readLinks(context.getNode(), optionsOf(run, itemIndex)));
			binaryFieldOf(optionsOf(run, itemIndex));
			if (ref.unlisted) {
				items.closed.set(itemIndex, notListed(ref, ref.unlisted));
				continue;
			}
			// An ended job is not polled, so Image Poll costs nothing after an Image Generate that waited.
			if (ref.known && isTerminal(ref.known.job.status) && !isMissingImages(ref))
				items.closed.set(itemIndex, { snapshot: ref.known });
			else items.open.push({ ...ref, at: (await poolFor(ref.provider, itemIndex)).named(ref.endpoint) });
		} catch (thrown) {
			const error = inputError(thrown);
			if (!context.continueOnFail())
				throw thrown instanceof ImageError ? toNodeError(context.getNode(), error, { itemIndex }) : thrown;
			const provider = textParameter(context, 'provider', itemIndex);
			items.closed.set(itemIndex, { snapshot: jobNotMade(provider, null, error, null) });
		}
	}
	return items;
}

/** The item's job as it is, with the reason why it is not polled. */
function notListed({ known, provider, id }: JobRef, error: ImageError): Polled {
	return { snapshot: withError(known ?? unknownSnapshot(provider.id, id), error.toJobError()), unreachable: error };
}

/** Throws if the provider of every item is missing in *Providers*, unless the node continues on fail. */
function assertSomeListed(context: IExecuteFunctions, closed: Items['closed']): void {
	const errors = [...closed.values()].flatMap(({ unreachable }) => unreachable ?? []);
	const [first] = errors;
	if (!first || errors.length < context.getInputData().length || context.continueOnFail()) return;
	throw toNodeError(context.getNode(), first.toJobError(), { itemIndex: 0 });
}

/** Polls the open jobs and records those that have ended. Throws only if the execution was stopped. */
async function pollOpen(run: PollRun, open: readonly OpenJob[]) {
	const { context, isOnce, deadline, signal } = run;
	const progress = progressOf(context, open.length);
	const terms: PollTerms = { deadline, signal, progress };
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

/** The output items of one input item, with its pictures if they are wanted, and the output for them. */
async function itemOf(run: PollRun, itemIndex: number, { snapshot, unreachable }: Polled, withinMs: number) {
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
		differences: [...typeDifferencesOf(json), ...fetched.differences],
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

const optionsOf = ({ parameters }: PollRun, itemIndex: number) =>
	parameters.getNodeParameter('options', itemIndex, {}) as PollOptions;

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

/** Whether the item has a success without images. If the provider can be polled, it is polled for the images. */
function isMissingImages({ known, provider }: JobRef): boolean {
	const status = known?.job.status;
	const isSuccess = status === 'succeeded' || status === 'partial';
	return isSuccess && known?.images.length === 0 && known.job.id !== null && provider.capabilities.poll !== 'none';
}

/** Removes the old error of a success: it is a failed download, and the images are downloaded again. */
function withoutDownloadError(snapshot: JobSnapshot): JobSnapshot {
	return snapshot.job.status === 'succeeded' ? { ...snapshot, job: { ...snapshot.job, error: null } } : snapshot;
}

function notPolled(): Polled {
	const error = new ImageError('upstream', { message: 'The job was not polled' });
	return { snapshot: jobNotMade('', null, error.toJobError(), null) };
}
