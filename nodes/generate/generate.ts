import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { outcomeOf, outcomeOfSync } from '../../model/errors';
import type { Memory } from '../../memory/memory';
import { isTerminal } from '../../model/job';
import { describeRequest, type ImageRequest } from '../../model/request';
import type { ProviderDefinition } from '../../providers/provider';
import { poolsOf } from '../endpoints/nodeEndpoint';
import { hintAt, inputError, summarize, toNodeError } from '../execution/errors';
import { isFailure, jobNotMade, splitImages, toItem } from '../items/items';
import { createPictures } from '../pictures/pictures';
import { readMaxWait } from '../parameters/parameters';
import { progressOf } from '../execution/progress';
import { assertPriced } from '../../jobs/submission/budget';
import { type Delivery, deliveryOf, savedRefsOf } from '../execution/delivery';
import { itemKey, ordinals, ownKey, requestDigest, runIdentityOf, wireKeyOf } from '../execution/identity';
import { packMemory } from '../execution/memory';
import { budgetLimits, costOf } from './budget';
import type { GenerateOptions } from './readRequest';
import { firstProvider, noCapableProvider, readRoutes, type Route, unsupportedBy } from './routes';
import { type Outcome, type Run, runTask, type Task } from './runTask';

/** What tells one node that makes images from another. */
export interface Maker {
	/** The request of one item, from the fields of the node; nothing is fetched or looked into yet. */
	read(
		context: IExecuteFunctions,
		provider: ProviderDefinition,
		itemIndex: number,
		options: GenerateOptions,
	): ImageRequest;
	/** Makes a request ready to be sent, once the fields of all items are checked and before any is sent. */
	prepare?(
		context: IExecuteFunctions,
		route: Route,
		options: GenerateOptions,
		endpoint: Endpoint,
	): Promise<ImageRequest>;
}

/**
 * Checks every item, then submits them together; the endpoint sees to pace and slots. What one item fails with stays
 * with that item. The node as a whole fails only where nothing at all was got, so that no paid job is thrown away.
 */
export async function generate(context: IExecuteFunctions, maker: Maker): Promise<INodeExecutionData[][]> {
	const memory = await packMemory();
	const delivery = deliveryOf(context, memory);
	try {
		const items = await generateItems(context, maker, memory, delivery);
		delivery.returned();
		return items;
	} finally {
		delivery.end();
	}
}

async function generateItems(
	context: IExecuteFunctions,
	maker: Maker,
	memory: Memory,
	delivery: Delivery,
): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const continueOnFail = context.continueOnFail();
	const signal = context.getExecutionCancelSignal();
	const poolFor = poolsOf(context);
	const identity = await runIdentityOf(context, memory);
	const kept = outcomeOfSync(() => budgetLimits(context, memory, identity));
	if (!kept.ok) throw toNodeError(node, kept.error.toJobError(), { itemIndex: 0 });
	const limits = kept.value;
	const pictures = createPictures((data, name, type) => context.helpers.prepareBinaryData(data, name, type), signal);
	const run: Run = {
		context,
		poolFor,
		memory,
		identity,
		limits,
		delivery,
		savedRefs: savedRefsOf(context),
		pictures,
		signal,
	};
	const startedAt = Date.now();

	const outcomes = new Map<number, Outcome>();
	const tasks = new Map<number, Task>();
	const rejectInput = (itemIndex: number, thrown: unknown, request: ImageRequest | undefined) => {
		if (!continueOnFail)
			throw thrown instanceof NodeOperationError ? thrown : toNodeError(node, inputError(thrown), { itemIndex });
		tasks.delete(itemIndex);
		outcomes.set(itemIndex, {
			snapshot: jobNotMade(firstProvider(context, itemIndex), request?.count ?? null, inputError(thrown), null),
		});
	};
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const task = readTask(context, itemIndex, maker);
			for (const { provider } of task.routes) await poolFor(provider, itemIndex);
			assertPriced(costOf(task.routes, task.options.budget?.limits ?? {}), limits);
			tasks.set(itemIndex, task);
		} catch (thrown) {
			rejectInput(itemIndex, thrown, undefined);
		}
	}
	// One after the other: references may be large, and only one is held at a time.
	for (const [itemIndex, task] of maker.prepare ? tasks : []) {
		const prepared = await outcomeOf(
			prepareAll(context, task, maker, async (provider) => (await poolFor(provider, itemIndex)).main),
		);
		if (!prepared.ok) rejectInput(itemIndex, prepared.error, task.route.request);
	}

	await nameTasks(run, [...tasks.values()]);

	const progress = progressOf(context, tasks.size);
	await Promise.all(
		[...tasks.values()].map(async (task, index) => {
			// Were they run one after the other, each taking its longest, this is when the item would be done.
			const startBy = startedAt + task.maxWaitMs * (index + 1);
			const outcome = await runTask(run, task, startBy);
			outcomes.set(task.itemIndex, outcome);
			progress.done({ failed: isFailure(outcome.snapshot) });
		}),
	).finally(() => progress.end());

	const ordered = [...outcomes].sort(([a], [b]) => a - b);
	const failures = ordered.filter(([, { snapshot }]) => isFailure(snapshot) && snapshot.job.status !== 'succeeded');
	const [first] = failures;
	if (!continueOnFail && first && failures.length === ordered.length) {
		const [itemIndex, { snapshot }] = first;
		if (snapshot.job.error)
			throw toNodeError(node, snapshot.job.error, {
				itemIndex,
				provider: tasks.get(itemIndex)?.route.provider,
				jobId: snapshot.job.id,
			});
	}
	addHints(
		context,
		ordered.map(([, outcome]) => outcome),
		[...tasks.values()],
		memory,
	);
	return [ordered.flatMap(([itemIndex, outcome]) => itemsOf(context, itemIndex, outcome, tasks.get(itemIndex)))];
}

function readTask(context: IExecuteFunctions, itemIndex: number, maker: Maker): Task {
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
		key: '',
		ownWireKey: ownKeyText(options) === '' ? undefined : wireKeyOf(ownKeyText(options)),
	};
}

/** An expression may give a number. */
function ownKeyText({ idempotencyKey = '' }: GenerateOptions): string {
	const text: unknown = idempotencyKey;
	return typeof text === 'string' || typeof text === 'number' ? String(text).trim() : '';
}

/** Gives every request its digest and every item its key: equal requests are told apart by their order. */
async function nameTasks({ memory, identity }: Run, tasks: readonly Task[]): Promise<void> {
	const ordinalOf = ordinals();
	for (const task of tasks) {
		for (const route of task.routes) route.digest = await requestDigest(memory, route.provider.id, route.request);
		const [{ digest, credentialId }] = task.routes;
		const own = ownKeyText(task.options);
		task.key =
			own === ''
				? itemKey(memory, identity, credentialId, digest, ordinalOf(digest))
				: ownKey(memory, credentialId, own);
		task.route = task.routes[0];
	}
}

/** Makes the request of every route ready; a route that cannot be is left out while another remains. */
async function prepareAll(
	context: IExecuteFunctions,
	task: Task,
	maker: Maker,
	endpointFor: (provider: ProviderDefinition) => Promise<Endpoint>,
): Promise<void> {
	const ready: Route[] = [];
	for (const route of task.routes) {
		const prepared = await outcomeOf(
			endpointFor(route.provider).then(
				(endpoint) => maker.prepare?.(context, route, task.options, endpoint) ?? route.request,
			),
		);
		if (prepared.ok) ready.push({ ...route, request: prepared.value });
		else if (task.routes.length === 1 || prepared.error.code === 'canceled') throw prepared.error;
		else task.unsupported.push(unsupportedBy(route, prepared.error));
	}
	const [first, ...others] = ready;
	if (!first) throw noCapableProvider(task.unsupported);
	task.routes = [first, ...others];
	task.route = first;
}

function itemsOf(
	context: IExecuteFunctions,
	itemIndex: number,
	{ snapshot, binary, differences }: Outcome,
	task: Task | undefined,
): INodeExecutionData[] {
	const request = task ? describeRequest(task.route.request) : {};
	const item = toItem({ snapshot, request, binary, differences, itemIndex, includeRaw: task?.options.includeRaw });
	// n8n moves an item to the error output by these keys alone; the job rides along in `details`.
	if (context.getNode().onError === 'continueErrorOutput' && isFailure(snapshot)) {
		return [
			{
				json: { error: snapshot.job.error?.message ?? 'failed', details: item.json },
				pairedItem: { item: itemIndex },
			},
		];
	}
	return task?.options.splitImages ? splitImages(item) : [item];
}

/** Says what is worth knowing beside the items, without failing the run. */
function addHints(
	context: IExecuteFunctions,
	outcomes: readonly Outcome[],
	tasks: readonly Task[],
	{ problem }: Memory,
): void {
	const snapshots = outcomes.map(({ snapshot }) => snapshot);
	const failed = snapshots.filter(isFailure);
	if (failed.length > 0)
		hintAt(
			context,
			`Of ${snapshots.length} items ${summarize(failed)}. Their items say so in job.error; Image Poll sends them to its Failed output.`,
		);
	const unfinished = tasks.some(({ wait }) => wait)
		? snapshots.filter(({ job }) => !isTerminal(job.status)).length
		: 0;
	if (unfinished > 0)
		hintAt(
			context,
			`${unfinished} jobs were still running when Max Wait was over. They are not lost: Image Poll finishes them.`,
		);
	const adopted = outcomes.filter(({ how }) => how === 'adopted').length;
	if (adopted > 0)
		hintAt(
			context,
			`${adopted} jobs were taken over from an execution that was stopped or died before it could save them; nothing was paid again. job.adoptedFrom names it. The option "Take Over Within (Hours)" decides about it.`,
		);
	if (problem !== null) hintAt(context, `What was sent is remembered only until n8n restarts: ${problem}`);
}
