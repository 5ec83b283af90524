import { toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import { createPageRule } from '../pageRule';
import type { CallOptions } from '../provider';
import type { ZImageClient } from './client';
import { failureOfTask } from './errors';
import { readJobId, type ZImageJobId } from './jobId';
import { toSnapshot } from './mapping';
import { hasEnded, stateOfItem, stateOfTask, type TaskState, waiting } from './taskState';
import type { BatchAnswer, BatchItem, BatchSummary } from './wire';

/** The largest page of the server. */
const pageSize = 50;
/** Pages that a bulk poll always reads before it polls the remaining jobs one by one. */
const minBulkPages = 4;

/** Reads batches and tasks as jobs. */
export interface Reader {
	/** Batches of the caller, newest first, each once. */
	batches: (options: CallOptions) => AsyncGenerator<BatchSummary>;
	/** A batch; null as long as no worker has begun it. */
	batchOrNull: (batchId: string, options: CallOptions) => Promise<BatchAnswer | null>;
	/** One job with all its images. */
	get: (id: string, options: CallOptions) => Promise<JobSnapshot>;
	/** Rows of the history for these batches, as far as its first pages reach. */
	rowsOf: (batchIds: ReadonlySet<string>, options: CallOptions) => Promise<Map<string, BatchSummary>>;
}

export function createReader(client: ZImageClient, baseUrl: string): Reader {
	const batches = (options: CallOptions) => batchesIn(client, options);
	const batchOrNull = async (batchId: string, options: CallOptions) => await batchIfBegun(client, batchId, options);

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
		// A bare UUID may also be the ID of a task.
		if (!answer && job.taskIds.length === 0) return await ofTask(id, id, job, options);
		const items = [...(answer?.items ?? [])].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
		const begun = await statesOf(answer, items, job, options);
		const states = [...begun, ...(await missingStates(items, begun.at(-1), job, options))];
		const batchSize = answer?.batch.batch_size ?? null;
		const notBegun = job.taskIds.length === 0 ? Math.max(0, (batchSize ?? 0) - states.length) : 0;
		return toSnapshot({
			id,
			count: job.count ?? batchSize,
			states: [...states, ...Array.from({ length: notBegun }, () => waiting)],
			createdAt: answer?.batch.created_at ?? null,
			raw: answer,
		});
	}

	/** The tasks that the batch shows. If all have ended, also their original files and the reason of a failure. */
	async function statesOf(
		answer: BatchAnswer | null,
		items: readonly BatchItem[],
		job: ZImageJobId,
		options: CallOptions,
	): Promise<TaskState[]> {
		const isOver = items.length > 0 && items.every((item) => hasEnded(stateOfItem(item, baseUrl, null)));
		if (!answer || !isOver) return items.map((item) => stateOfItem(item, baseUrl, null));
		const originals = job.preview ? null : await extensionOfOriginals(client, answer, options);
		const states = items.map((item) => stateOfItem(item, baseUrl, originals));
		return await withReason(client, states, items, options);
	}

	/**
	 * The tasks that the batch does not show. They have not begun if the task before them has not ended. Otherwise each
	 * task is polled, because a canceled task never appears in its batch.
	 */
	async function missingStates(
		items: readonly BatchItem[],
		last: TaskState | undefined,
		{ taskIds, preview }: ZImageJobId,
		options: CallOptions,
	): Promise<TaskState[]> {
		const shown = new Set(items.map(({ task_id }) => task_id));
		const states: TaskState[] = [];
		for (const taskId of taskIds.filter((candidate) => !shown.has(candidate))) {
			const before = states.at(-1) ?? last;
			const hasNotBegun = before && !hasEnded(before);
			states.push(hasNotBegun ? waiting : stateOfTask(await client.task(taskId, options), baseUrl, preview));
		}
		return states;
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

/** Reads page after page. New batches push rows to later pages, so a row may appear twice; it is given once. */
async function* batchesIn(client: ZImageClient, options: CallOptions): AsyncGenerator<BatchSummary> {
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

async function batchIfBegun(client: ZImageClient, batchId: string, options: CallOptions): Promise<BatchAnswer | null> {
	try {
		return await client.batch(batchId, options);
	} catch (thrown) {
		const error = toImageError(thrown);
		if (error.code === 'notFound') return null;
		throw error;
	}
}

/** A batch names only previews. The file extension of its originals is read from one of its tasks. */
async function extensionOfOriginals(
	client: ZImageClient,
	{ batch, items }: BatchAnswer,
	options: CallOptions,
): Promise<string | null> {
	const extension = (path: string | null | undefined) =>
		path ? (/\.(png|jpe?g|webp|gif|avif)$/i.exec(path)?.[0] ?? null) : null;
	const known = extension(batch.relative_path);
	if (known !== null) return known;
	const done = items.find(({ status, task_id }) => status === 'success' && task_id);
	if (!done?.task_id) return null;
	return extension((await client.task(done.task_id, options).catch(() => null))?.result?.relative_path);
}

/** A batch has only a code and a hint of a failed task. The message is read from the first failed task itself. */
async function withReason(
	client: ZImageClient,
	states: readonly TaskState[],
	items: readonly BatchItem[],
	options: CallOptions,
): Promise<TaskState[]> {
	const failed = states.findIndex(({ status }) => status === 'failed');
	const item = items[failed];
	const task = item?.task_id ? await client.task(item.task_id, options).catch(() => null) : null;
	if (!item || !task?.error) return [...states];
	const error = failureOfTask({
		error: task.error,
		error_code: task.error_code ?? item.error_code,
		error_hint: task.error_hint ?? item.error_hint,
	});
	return states.map((state, index) => (index === failed ? { ...state, error } : state));
}
