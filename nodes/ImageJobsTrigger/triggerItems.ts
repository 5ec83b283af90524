import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { jobError, outcomeOf } from '../../model/errors';
import type { ListedSnapshot } from '../../providers/provider';
import { packMemory } from '../execution/memory';
import { splitImages, toItem } from '../items/items';
import { withRefs } from '../items/refs';
import { withError } from '../items/snapshots';
import { type Fetched, picturesOf } from '../pictures/pictures';
import { type Moment, systemClock } from '../../jobs/runtime/clock';
import { timeLimit } from '../../model/timeLimit';

/**
 * Maximum time for the downloads of a first poll, in ms: n8n's start waits for the first poll of each trigger in a
 * process.
 */
const firstDownloadsMs = 20_000;

export interface ItemOptions {
	includeRaw?: boolean;
	maxImageSize?: number;
	splitImages?: boolean;
}

export interface ItemTerms {
	options: ItemOptions;
	/** The downloads end at this moment. */
	until: Moment;
	/** Whether the downloads are limited to `firstDownloadsMs`, and all jobs can wait for the next poll. */
	isFirst: boolean;
}

/** The items, and the number of jobs that they contain; the other jobs wait for the next poll. */
export interface TriggerItems {
	taken: number;
	items: INodeExecutionData[];
}

/** The items of ended jobs, with the `job.ref` of the nodes that made them, and with their images if wanted. */
export async function triggerItems(
	context: IPollFunctions,
	endpoint: Endpoint,
	listed: readonly ListedSnapshot[],
	terms: ItemTerms,
): Promise<TriggerItems> {
	const jobs = await withJobRefs(context, endpoint, listed);
	const isWanted = context.getNodeParameter('download', true) === true;
	const made = isWanted
		? await withPictures(context, endpoint, jobs, terms)
		: jobs.map((job) => itemOf(job, terms.options));
	return { taken: made.length, items: terms.options.splitImages ? made.flatMap((item) => splitImages(item)) : made };
}

async function withJobRefs(
	context: IPollFunctions,
	endpoint: Endpoint,
	jobs: readonly ListedSnapshot[],
): Promise<ListedSnapshot[]> {
	const snapshots = jobs.map(({ snapshot }) => snapshot);
	const named = await withRefs(context, packMemory, [endpoint], snapshots);
	return jobs.map((job, index) => ({ ...job, snapshot: named[index] ?? job.snapshot }));
}

/**
 * Items with their images, as many as arrive in time. If the images of a job are late, this job and all jobs after it
 * wait for the next poll. If the very first job is late, its item is output without images, because otherwise it would
 * block the others at every poll.
 */
async function withPictures(
	context: IPollFunctions,
	endpoint: Endpoint,
	jobs: readonly ListedSnapshot[],
	{ options, until, isFirst }: ItemTerms,
): Promise<INodeExecutionData[]> {
	const left = until - systemClock.now();
	const maxMs = Math.max(1, isFirst ? Math.min(left, firstDownloadsMs) : left);
	const pictures = picturesOf(context, timeLimit(maxMs));
	const outcomes = await Promise.all(
		jobs.map(async (job) => ({
			job,
			fetched: await outcomeOf(pictures.fetch(job.snapshot, endpoint, { maxMegabytes: options.maxImageSize })),
		})),
	);
	const late = outcomes.findIndex(({ fetched }) => !fetched.ok);
	const inTime = late === -1 ? outcomes : outcomes.slice(0, late);
	const [first] = jobs;
	if (late === 0 && !isFirst && first) return [itemOf(withoutPictures(first, maxMs), options)];
	return inTime.flatMap(({ job, fetched }) =>
		fetched.ok ? [itemOf({ ...job, snapshot: fetched.value.snapshot }, options, fetched.value)] : [],
	);
}

function withoutPictures(job: ListedSnapshot, afterMs: number): ListedSnapshot {
	const error = jobError('timeout', {
		message: `Its images could not be downloaded within ${Math.round(afterMs / 1000)} s`,
		hint: 'The job is done and paid for: run Image Poll on this item to download them',
	});
	return { ...job, snapshot: withError(job.snapshot, error) };
}

function itemOf(
	{ snapshot, request }: ListedSnapshot,
	{ includeRaw }: ItemOptions,
	{ binary, differences }: Partial<Pick<Fetched, 'binary' | 'differences'>> = {},
): INodeExecutionData {
	return toItem({ snapshot, request, binary, differences, itemIndex: 0, includeRaw });
}
