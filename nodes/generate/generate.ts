import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { outcomeOfSync } from '../../model/errors';
import type { Memory } from '../../memory/memory';
import { poolsOf } from '../endpoints/nodeEndpoint';
import { type Delivery, deliveryOf, savedRefsOf } from '../execution/delivery';
import { toNodeError } from '../execution/errors';
import { runIdentityOf } from '../execution/identity';
import { packMemory } from '../execution/memory';
import { progressOf } from '../execution/progress';
import { isFailure } from '../items/snapshots';
import { picturesOf } from '../pictures/pictures';
import { budgetLimits } from './budget';
import { planTasks } from './planTasks';
import { addHints, assertSomeSuccess, itemsOf } from './results';
import { runTask } from './runTask';
import type { Maker, Outcome, Run, Task } from './task';
import { type Moment, systemClock } from '../../jobs/runtime/clock';

/**
 * Checks every item, then submits them together; the endpoint takes care of pacing and slots. An item that fails keeps
 * its error. The node as a whole fails only if no item succeeded, because otherwise paid jobs would be lost.
 */
export async function generate(context: IExecuteFunctions, maker: Maker): Promise<INodeExecutionData[][]> {
	const memory = await packMemory();
	const delivery = deliveryOf(context, memory);
	try {
		const items = await generateItems(await openRun(context, memory, delivery), maker);
		delivery.returned();
		return [items];
	} finally {
		delivery.end();
	}
}

async function openRun(context: IExecuteFunctions, memory: Memory, delivery: Delivery): Promise<Run> {
	const identity = await runIdentityOf(context, memory);
	const limits = outcomeOfSync(() => budgetLimits(context, memory, identity));
	if (!limits.ok) throw toNodeError(context.getNode(), limits.error.toJobError(), { itemIndex: 0 });
	const signal = context.getExecutionCancelSignal();
	return {
		context,
		poolFor: poolsOf(context),
		memory,
		identity,
		limits: limits.value,
		delivery,
		savedRefs: savedRefsOf(context),
		pictures: picturesOf(context, signal),
		signal,
	};
}

async function generateItems(run: Run, maker: Maker): Promise<INodeExecutionData[]> {
	const startedAt = systemClock.now();
	const { tasks, rejected } = await planTasks(run, maker);
	const made = await runAll(run, tasks, startedAt);
	const taskOf = new Map(tasks.map((task) => [task.itemIndex, task]));
	const results = [...rejected, ...made]
		.sort(([a], [b]) => a - b)
		.map(([itemIndex, outcome]) => ({ itemIndex, outcome, task: taskOf.get(itemIndex) }));
	assertSomeSuccess(run.context, results);
	addHints(run, results);
	const items = results.flatMap((result) => itemsOf(run.context, result));
	if (!maker.isTogether?.(run.context)) return items;
	const pairedItem = [...run.context.getInputData().keys()].map((item) => ({ item }));
	return items.map((item) => ({ ...item, pairedItem }));
}

/** Runs all tasks at once and reports the progress. Throws only if the execution was stopped. */
async function runAll(run: Run, tasks: readonly Task[], startedAt: Moment): Promise<Array<[number, Outcome]>> {
	const progress = progressOf(run.context, tasks.length);
	const running = tasks.map(async (task, index): Promise<[number, Outcome]> => {
		// The end time of the item if all items ran one after the other for their full time.
		const startBy = (startedAt + task.maxWaitMs * (index + 1)) as Moment;
		const outcome = await runTask(run, task, startBy);
		progress.done({ failed: isFailure(outcome.snapshot) });
		return [task.itemIndex, outcome];
	});
	return await Promise.all(running).finally(() => progress.end());
}
