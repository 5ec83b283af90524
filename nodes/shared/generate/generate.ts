import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../../jobs/endpoint';
import { type ImageError, outcomeOf, toImageError } from '../../../model/errors';
import { isTerminal, type JobSnapshot } from '../../../model/job';
import { describeRequest, type ImageRequest } from '../../../model/request';
import type { ProviderDefinition } from '../../../providers/provider';
import { providerById } from '../../../providers/registry';
import { checkRequest } from '../../../providers/requestCheck';
import { endpointsOf } from '../endpoint';
import { hintAt, inputError, summarize, toNodeError } from '../errors';
import { isFailure, refusedJob, splitImages, toItem } from '../items';
import { createPictures, type Fetched, type Pictures } from '../pictures';
import { readMaxWait, textParameter } from '../parameters';
import { type ItemKeys, itemKeysOf } from './itemKeys';
import type { GenerateOptions } from './readRequest';

/** What tells one node that makes images from another. */
export interface Maker {
	/** The request of one item, from the fields of the node; nothing is fetched or looked into yet. */
	read(context: IExecuteFunctions, provider: ProviderDefinition, itemIndex: number, options: GenerateOptions): ImageRequest;
	/** Makes a request ready to be sent, once the fields of all items are checked and before any is sent. */
	prepare?(context: IExecuteFunctions, task: Task, endpoint: Endpoint): Promise<ImageRequest>;
}

export interface Task {
	itemIndex: number;
	provider: ProviderDefinition;
	request: ImageRequest;
	options: GenerateOptions;
	wait: boolean;
	download: boolean;
	maxWaitMs: number;
	key: string;
}

type Outcome = { snapshot: JobSnapshot } & Partial<Pick<Fetched, 'binary' | 'differences'>>;

/**
 * Checks every item, then submits them together; the endpoint sees to pace and slots. What one item fails with
 * stays with that item. The node as a whole fails only where nothing at all was got, so that no paid job is thrown away.
 */
export async function generate(context: IExecuteFunctions, maker: Maker): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const goOn = context.continueOnFail();
	const keys = itemKeysOf(context);
	const signal = context.getExecutionCancelSignal();
	const endpointFor = endpointsOf(context);
	const pictures = createPictures((data, name, type) => context.helpers.prepareBinaryData(data, name, type), signal);
	const startedAt = Date.now();

	const outcomes = new Map<number, Outcome>();
	const tasks = new Map<number, Task>();
	const refuse = (itemIndex: number, thrown: unknown, request: ImageRequest | undefined) => {
		if (!goOn) throw thrown instanceof NodeOperationError ? thrown : toNodeError(node, inputError(thrown), { itemIndex });
		tasks.delete(itemIndex);
		outcomes.set(itemIndex, { snapshot: refusedJob(textParameter(context, 'provider', itemIndex), request?.count ?? null, inputError(thrown), null) });
	};
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const task = readTask(context, itemIndex, keys, maker);
			checkRequest(task.provider, task.request, { unprepared: maker.prepare !== undefined });
			await endpointFor(task.provider, itemIndex);
			tasks.set(itemIndex, task);
		} catch (thrown) {
			refuse(itemIndex, thrown, undefined);
		}
	}
	// One after the other: references may be large, and only one is held at a time.
	for (const [itemIndex, task] of maker.prepare ? tasks : []) {
		const prepared = await outcomeOf(endpointFor(task.provider, itemIndex).then((endpoint) => maker.prepare?.(context, task, endpoint) ?? task.request));
		if (!prepared.ok) refuse(itemIndex, prepared.error, task.request);
		else task.request = prepared.value;
	}

	await Promise.all(
		[...tasks.values()].map(async (task, place) => {
			const endpoint = await endpointFor(task.provider, task.itemIndex);
			// Were they run one after the other, each taking its longest, this is when the item would be done.
			const turnBy = startedAt + task.maxWaitMs * (place + 1);
			outcomes.set(task.itemIndex, await run(context, task, endpoint, pictures, keys, turnBy, signal));
		}),
	);

	const ordered = [...outcomes].sort(([a], [b]) => a - b);
	for (const [itemIndex, { snapshot }] of ordered) {
		if (snapshot.job.id !== null && (snapshot.job.status === 'failed' || snapshot.job.status === 'canceled')) keys.spend(itemIndex);
	}
	const failures = ordered.filter(([, { snapshot }]) => isFailure(snapshot) && snapshot.job.status !== 'succeeded');
	const [first] = failures;
	if (!goOn && first && failures.length === ordered.length) {
		const [itemIndex, { snapshot }] = first;
		if (snapshot.job.error) throw toNodeError(node, snapshot.job.error, { itemIndex, provider: tasks.get(itemIndex)?.provider, jobId: snapshot.job.id });
	}
	tellBesides(context, ordered.map(([, outcome]) => outcome.snapshot), [...tasks.values()]);
	return [ordered.flatMap(([itemIndex, outcome]) => itemsOf(context, itemIndex, outcome, tasks.get(itemIndex)))];
}

function readTask(context: IExecuteFunctions, itemIndex: number, keys: ItemKeys, maker: Maker): Task {
	const provider = providerById(textParameter(context, 'provider', itemIndex));
	const options = context.getNodeParameter('options', itemIndex, {}) as GenerateOptions;
	const wait = context.getNodeParameter('wait', itemIndex, true) === true;
	return {
		itemIndex,
		provider,
		options,
		wait,
		request: maker.read(context, provider, itemIndex, options),
		download: wait && context.getNodeParameter('download', itemIndex, true),
		maxWaitMs: readMaxWait(context, itemIndex, 300),
		key: options.idempotencyKey?.trim() || keys.keyOf(itemIndex),
	};
}

async function run(context: IExecuteFunctions, task: Task, endpoint: Endpoint, pictures: Pictures, keys: ItemKeys, turnBy: number, signal: AbortSignal | undefined): Promise<Outcome> {
	let snapshot: JobSnapshot;
	// The user gave up: what has not begun need not be paid. Nobody waits for the answer.
	const ifStopped = ({ job }: JobSnapshot) => {
		if (task.options.cancelOnStop !== false && job.id !== null && endpoint.session.cancel) endpoint.cancel(job.id).catch(() => undefined);
	};
	const begunAt = Date.now();
	try {
		snapshot = await endpoint.submit(task.request, { idempotencyKey: task.key, signal, deadline: turnBy, group: context.getExecutionId(), unclear: keys.doubtOf(task.key), ifStopped });
	} catch (thrown) {
		const error = toImageError(thrown);
		if (error.code === 'canceled') throw error;
		if (error.delivery === 'ambiguous') keys.doubt(task.key, begunAt);
		return { snapshot: refusedJob(task.provider.id, task.request.count, error.toJobError(), task.key) };
	}
	const { id } = snapshot.job;
	if (task.wait && id !== null && !isTerminal(snapshot.job.status)) {
		try {
			const result = await endpoint.wait(id, { deadline: Date.now() + task.maxWaitMs, signal, known: snapshot });
			snapshot = result.snapshot ?? snapshot;
			if (!result.ended && result.error) snapshot = noted(snapshot, result.error);
		} catch (thrown) {
			const error = toImageError(thrown);
			if (error.code === 'canceled') {
				ifStopped(snapshot);
				throw error;
			}
			snapshot = noted(snapshot, error);
		}
	}
	const hasBytes = snapshot.images.some((image) => image.inline);
	if (snapshot.images.length > 0 && (task.download || hasBytes) && isTerminal(snapshot.job.status)) return await pictures.fetch(snapshot, endpoint, { maxMegabytes: task.options.maxImageSize });
	return { snapshot };
}

/** The job lives on at the provider; the item says why we could not follow it. */
function noted(snapshot: JobSnapshot, error: ImageError): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, error: error.toJobError() } };
}

function itemsOf(context: IExecuteFunctions, itemIndex: number, { snapshot, binary, differences }: Outcome, task: Task | undefined): INodeExecutionData[] {
	const request = task ? describeRequest(task.request) : {};
	const item = toItem({ snapshot, request, binary, differences, itemIndex, includeRaw: task?.options.includeRaw });
	// n8n moves an item to the error output by these keys alone; the job rides along in `details`.
	if (context.getNode().onError === 'continueErrorOutput' && isFailure(snapshot)) {
		return [{ json: { error: snapshot.job.error?.message ?? 'failed', details: item.json }, pairedItem: { item: itemIndex } }];
	}
	return task?.options.splitImages ? splitImages(item) : [item];
}

function tellBesides(context: IExecuteFunctions, snapshots: JobSnapshot[], tasks: Task[]): void {
	const failed = snapshots.filter(isFailure);
	if (failed.length > 0) hintAt(context, `Of ${snapshots.length} items ${summarize(failed)}. Their items say so in job.error; Image Poll sends them to its Failed output.`);
	const unfinished = tasks.some(({ wait }) => wait) ? snapshots.filter(({ job }) => !isTerminal(job.status)).length : 0;
	if (unfinished > 0) hintAt(context, `${unfinished} jobs were still running when Max Wait was over. They are not lost: Image Poll finishes them.`);
}
