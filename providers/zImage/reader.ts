import { toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import { createPageRule } from '../pageRule';
import type { CallOptions } from '../provider';
import type { ZImageClient } from './client';
import { failureOfTask } from './errors';
import { readJobId, type ZImageJobId } from './jobId';
import { hasEnded, stateOfItem, stateOfTask, type TaskState, toSnapshot, waiting } from './mapping';
import type { BatchAnswer, BatchItem, BatchSummary } from './wire';

/** The server gives no more at a time, whatever it is asked for. */
const pageSize = 50;
/** Pages that a bulk poll always reads before it polls the remaining jobs one by one. */
const minBulkPages = 4;

/** Reads batches and tasks as jobs. */
export interface Reader {
	/** Batches of the caller, newest first, each once. */
	batches: (options: CallOptions) => AsyncGenerator<BatchSummary>;
	/** A batch; null as long as no worker has begun it. */
	batchOrNull: (batchId: string, options: CallOptions) => Promise<BatchAnswer | null>;
	/** One job with all its pictures. */
	get: (id: string, options: CallOptions) => Promise<JobSnapshot>;
	/** Rows of the history for these batches, as far as its first pages reach. */
	rowsOf: (batchIds: ReadonlySet<string>, options: CallOptions) => Promise<Map<string, BatchSummary>>;
}

export function createReader(client: ZImageClient, baseUrl: string): Reader {
	/** Page after page. New batches push rows to later pages, so a row may come again. */
	async function* batches(options: CallOptions): AsyncGenerator<BatchSummary> {
		const seen = new Set<string>();
		for (let offset = 0; ; offset += pageSize) {
			const page = await client.history({ limit: pageSize, offset }, options);
			const fresh = page.rows.filter(({ task_id }) => !seen.has(task_id));
			for (const row of fresh) {
				seen.add(row.task_id);
				yield row;
			}
			if (page.length < pageSize || fresh.length === 0) return;
		}
	}

	async function batchOrNull(batchId: string, options: CallOptions): Promise<BatchAnswer | null> {
		try {
			return await client.batch(batchId, options);
		} catch (thrown) {
			const error = toImageError(thrown);
			if (error.code === 'notFound') return null;
			throw error;
		}
	}

	/** A batch names previews only. The file extension of its originals is read from one of its tasks. */
	async function originalsOf({ batch, items }: BatchAnswer, options: CallOptions): Promise<string | null> {
		const ending = (path: string | null | undefined) =>
			path ? (/\.(png|jpe?g|webp|gif|avif)$/i.exec(path)?.[0] ?? null) : null;
		const known = ending(batch.relative_path);
		if (known !== null) return known;
		const done = items.find(({ status, task_id }) => status === 'success' && task_id);
		if (!done?.task_id) return null;
		return ending((await client.task(done.task_id, options).catch(() => null))?.result?.relative_path);
	}

	/** A batch has only a code and a hint of a failed task. The message is read from the first failed task itself. */
	async function explainFailure(
		states: TaskState[],
		items: readonly BatchItem[],
		options: CallOptions,
	): Promise<void> {
		const place = states.findIndex(({ status }) => status === 'failed');
		const [state, item] = [states[place], items[place]];
		if (!state || !item?.task_id) return;
		const task = await client.task(item.task_id, options).catch(() => null);
		if (task?.error)
			states[place] = {
				...state,
				error: failureOfTask({
					error: task.error,
					error_code: task.error_code ?? item.error_code,
					error_hint: task.error_hint ?? item.error_hint,
				}),
			};
	}

	async function ofTask(id: string, taskId: string, job: ZImageJobId, options: CallOptions): Promise<JobSnapshot> {
		const task = await client.task(taskId, options);
		return toSnapshot({
			id,
			count: 1,
			states: [stateOfTask(task, baseUrl, job.preview)],
			createdAt: task.result?.created_at ?? null,
			raw: task,
		});
	}

	async function ofBatch(id: string, batchId: string, job: ZImageJobId, options: CallOptions): Promise<JobSnapshot> {
		const answer = await batchOrNull(batchId, options);
		// A bare UUID may be a task's as well.
		if (!answer && job.taskIds.length === 0) return await ofTask(id, id, job, options);
		const items = [...(answer?.items ?? [])].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
		const over = items.length > 0 && items.every((item) => hasEnded(stateOfItem(item, baseUrl, null)));
		const originals = answer && over && !job.preview ? await originalsOf(answer, options) : null;
		const states = items.map((item) => stateOfItem(item, baseUrl, originals));
		if (over) await explainFailure(states, items, options);
		const named = new Set(items.map(({ task_id }) => task_id));
		const missing = job.taskIds.filter((taskId) => !named.has(taskId));
		// Those that have not begun stand in no batch; a canceled one never will.
		for (const taskId of missing) {
			const before = states.at(-1);
			if (before && !hasEnded(before)) states.push(waiting);
			else states.push(stateOfTask(await client.task(taskId, options), baseUrl, job.preview));
		}
		const batchSize = answer?.batch.batch_size ?? null;
		const unborn = job.taskIds.length === 0 ? Math.max(0, (batchSize ?? 0) - states.length) : 0;
		return toSnapshot({
			id,
			count: job.count ?? batchSize,
			states: [...states, ...Array.from({ length: unborn }, () => waiting)],
			createdAt: answer?.batch.created_at ?? null,
			raw: answer,
		});
	}

	return {
		batches,
		batchOrNull,
		async get(id, options) {
			const job = readJobId(id);
			const [only] = job.taskIds;
			return only !== undefined && job.count === 1
				? await ofTask(id, only, job, options)
				: await ofBatch(id, job.batchId ?? id, job, options);
		},
		async rowsOf(batchIds, options) {
			const rows = new Map<string, BatchSummary>();
			const shouldReadOn = createPageRule(pageSize, minBulkPages);
			for await (const row of batches(options)) {
				if (batchIds.has(row.task_id)) rows.set(row.task_id, row);
				if (rows.size === batchIds.size || !shouldReadOn(batchIds.has(row.task_id))) break;
			}
			return rows;
		},
	};
}
