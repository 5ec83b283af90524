import { z } from 'zod/v4';
import { ImageError, type JobError, jobError, toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { readEndpoint } from '../credential';
import { pagesWorthReading } from '../pagesWorthReading';
import { pollEach } from '../pollEach';
import type { CallOptions, ProviderAdapter, Session } from '../provider';
import { createZImageClient, type ZImageClient } from './client';
import { batchIdOf, readJobId, writeJobId, type ZImageJobId } from './jobId';
import { hasEnded, ofCounts, ofIdle, ofWhole, requestOf, stateOfItem, stateOfTask, type TaskState, toGenerateBody, toSnapshot } from './mapping';
import type { BatchAnswer, BatchSummary } from './wire';

/** What the Z-Image node needs besides the verbs. */
export interface ZImageSession extends Session {
	client: ZImageClient;
	/** Batches of the caller, newest first, each once. */
	batches(options: CallOptions): AsyncGenerator<BatchSummary>;
	/** One job with all its pictures. */
	get(id: string, options: CallOptions): Promise<JobSnapshot>;
}

/** The server gives no more at a time, whatever it is asked for. */
const pageSize = 50;
/** Pages a bulk poll reads before it asks for the rest one by one. */
const maxBulkPages = 4;
/** A batch shows only once a worker has begun it; so long is waited before one that cannot be seen counts as never made. */
const appearsWithinMs = 2_500;

const credential = z.object({ authKey: z.string().trim().optional() });

export const zImageAdapter: ProviderAdapter<ZImageSession> = {
	endpoint: (fields) => readEndpoint(fields, { fields: credential, headers: ({ authKey }): Record<string, string> => (authKey ? { 'X-Auth-Key': authKey } : {}), secrets: ({ authKey }) => [authKey] }),
	connect({ baseUrl }, transport): ZImageSession {
		const client = createZImageClient(transport);

		/** Submits the tasks of a batch that are not there yet. Those that were accepted are kept whatever becomes of the rest. */
		async function submitRest(request: ImageRequest, batchId: string, made: Map<number, string>, { signal }: CallOptions): Promise<JobSnapshot> {
			let stopped: JobError | null = null;
			for (let index = 0; index < request.count && stopped === null; index++) {
				if (made.has(index)) continue;
				try {
					made.set(index, (await client.generate(toGenerateBody(request, batchId, index), { signal })).task_id);
				} catch (thrown) {
					const error = toImageError(thrown);
					if (made.size === 0) throw error;
					stopped = jobError(error.code, { message: `${made.size} of ${request.count} tasks were accepted: ${error.message}`, hint: error.hint, retryable: error.retryable, httpStatus: error.httpStatus });
				}
			}
			const taskIds = [...made].sort(([a], [b]) => a - b).map(([, taskId]) => taskId);
			const id = writeJobId({ batchId, count: request.count, taskIds, preview: request.extras?.['file'] === 'preview' });
			const snapshot = toSnapshot({ id, count: request.count, states: taskIds.map(() => waiting), createdAt: null, raw: { batch_id: batchId, task_ids: taskIds } });
			return { ...snapshot, job: { ...snapshot.job, error: stopped } };
		}

		/** Page after page. New batches push rows to later pages, so a row may come again. */
		async function* batches(options: CallOptions): AsyncGenerator<BatchSummary> {
			const seen = new Set<string>();
			for (let offset = 0; ; offset += pageSize) {
				const page = await client.history({ limit: pageSize, offset }, options);
				const fresh = page.filter(({ task_id }) => !seen.has(task_id));
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

		/** A batch names previews only; how its original files end is told by one of its tasks. */
		async function originalsOf({ batch, items }: BatchAnswer, options: CallOptions): Promise<string | null> {
			const ending = (path: string | null | undefined) => (path ? (/\.[a-z0-9]+$/i.exec(path)?.[0] ?? null) : null);
			const known = ending(batch.relative_path);
			if (known !== null) return known;
			const done = items.find(({ status, task_id }) => status === 'success' && task_id);
			if (!done?.task_id) return null;
			return ending((await client.task(done.task_id, options).catch(() => null))?.result?.relative_path);
		}

		async function ofTask(id: string, taskId: string, job: ZImageJobId, options: CallOptions): Promise<JobSnapshot> {
			const task = await client.task(taskId, options);
			return toSnapshot({ id, count: 1, states: [stateOfTask(task, baseUrl, job.preview)], createdAt: task.result?.created_at ?? null, raw: task });
		}

		async function ofBatch(id: string, batchId: string, job: ZImageJobId, options: CallOptions): Promise<JobSnapshot> {
			const answer = await batchOrNull(batchId, options);
			// A bare UUID may be a task's as well.
			if (!answer && job.taskIds.length === 0) return await ofTask(id, id, job, options);
			const items = [...(answer?.items ?? [])].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
			const over = items.length > 0 && items.every((item) => hasEnded(stateOfItem(item, baseUrl, null)));
			const originals = answer && over && !job.preview ? await originalsOf(answer, options) : null;
			const states = items.map((item) => stateOfItem(item, baseUrl, originals));
			const named = new Set(items.map(({ task_id }) => task_id));
			const missing = job.taskIds.filter((taskId) => !named.has(taskId));
			// Those that have not begun stand in no batch; a canceled one never will.
			for (const taskId of missing) {
				const before = states.at(-1);
				if (before && !hasEnded(before)) states.push(waiting);
				else states.push(stateOfTask(await client.task(taskId, options), baseUrl, job.preview));
			}
			const unborn = job.taskIds.length === 0 ? Math.max(0, (answer?.batch.batch_size ?? 0) - states.length) : 0;
			return toSnapshot({ id, count: job.count ?? answer?.batch.batch_size ?? null, states: [...states, ...Array.from({ length: unborn }, () => waiting)], createdAt: answer?.batch.created_at ?? null, raw: answer });
		}

		async function get(id: string, options: CallOptions): Promise<JobSnapshot> {
			const job = readJobId(id);
			const [only] = job.taskIds;
			return only !== undefined && job.count === 1 ? await ofTask(id, only, job, options) : await ofBatch(id, job.batchId ?? id, job, options);
		}

		/** Rows of the history for these batches, as far as its first pages reach. */
		async function rowsOf(batchIds: ReadonlySet<string>, options: CallOptions): Promise<Map<string, BatchSummary>> {
			const rows = new Map<string, BatchSummary>();
			const goOn = pagesWorthReading(pageSize, maxBulkPages);
			for await (const row of batches(options)) {
				if (batchIds.has(row.task_id)) rows.set(row.task_id, row);
				if (rows.size === batchIds.size || !goOn(batchIds.has(row.task_id))) break;
			}
			return rows;
		}

		return {
			client,
			batches,
			get,
			async submit(request, options) {
				const snapshot = await submitRest(request, batchIdOf(options.idempotencyKey), new Map(), options);
				return { ...snapshot, job: { ...snapshot.job, idempotencyKey: options.idempotencyKey } };
			},
			findsByKey: true,
			async find(request, { idempotencyKey, since, ...options }) {
				const batchId = batchIdOf(idempotencyKey);
				const answer = await batchOrNull(batchId, options);
				if (!answer) {
					if (Date.now() - since < appearsWithinMs) throw new ImageError('timeout', { message: 'The batch does not show yet; whether it was made is not known', hint: 'Look at the history before you run this item again' });
					return null;
				}
				const made = new Map(answer.items.flatMap(({ index, task_id }, place): Array<[number, string]> => (task_id ? [[index ?? place, task_id]] : [])));
				return await submitRest(request, batchId, made, options);
			},
			async poll(ids, options) {
				const jobs = new Map(ids.map((id) => [id, readJobId(id)]));
				const batchIds = new Set([...jobs.values()].flatMap(({ batchId }) => (batchId === null ? [] : [batchId])));
				const rows = batchIds.size > 1 ? await rowsOf(batchIds, options) : new Map<string, BatchSummary>();
				return await pollEach(ids, async (id) => {
					const { batchId, count, preview } = jobs.get(id) ?? readJobId(id);
					const row = batchId === null ? undefined : rows.get(batchId);
					return (row && (ofWhole(row, id, baseUrl, preview) ?? ofIdle(row, id, count))) ?? (await get(id, options));
				});
			},
			async cancel(id, options) {
				const job = readJobId(id);
				const taskIds = job.taskIds.length > 0 ? job.taskIds : ((await batchOrNull(job.batchId ?? id, options))?.items ?? []).flatMap(({ task_id }) => (task_id ? [task_id] : []));
				const answers = [];
				for (const taskId of taskIds.length > 0 ? taskIds : [id]) answers.push(await client.cancel(taskId, options));
				const stopped = answers.filter(({ status }) => /^(cancel|revoked)/i.test(status));
				if (stopped.length === 0) {
					const [first] = answers;
					throw new ImageError('conflict', { message: `Nothing of the job can be stopped any more: it is ${first?.status ?? 'over'}${first?.message ? ` (${first.message})` : ''}` });
				}
				// Pictures that were done before stay; a task just canceled may still read PENDING.
				const before = stopped.length < answers.length ? await get(id, options) : undefined;
				const error = jobError('canceled', { message: `The job was canceled; ${before?.images.length ?? 0} images had come`, hint: null });
				return { job: { provider: 'zImage', id, status: 'canceled', progress: null, total: job.count, completed: before?.images.length ?? null, error, idempotencyKey: null, createdAt: null, updatedAt: null }, images: before?.images ?? [], raw: answers };
			},
			async *list(options) {
				for await (const row of batches(options)) yield { snapshot: ofWhole(row, row.task_id, baseUrl, false) ?? ofCounts(row), request: requestOf(row) };
			},
		};
	},
};

const waiting: TaskState = { status: 'queued', progress: null, error: null, image: null };
