import { NodeOperationError } from 'n8n-workflow';
import { assertPriced } from '../../jobs/submission/budget';
import { ImageError, outcomeOf } from '../../model/errors';
import { inputError, toNodeError } from '../execution/errors';
import { itemKey, ordinals, ownKey, requestDigest } from '../execution/identity';
import { readLinks } from '../items/links';
import { jobNotMade } from '../items/snapshots';
import { binaryFieldOf } from '../parameters/parameters';
import { costOf } from './budget';
import { formField, formMaxWait } from '../parameters/formFields';
import { firstProvider, noCapableProvider, readRoutes, unsupportedBy } from './routes';
import type { GenerateOptions, Maker, Outcome, Route, Routes, Run, Task } from './task';

/** The items that can be sent, and the outcomes of the items with wrong input. */
export interface Plan {
	tasks: Task[];
	/** By item index. */
	rejected: Map<number, Outcome>;
}

/**
 * Reads and checks the fields of all items, prepares their requests and gives them keys. Sends nothing that can cost
 * money. Throws an n8n error for the first item whose input is wrong, unless the node continues on fail.
 */
export async function planTasks(run: Run, maker: Maker): Promise<Plan> {
	const { context } = run;
	const rejected: Plan['rejected'] = new Map();
	const reject = (itemIndex: number, thrown: unknown, count: number | null) => {
		// A stop is not the failure of an item.
		if (thrown instanceof ImageError && thrown.code === 'canceled') throw thrown;
		if (!context.continueOnFail())
			throw thrown instanceof NodeOperationError
				? thrown
				: toNodeError(context.getNode(), inputError(thrown), { itemIndex });
		const provider = firstProvider(context, itemIndex);
		rejected.set(itemIndex, { snapshot: jobNotMade(provider, count, inputError(thrown), null) });
	};
	const read: Task[] = [];
	for (const itemIndex of maker.isTogether?.(context) ? [0] : context.getInputData().keys()) {
		try {
			read.push(await readTask(run, itemIndex, maker));
		} catch (thrown) {
			reject(itemIndex, thrown, null);
		}
	}
	const tasks: Task[] = [];
	// One after the other, because references can be large and only one is in memory at a time.
	for (const task of read) {
		const prepared = await outcomeOf(preparedRoutes(run, task, maker));
		if (prepared.ok) tasks.push({ ...task, ...prepared.value, route: prepared.value.routes[0] });
		else reject(task.itemIndex, prepared.error, task.route.request.count);
	}
	await nameTasks(run, tasks);
	return { tasks, rejected };
}

/** The fields of one item. Throws if they are wrong, if a credential is missing, or if no price is known. */
async function readTask({ context, poolFor, limits }: Run, itemIndex: number, maker: Maker): Promise<Task> {
	const options = context.getNodeParameter('options', itemIndex, {}) as GenerateOptions;
	const routes = readRoutes(context, itemIndex, options, maker);
	const wait = context.getNodeParameter('wait', itemIndex, true) === true;
	const task: Task = {
		itemIndex,
		...routes,
		route: routes.routes[0],
		options,
		links: readLinks(context.getNode(), options),
		wait,
		download: wait && formField(context, 'download', itemIndex, true) === true,
		binaryField: binaryFieldOf(options),
		maxWaitMs: formMaxWait(context, itemIndex, wait),
		key: '',
		ownKey: ownKeyText(options),
	};
	for (const { provider } of task.routes) await poolFor(provider, itemIndex);
	assertPriced(costOf(task.routes, options.budget?.limits ?? {}), limits);
	return task;
}

/** The user's own key as text: an expression may return a number. */
function ownKeyText({ idempotencyKey = '' }: GenerateOptions): string {
	const text: unknown = idempotencyKey;
	return typeof text === 'string' || typeof text === 'number' ? String(text).trim() : '';
}

/**
 * The routes whose requests are ready to be sent. If a request cannot be made ready, its route is left out if another
 * route remains.
 */
async function preparedRoutes({ context, poolFor }: Run, task: Task, maker: Maker): Promise<Routes> {
	if (!maker.prepare) return task;
	const ready: Route[] = [];
	const unsupported = [...task.unsupported];
	for (const route of task.routes) {
		const { main } = await poolFor(route.provider, task.itemIndex);
		const prepared = await outcomeOf(maker.prepare(context, route, task.options, main));
		if (prepared.ok) ready.push({ ...route, request: prepared.value });
		else if (task.routes.length === 1 || prepared.error.code === 'canceled') throw prepared.error;
		else unsupported.push(unsupportedBy(route, prepared.error));
	}
	const [first, ...others] = ready;
	if (!first) throw noCapableProvider(unsupported);
	return { routes: [first, ...others], unsupported };
}

/** Gives every request its digest and every item its key. The keys of equal requests differ by their order. */
async function nameTasks({ memory, identity }: Run, tasks: readonly Task[]): Promise<void> {
	const ordinalOf = ordinals();
	for (const task of tasks) {
		for (const route of task.routes) route.digest = await requestDigest(memory, route.provider.id, route.request);
		const [{ digest, credentialId }] = task.routes;
		task.key =
			task.ownKey === ''
				? itemKey(memory, identity, credentialId, digest, ordinalOf(digest))
				: ownKey(memory, credentialId, task.ownKey);
	}
}
