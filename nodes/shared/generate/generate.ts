import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../../jobs/endpoint/endpoint';
import { outcomeOf } from '../../../model/errors';
import { isTerminal, type JobSnapshot } from '../../../model/job';
import { describeRequest, type ImageRequest } from '../../../model/request';
import type { ProviderDefinition } from '../../../providers/provider';
import { poolsOf } from '../endpoint';
import { hintAt, inputError, summarize, toNodeError } from '../errors';
import { isFailure, refusedJob, splitImages, toItem } from '../items';
import { createPictures } from '../pictures';
import { readMaxWait } from '../parameters';
import { progressOf } from '../progress';
import { budgetKept, budgetOf, costOf } from './budget';
import { type ItemKeys, itemKeysOf } from './itemKeys';
import type { GenerateOptions } from './readRequest';
import { firstProvider, nobody, readRoutes, type Route, unableTo } from './routes';
import { type Outcome, runTask, type Task } from './runTask';

/** What tells one node that makes images from another. */
export interface Maker {
	/** The request of one item, from the fields of the node; nothing is fetched or looked into yet. */
	read(context: IExecuteFunctions, provider: ProviderDefinition, itemIndex: number, options: GenerateOptions): ImageRequest;
	/** Makes a request ready to be sent, once the fields of all items are checked and before any is sent. */
	prepare?(context: IExecuteFunctions, route: Route, options: GenerateOptions, endpoint: Endpoint): Promise<ImageRequest>;
}

/**
 * Checks every item, then submits them together; the endpoint sees to pace and slots. What one item fails with
 * stays with that item. The node as a whole fails only where nothing at all was got, so that no paid job is thrown away.
 */
export async function generate(context: IExecuteFunctions, maker: Maker): Promise<INodeExecutionData[][]> {
	const keys = await itemKeysOf(context);
	try {
		return await generateItems(context, maker, keys);
	} finally {
		await Promise.all([keys.end(), budgetKept()]);
	}
}

async function generateItems(context: IExecuteFunctions, maker: Maker, keys: ItemKeys): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const goOn = context.continueOnFail();
	const signal = context.getExecutionCancelSignal();
	const poolFor = poolsOf(context);
	const budget = await budgetOf(context);
	const pictures = createPictures((data, name, type) => context.helpers.prepareBinaryData(data, name, type), signal);
	const startedAt = Date.now();

	const outcomes = new Map<number, Outcome>();
	const tasks = new Map<number, Task>();
	const refuse = (itemIndex: number, thrown: unknown, request: ImageRequest | undefined) => {
		if (!goOn) throw thrown instanceof NodeOperationError ? thrown : toNodeError(node, inputError(thrown), { itemIndex });
		tasks.delete(itemIndex);
		outcomes.set(itemIndex, { snapshot: refusedJob(firstProvider(context, itemIndex), request?.count ?? null, inputError(thrown), null) });
	};
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const task = readTask(context, itemIndex, keys, maker);
			for (const { provider } of task.routes) await poolFor(provider, itemIndex);
			budget.assertPriced(costOf(task.routes, task.options.budget?.limits ?? {}));
			tasks.set(itemIndex, task);
		} catch (thrown) {
			refuse(itemIndex, thrown, undefined);
		}
	}
	// One after the other: references may be large, and only one is held at a time.
	for (const [itemIndex, task] of maker.prepare ? tasks : []) {
		const prepared = await outcomeOf(prepareAll(context, task, maker, async (provider) => (await poolFor(provider, itemIndex)).main));
		if (!prepared.ok) refuse(itemIndex, prepared.error, task.route.request);
	}

	const progress = progressOf(context, tasks.size);
	await Promise.all(
		[...tasks.values()].map(async (task, place) => {
			// Were they run one after the other, each taking its longest, this is when the item would be done.
			const turnBy = startedAt + task.maxWaitMs * (place + 1);
			const outcome = await runTask({ context, poolFor, budget, pictures, keys, signal }, task, turnBy);
			outcomes.set(task.itemIndex, outcome);
			progress.done({ failed: isFailure(outcome.snapshot) });
		}),
	).finally(() => progress.end());

	const ordered = [...outcomes].sort(([a], [b]) => a - b);
	for (const [itemIndex, { snapshot }] of ordered) {
		if (snapshot.job.id !== null && (snapshot.job.status === 'failed' || snapshot.job.status === 'canceled')) keys.spend(itemIndex);
	}
	const failures = ordered.filter(([, { snapshot }]) => isFailure(snapshot) && snapshot.job.status !== 'succeeded');
	const [first] = failures;
	if (!goOn && first && failures.length === ordered.length) {
		const [itemIndex, { snapshot }] = first;
		if (snapshot.job.error) throw toNodeError(node, snapshot.job.error, { itemIndex, provider: tasks.get(itemIndex)?.route.provider, jobId: snapshot.job.id });
	}
	tellBesides(context, ordered.map(([, outcome]) => outcome.snapshot), [...tasks.values()]);
	return [ordered.flatMap(([itemIndex, outcome]) => itemsOf(context, itemIndex, outcome, tasks.get(itemIndex)))];
}

function readTask(context: IExecuteFunctions, itemIndex: number, keys: ItemKeys, maker: Maker): Task {
	const options = context.getNodeParameter('options', itemIndex, {}) as GenerateOptions;
	const routes = readRoutes(context, itemIndex, options, maker);
	const wait = context.getNodeParameter('wait', itemIndex, true) === true;
	return {
		itemIndex,
		...routes,
		route: routes.routes[0],
		options,
		wait,
		download: wait && context.getNodeParameter('download', itemIndex, true),
		maxWaitMs: readMaxWait(context, itemIndex, 300),
		key: options.idempotencyKey?.trim() || keys.keyOf(itemIndex),
		ownKey: Boolean(options.idempotencyKey?.trim()),
	};
}

/** Makes the request of every route ready; a route that cannot be is left out while another remains. */
async function prepareAll(context: IExecuteFunctions, task: Task, maker: Maker, endpointFor: (provider: ProviderDefinition) => Promise<Endpoint>): Promise<void> {
	const ready: Route[] = [];
	for (const route of task.routes) {
		const prepared = await outcomeOf(endpointFor(route.provider).then((endpoint) => maker.prepare?.(context, route, task.options, endpoint) ?? route.request));
		if (prepared.ok) ready.push({ ...route, request: prepared.value });
		else if (task.routes.length === 1 || prepared.error.code === 'canceled') throw prepared.error;
		else task.unable.push(unableTo(route, prepared.error));
	}
	const [first, ...others] = ready;
	if (!first) throw nobody(task.unable);
	task.routes = [first, ...others];
	task.route = first;
}

function itemsOf(context: IExecuteFunctions, itemIndex: number, { snapshot, binary, differences }: Outcome, task: Task | undefined): INodeExecutionData[] {
	const request = task ? describeRequest(task.route.request) : {};
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
