import { type INodeExecutionData, type IPollFunctions, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { endpointOf } from '../../jobs/endpoint/registry';
import { type JobsState, takenBack } from '../../jobs/listing/finishedJobs';
import { type Interest, newestFinished, pollFinished } from '../../jobs/listing/finishedJobsPoll';
import { ImageError, jobError, outcomeOf, toImageError } from '../../model/errors';
import type { TerminalStatus } from '../../model/job';
import type { ListedSnapshot, ProviderDefinition } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { packMemory } from '../execution/memory';
import { splitImages, toItem, withError } from '../items/items';
import { createPictures, type Fetched } from '../pictures/pictures';
import { withRefs } from '../items/refs';
import { type Kept, readState, sourceOf, writeState } from './keptState';

/** Jobs of one run: with their pictures, and without. The rest comes with the next poll. */
const maxJobs = { withPictures: 50, alone: 500 };
/**
 * How long a poll may take where n8n does not say, and how long the downloads of the first in a process, on which n8n's
 * start waits.
 */
const budgetMs = { usual: 4 * 60_000, firstDownloads: 20_000 };

interface TriggerOptions {
	includeRaw?: boolean;
	lookback?: number;
	maxImageSize?: number;
	promptContains?: string;
	repeatAfterRestart?: boolean;
	splitImages?: boolean;
}

/** Triggers of this process that are polling now: n8n begins a poll also where the last one is not done. */
const polling = new Set<string>();
/** Triggers that have polled in this process. */
const polledHere = new Set<string>();
/** What first polls found, until it is kept: n8n's durable cursors do not keep what the poll at activation leaves. */
const firstStates = new Map<string, JobsState>();

/**
 * The jobs that have ended since the last poll, or null. Throws an n8n error where the provider cannot be asked; then
 * nothing has changed.
 */
export async function pollJobs(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const trigger = `${String(context.getWorkflow().id)}:${context.getNode().id}`;
	const provider = providerById(context.getNodeParameter('provider') as string);
	const isManual = context.getMode() === 'manual';
	if (!isManual && polling.has(trigger)) return null;
	if (!isManual) polling.add(trigger);
	try {
		const endpoint = await endpointFor(context, provider);
		return isManual ? await newest(context, endpoint) : await poll(context, endpoint, trigger);
	} catch (thrown) {
		throw thrown instanceof ImageError ? toPollError(context, provider, thrown) : thrown;
	} finally {
		if (!isManual) polling.delete(trigger);
	}
}

async function poll(
	context: IPollFunctions,
	endpoint: Endpoint,
	trigger: string,
): Promise<INodeExecutionData[][] | null> {
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	const download = context.getNodeParameter('download', true) === true;
	const interest = interestOf(context, options);
	const since = sinceWhen(context, options);
	const time = timeFor(context);
	const until = Date.now() + time;
	const source = sourceOf(endpoint.provider.id, endpoint.config.baseUrl);
	const kept: Kept = context.getWorkflowStaticData('node');
	const isFirstHere = !polledHere.has(trigger);

	const known = readState(kept, source) ?? firstStates.get(`${trigger} ${source}`) ?? null;
	// Another poll of this process after the one that gave them: they were not lost.
	const before = known && (isFirstHere && options.repeatAfterRestart ? takenBack(known) : { ...known, last: [] });
	const found = await within(until, (signal) =>
		pollFinished(endpoint, {
			state: before,
			since,
			...interest,
			most: download ? maxJobs.withPictures : maxJobs.alone,
			random: Math.random,
			hasTime: () => until - Date.now() > 0.6 * time,
			signal,
		}),
	);
	if (found.truncated)
		context.logger.warn(
			`Image Jobs Trigger: the list of ${endpoint.provider.displayName} is too long to be read in one poll; jobs further down are not looked at`,
		);

	const jobs = await refsSet(context, endpoint, found.finished);
	const items = download
		? await withPictures(context, endpoint, options, jobs, until, isFirstHere)
		: jobs.map((job) => itemOf(job, options));
	const { state, forgotten } = found.after(items.length);
	if (forgotten > 0)
		context.logger.warn(
			`Image Jobs Trigger: more jobs are unfinished than can be followed; the ${forgotten} oldest are forgotten`,
		);
	// Nothing can fail any more. What is returned now is taken by n8n in the same breath as the state.
	writeState(kept, source, options.repeatAfterRestart ? state : { ...state, last: [] });
	polledHere.add(trigger);
	if (known === null && items.length === 0) firstStates.set(`${trigger} ${source}`, state);
	else firstStates.delete(`${trigger} ${source}`);
	return items.length > 0 ? [options.splitImages ? items.flatMap(splitImages) : items] : null;
}

/** Fetch test event: the newest job that has ended. The state is left alone. */
async function newest(context: IPollFunctions, endpoint: Endpoint): Promise<INodeExecutionData[][]> {
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	const interest = interestOf(context, options);
	const until = Date.now() + timeFor(context);
	const newestJob = await within(until, (signal) => newestFinished(endpoint, interest, signal));
	if (!newestJob) {
		const { displayName } = endpoint.provider;
		throw new NodeOperationError(
			context.getNode(),
			noStop(
				`${displayName} lists no job that has ended as ${interest.statuses.join(', ')}${interest.promptContains === '' ? '' : ` with "${interest.promptContains}" in its prompt`}`,
			),
			{
				description:
					'Make an image with Image Generate and try again when it is done, or choose more under Events',
			},
		);
	}
	const download = context.getNodeParameter('download', true) === true;
	const jobs = await refsSet(context, endpoint, [newestJob]);
	const items = download
		? await withPictures(context, endpoint, options, jobs, until, false)
		: jobs.map((job) => itemOf(job, options));
	return [options.splitImages ? items.flatMap(splitImages) : items];
}

/** The jobs with the `job.ref` of the nodes that made them. */
async function refsSet(
	context: IPollFunctions,
	endpoint: Endpoint,
	jobs: readonly ListedSnapshot[],
): Promise<ListedSnapshot[]> {
	const snapshots = await withRefs(
		context,
		packMemory,
		[endpoint],
		jobs.map(({ snapshot }) => snapshot),
	);
	return jobs.map((job, place) => ({ ...job, snapshot: snapshots[place] ?? job.snapshot }));
}

/**
 * Items with their pictures, as many as are there in time: the first whose are not, and those after it, wait for the
 * next poll.
 */
async function withPictures(
	context: IPollFunctions,
	endpoint: Endpoint,
	options: TriggerOptions,
	jobs: readonly ListedSnapshot[],
	until: number,
	mayWait: boolean,
): Promise<INodeExecutionData[]> {
	const { helpers } = context;
	const left = Math.max(
		1,
		Math.min(until - Date.now(), mayWait ? budgetMs.firstDownloads : Number.POSITIVE_INFINITY),
	);
	const pictures = createPictures(
		(data, name, type) => helpers.prepareBinaryData(data, name, type),
		AbortSignal.timeout(left),
	);
	const outcomes = await Promise.all(
		jobs.map(({ snapshot }) =>
			outcomeOf(pictures.fetch(snapshot, endpoint, { maxMegabytes: options.maxImageSize })),
		),
	);
	const items: INodeExecutionData[] = [];
	for (const [place, job] of jobs.entries()) {
		const fetched = outcomes[place];
		if (!fetched?.ok) {
			// Nobody waits for ever: a job that alone takes too long goes without its pictures.
			if (place === 0 && !mayWait)
				items.push(
					itemOf(
						{
							...job,
							snapshot: withError(
								job.snapshot,
								jobError('timeout', {
									message: `Its images could not be downloaded within ${Math.round(left / 1000)} s`,
									hint: 'The job is done and paid: run Image Poll on this item to download them',
								}),
							),
						},
						options,
					),
				);
			break;
		}
		items.push(itemOf({ ...job, snapshot: fetched.value.snapshot }, options, fetched.value));
	}
	return items;
}

function itemOf(
	{ snapshot, request }: ListedSnapshot,
	{ includeRaw }: TriggerOptions,
	fetched: Partial<Pick<Fetched, 'binary' | 'differences'>> = {},
): INodeExecutionData {
	return toItem({
		snapshot,
		request,
		binary: fetched.binary,
		differences: fetched.differences,
		itemIndex: 0,
		includeRaw,
	});
}

function interestOf(context: IPollFunctions, options: TriggerOptions): Interest {
	const statuses = context.getNodeParameter('events') as TerminalStatus[];
	if (statuses.length === 0)
		throw new NodeOperationError(context.getNode(), 'Events is empty', {
			description: 'Choose at least one end of a job',
		});
	return { statuses, promptContains: (options.promptContains ?? '').trim() };
}

function sinceWhen(context: IPollFunctions, { lookback = 0 }: TriggerOptions): number | null {
	if (!(lookback >= 0 && Number.isFinite(lookback)))
		throw new NodeOperationError(
			context.getNode(),
			`Look Back is ${String(lookback)}; a number of hours from 0 is allowed`,
		);
	return lookback === 0 ? null : Date.now() - lookback * 3_600_000;
}

/** n8n gives a poll so long before it drops what comes of it; older versions do not say. */
function timeFor(context: IPollFunctions): number {
	return Math.min(
		budgetMs.usual,
		(context as Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>).getPollBudgetMs?.() ?? budgetMs.usual,
	);
}

/** The work, stopped when time is up, which is no stop by a user. */
async function within<T>(until: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const ms = Math.max(1, until - Date.now());
	const signal = AbortSignal.timeout(ms);
	try {
		return await work(signal);
	} catch (thrown) {
		const error = toImageError(thrown);
		throw error.code === 'canceled' && signal.aborted
			? new ImageError('timeout', {
					message: `The jobs could not be listed within ${Math.round(ms / 1000)} s`,
					hint: 'The next poll tries again',
					cause: error,
				})
			: error;
	}
}

async function endpointFor(context: IPollFunctions, provider: ProviderDefinition): Promise<Endpoint> {
	const credential = await context.getCredentials(provider.credential).catch((cause: unknown) => {
		throw new NodeOperationError(context.getNode(), `No credential for ${provider.displayName} is chosen`, {
			description: `Choose one in this node. (${cause instanceof Error ? cause.message : String(cause)})`,
		});
	});
	return await endpointOf(provider, credential);
}

function toPollError(context: IPollFunctions, { displayName }: ProviderDefinition, error: ImageError): NodeApiError {
	const message = noStop(error.message);
	return new NodeApiError(
		context.getNode(),
		{ message },
		{
			message: message.startsWith(displayName) ? message : `${displayName}: ${message}`,
			description: [error.hint, `Code ${error.code}. The next poll takes up where the last good one ended`]
				.filter(Boolean)
				.join('. '),
			...(error.httpStatus === null ? {} : { httpCode: String(error.httpStatus) }),
		},
	);
}

/** n8n takes a message with the word "canceled" for a stop by its user; spelt so it does not. */
function noStop(message: string): string {
	return message.replace(/canceled/gi, 'cancelled');
}
