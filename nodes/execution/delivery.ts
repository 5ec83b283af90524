import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';
import type { Memory } from '../../memory/memory';
import { makerOf } from './memory';

/** Sees to it that the journal knows which jobs of a node run reached n8n's saved data. */
export interface Delivery {
	/** A job belongs to an item of this run; `isShared`: another run has it in hand too, and answers for it. */
	add(ref: string, isShared?: boolean): void;
	/** The item says that the job's outcome is unknown and why it is not sent again: with that, the person knows. */
	reported(ref: string): void;
	/** Something that goes on although the node may have been stopped: the execution is not done before it. */
	track(work: Promise<unknown>): void;
	/** The node returns its items; without this call it has thrown. */
	returned(): void;
	/** The node run is over, however it ended. */
	end(): void;
}

/**
 * Watches a node run until its execution has ended. n8n calls back after it has saved the execution. What an
 * undisturbed execution returned counts as delivered; of one that was stopped, or whose node threw, it is left to the
 * next run to look into what n8n has saved: n8n drops what it had at a Stop (seen in 2.40).
 */
export function deliveryOf(context: IExecuteFunctions, memory: Memory): Delivery {
	const refs = new Set<string>();
	const shared = new Set<string>();
	const reportedRefs = new Set<string>();
	const pending = new Set<Promise<unknown>>();
	const nodeEnd = Promise.withResolvers<undefined>();
	const signal = context.getExecutionCancelSignal();
	let hasReturned = false;
	const finish = async () => {
		const isSaved = hasReturned && signal?.aborted !== true;
		const { leftBehind } = makerOf(memory);
		const isOver = [leftBehind.add([...refs])];
		try {
			// After a Stop n8n calls back at once, and the node has yet to see it: it may still begin to cancel its
			// jobs.
			await nodeEnd.promise;
			isOver.push(leftBehind.add([...refs]));
			// A request under way is heard to its end, and written down, before the job is let go of.
			while (pending.size > 0) await Promise.allSettled(pending);
			const delivered = isSaved ? [...refs] : [...reportedRefs];
			await memory.journal.finish(delivered, { delivered: true });
			await memory.journal.finish(
				[...refs].filter((ref) => !delivered.includes(ref)),
				{ delivered: false },
			);
			// Of several tries the first one has let go of the jobs that the last one delivers.
			await memory.journal.deliver(isSaved ? [...delivered, ...shared] : delivered);
		} finally {
			for (const over of isOver) over();
		}
	};
	// Its handlers are awaited before the execution counts as ended: nothing of ours may hold that up.
	const finishLater = () =>
		void finish().catch((thrown: unknown) =>
			context.logger.warn(`What was delivered could not be kept: ${String(thrown)}`),
		);
	const isCalledBack = typeof context.onExecutionFinish === 'function';
	context.onExecutionFinish?.(finishLater);
	return {
		add: (ref, isShared = false) => (isShared ? shared : refs).add(ref),
		reported: (ref) => reportedRefs.add(ref),
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
			// Without n8n's word the node's end is all there is to go by.
			if (!isCalledBack) finishLater();
		},
	};
}

/** Items looked through before others get their turn. */
const itemsAtOnce = 2_000;

/** The refs in n8n's saved data of executions; null for one that n8n has not kept. Each execution is read once. */
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
