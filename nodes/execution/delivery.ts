import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';
import type { Memory } from '../../memory/memory';
import { makerOf } from './memory';

/** Records in the journal which jobs of a node run reached n8n's saved data. */
export interface Delivery {
	/** A job belongs to an item of this run. `isShared`: another run also works on the job, and releases it. */
	add(ref: string, isShared?: boolean): void;
	/** The item reports the unknown outcome of a job and why it is not sent again: the user has been informed. */
	reported(ref: string): void;
	/**
	 * Follows work that continues even if the node is stopped. The execution is not recorded as done before this work
	 * ends.
	 */
	track(work: Promise<unknown>): void;
	/** The node returns its items. A node without this call has thrown. */
	returned(): void;
	/** The node run has ended, with or without an error. */
	end(): void;
}

/**
 * Follows a node run until its execution has ended. n8n calls back after it has saved the execution. Jobs of a node
 * that returned count as delivered. If the execution was stopped or the node threw, the next run reads what n8n has
 * saved: after a Stop n8n drops the data that it had (seen in 2.40).
 */
export function deliveryOf(context: IExecuteFunctions, memory: Memory): Delivery {
	const jobs: RunJobs = { refs: new Set(), shared: new Set(), reported: new Set() };
	const pending = new Set<Promise<unknown>>();
	const nodeEnd = Promise.withResolvers<undefined>();
	const signal = context.getExecutionCancelSignal();
	let hasReturned = false;
	const finish = async () => {
		const isSaved = hasReturned && signal?.aborted !== true;
		const { leftBehind } = makerOf(memory);
		const isOver = [leftBehind.add([...jobs.refs])];
		try {
			// After a Stop n8n calls back at once, before the node notices the Stop. The node may still cancel its
			// jobs.
			await nodeEnd.promise;
			isOver.push(leftBehind.add([...jobs.refs]));
			// A request that is being sent is completed and recorded before its job is released.
			while (pending.size > 0) await Promise.allSettled(pending);
			await recordDelivery(memory, jobs, isSaved);
		} finally {
			for (const over of isOver) over();
		}
	};
	// n8n waits for its handlers before the execution counts as ended, so this handler returns at once.
	const finishLater = () =>
		void finish().catch((thrown: unknown) =>
			context.logger.warn(`Delivered jobs could not be recorded: ${String(thrown)}`),
		);
	const isCalledBack = typeof context.onExecutionFinish === 'function';
	context.onExecutionFinish?.(finishLater);
	return {
		add: (ref, isShared = false) => (isShared ? jobs.shared : jobs.refs).add(ref),
		reported: (ref) => jobs.reported.add(ref),
		track: (work) => {
			pending.add(work);
			const done = () => pending.delete(work);
			work.then(done, done);
		},
		returned: () => {
			hasReturned = true;
		},
		end: () => {
			nodeEnd.resolve(undefined);
			// If n8n does not call back, the end of the node counts as the end of the execution.
			if (!isCalledBack) finishLater();
		},
	};
}

/** Refs of the jobs of a node run. */
interface RunJobs {
	refs: Set<string>;
	/** Jobs that another run also works on. */
	shared: Set<string>;
	/** Jobs whose unknown outcome an item reports. */
	reported: Set<string>;
}

/** @param isSaved whether n8n has saved the items that the node returned */
async function recordDelivery(
	{ journal }: Memory,
	{ refs, shared, reported }: RunJobs,
	isSaved: boolean,
): Promise<void> {
	const delivered = isSaved ? [...refs] : [...reported];
	const others = [...refs].filter((ref) => !delivered.includes(ref));
	await journal.finish(delivered, { delivered: true });
	await journal.finish(others, { delivered: false });
	// With Retry On Fail, an earlier attempt has released the jobs that the last attempt delivers.
	await journal.deliver(isSaved ? [...delivered, ...shared] : delivered);
}

/** Number of items that are read before other work of the process can continue. */
const itemsAtOnce = 2_000;

/**
 * The refs in n8n's saved data of an execution; null if n8n has not kept the execution. Each execution is read once.
 */
export function savedRefsOf(
	context: Pick<IExecuteFunctions, 'getExecutionDataById'>,
): (executionId: string) => Promise<ReadonlySet<string> | null> {
	const read = new Map<string, Promise<ReadonlySet<string> | null>>();
	return (executionId) => {
		const known =
			read.get(executionId) ??
			context.getExecutionDataById(executionId).then(
				async (data) => (data ? await refsIn(data) : null),
				() => null,
			);
		read.set(executionId, known);
		return known;
	};
}

async function refsIn({ resultData }: IRunExecutionData): Promise<Set<string>> {
	const refs = new Set<string>();
	let seen = 0;
	for (const runs of Object.values(resultData.runData)) {
		for (const { data } of runs) {
			for (const item of Object.values(data ?? {}).flatMap((outputs) =>
				outputs.flatMap((items) => items ?? []),
			)) {
				const ref = refOfJson(item.json) ?? refOfJson((item.json['details'] ?? {}) as object);
				if (ref !== undefined) refs.add(ref);
				if (++seen % itemsAtOnce === 0) await new Promise(setImmediate);
			}
		}
	}
	return refs;
}

function refOfJson(json: object): string | undefined {
	const { job } = json as { job?: { ref?: unknown } | null };
	return typeof job?.ref === 'string' ? job.ref : undefined;
}
