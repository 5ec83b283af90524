import { type INodeExecutionData, type IPollFunctions, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { type JobsState, takenBack } from '../../jobs/listing/finishedJobs';
import { newestFinished, pollFinished } from '../../jobs/listing/finishedJobsPoll';
import type { Interest } from '../../jobs/listing/interest';
import { BoundedMap } from '../../model/boundedMap';
import { inMs, type Moment, systemClock } from '../../jobs/runtime/clock';
import { ImageError, toImageError } from '../../model/errors';
import type { TerminalStatus } from '../../model/job';
import type { ProviderDefinition } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import { nodeEndpoint } from '../endpoints/nodeEndpoint';
import { type Kept, readState, sourceOf, writeState } from './keptState';
import { type ItemOptions, triggerItems } from './triggerItems';
import { timeLimit } from '../../model/timeLimit';

/** Maximum number of jobs per run, with and without their images. The next poll gets the rest. */
const maxJobs = { withPictures: 50, alone: 500 };
/** Maximum time of a poll if n8n does not report one, in ms. */
const usualPollMs = 4 * 60_000;

interface TriggerOptions extends ItemOptions {
	lookback?: number;
	promptContains?: string;
	repeatAfterRestart?: boolean;
}

/** Triggers of this process that are polling now. n8n starts a poll even if the previous poll is still running. */
const polling = new Set<string>();
/** Triggers kept in memory. Workflows come and go while n8n runs. */
const maxTriggers = 1_000;
/** Triggers that have polled in this process. */
const polledHere = new BoundedMap<true>({ max: maxTriggers });
/**
 * States of first polls, until n8n keeps them: n8n's durable cursors do not keep the state of the poll at activation.
 */
const firstStates = new BoundedMap<JobsState>({ max: maxTriggers });

/**
 * The jobs that have ended since the last poll, or null. If the provider does not answer, throws an n8n error, and the
 * kept state stays unchanged.
 */
export async function pollJobs(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const trigger = `${String(context.getWorkflow().id)}:${context.getNode().id}`;
	const provider = providerById(context.getNodeParameter('provider') as string);
	const isManual = context.getMode() === 'manual';
	if (!isManual && polling.has(trigger)) return null;
	if (!isManual) polling.add(trigger);
	try {
		const endpoint = await nodeEndpoint(context, provider);
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
	const query = { ...interestOf(context, options), since: sinceWhen(context, options) };
	const time = timeFor(context);
	const until = inMs(systemClock, time);
	const source = sourceOf(endpoint.provider.id, endpoint.config.baseUrl);
	const kept: Kept = context.getWorkflowStaticData('node');
	const firstKey = `${trigger} ${source}`;
	const isFirst = !polledHere.has(trigger);
	const known = readState(kept, source) ?? firstStates.get(firstKey) ?? null;
	const download = context.getNodeParameter('download', true) === true;

	const found = await within(until, (signal) =>
		pollFinished(endpoint, {
			...query,
			state: known && stateBefore(known, isFirst && options.repeatAfterRestart === true),
			maxJobs: download ? maxJobs.withPictures : maxJobs.alone,
			random: Math.random,
			hasTime: () => until - systemClock.now() > 0.6 * time,
			signal,
		}),
	);
	const { items, taken } = await triggerItems(context, endpoint, found.finished, { options, until, isFirst });
	const { state, forgotten } = found.after(taken);
	warn(context, endpoint, { truncated: found.truncated, forgotten });
	// Nothing after this line can fail: n8n takes the returned items and the state together.
	writeState(kept, source, options.repeatAfterRestart ? state : { ...state, last: [] });
	polledHere.set(trigger, true);
	if (known === null && taken === 0) firstStates.set(firstKey, state);
	else firstStates.delete(firstKey);
	return taken > 0 ? [items] : null;
}

/**
 * If the options say so, the jobs of the last run count as lost after a restart. A second poll in this process shows
 * that they were not lost.
 */
function stateBefore(known: JobsState, isRepeating: boolean): JobsState {
	return isRepeating ? takenBack(known) : { ...known, last: [] };
}

function warn(
	{ logger }: IPollFunctions,
	{ provider: { displayName } }: Endpoint,
	{ truncated, forgotten }: { truncated: boolean; forgotten: number },
): void {
	if (truncated)
		logger.warn(
			`Image Jobs Trigger: the list of ${displayName} is too long to read in one poll; older jobs are not seen`,
		);
	if (forgotten > 0)
		logger.warn(`Image Jobs Trigger: too many jobs are unfinished; the ${forgotten} oldest are no longer followed`);
}

/** Fetch test event: the newest job that has ended. The state does not change. */
async function newest(context: IPollFunctions, endpoint: Endpoint): Promise<INodeExecutionData[][]> {
	const options = context.getNodeParameter('options', {}) as TriggerOptions;
	const interest = interestOf(context, options);
	const until = inMs(systemClock, timeFor(context));
	const job = await within(until, (signal) => newestFinished(endpoint, interest, signal));
	if (!job) throw noEndedJob(context, endpoint, interest);
	const { items } = await triggerItems(context, endpoint, [job], { options, until, isFirst: false });
	return [items];
}

function noEndedJob(
	context: IPollFunctions,
	{ provider: { displayName } }: Endpoint,
	{ statuses, promptContains }: Interest,
): NodeOperationError {
	const prompt = promptContains === '' ? '' : ` with "${promptContains}" in its prompt`;
	const message = `${displayName} lists no job that has ended as ${statuses.join(', ')}${prompt}`;
	return new NodeOperationError(context.getNode(), noStop(message), {
		description: 'Make an image with Image Generate and try again when it is done, or choose more under Events',
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

/** The time after which n8n drops the result of a poll, in ms. Older versions of n8n do not report it. */
function timeFor(context: IPollFunctions): number {
	const { getPollBudgetMs } = context as Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>;
	return Math.min(usualPollMs, getPollBudgetMs?.call(context) ?? usualPollMs);
}

/** Stops the work at this time with a `timeout` error, because it is not a stop by a user. */
async function within<T>(until: Moment, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const ms = Math.max(1, until - systemClock.now());
	const signal = timeLimit(ms);
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

function toPollError(context: IPollFunctions, { displayName }: ProviderDefinition, error: ImageError): NodeApiError {
	const message = noStop(error.message);
	const next = `Code ${error.code}. The next poll continues where the last successful one ended`;
	return new NodeApiError(
		context.getNode(),
		{ message },
		{
			message: message.startsWith(displayName) ? message : `${displayName}: ${message}`,
			description: [error.hint, next].filter(Boolean).join('. '),
			...(error.httpStatus === null ? {} : { httpCode: String(error.httpStatus) }),
		},
	);
}

/** n8n treats a message with the word "canceled" as a stop by the user. It does not do so with this spelling. */
function noStop(message: string): string {
	return message.replace(/canceled/gi, 'cancelled');
}
