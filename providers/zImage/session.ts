import { ImageError, jobError } from '../../model/errors';
import { blankJob, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { partlyAccepted } from '../partialJob';
import { pollEach } from '../pollEach';
import type { CallOptions, Observation, Session, SubmitCall } from '../provider';
import type { ZImageClient } from './client';
import { isNotAccepted } from './errors';
import { fromCounts, fromFinishedRow, fromUnfinishedRow, requestOf } from './historyRow';
import { batchIdOf, readJobId, writeJobId } from './jobId';
import { lookUpBatch } from './lookUp';
import { toSnapshot } from './mapping';
import { createReader, type Reader } from './reader';
import { toGenerateBody } from './request';
import { waiting } from './taskState';
import type { BatchSummary, CancelAnswer } from './wire';

/** The verbs, and what only the Z-Image node needs. */
export interface ZImageSession extends Session {
	client: ZImageClient;
	/** Batches of the caller, newest first, each once. */
	batches(options: CallOptions): AsyncGenerator<BatchSummary>;
	/** One job with all its images. */
	get(id: string, options: CallOptions): Promise<JobSnapshot>;
}

/** The verbs over the API: a task makes one image, and a job of n images is a batch of n tasks. */
export function zImageSession(client: ZImageClient, baseUrl: string): ZImageSession {
	const reader = createReader(client, baseUrl);
	return {
		client,
		batches: reader.batches,
		get: reader.get,
		submit: async (request, call) => await submitMissing(client, request, call),
		isNotAccepted,
		looksUpByKey: true,
		lookUp: async (_request, call) => await lookUpBatch(client, reader, call),
		poll: async (ids, options) => await poll(reader, baseUrl, ids, options),
		cancel: async (id, options) => await cancel(client, reader, id, options),
		async *list(options) {
			for await (const row of reader.batches(options)) {
				const finished = fromFinishedRow(row, row.task_id, baseUrl, false);
				yield { snapshot: finished ?? fromCounts(row), request: requestOf(row) };
			}
		},
	};
}

/** Sends a request for every task of the batch that no earlier request has made, in their order. */
async function submitMissing(
	client: ZImageClient,
	request: ImageRequest,
	{ made, givenUp, paid, idempotencyKey, signal }: SubmitCall,
): Promise<JobSnapshot> {
	const batchId = batchIdOf(idempotencyKey);
	const tasks = new Map(made);
	for (let part = 0; part < request.count && !givenUp; part++) {
		if (tasks.has(part)) continue;
		const answer = await paid(
			part,
			() => client.generate(toGenerateBody(request, batchId, part), { signal }),
			({ task_id }) => task_id,
		);
		tasks.set(part, answer.task_id);
	}
	if (givenUp && tasks.size === 0) throw givenUp;
	const taskIds = [...tasks].sort(([a], [b]) => a - b).map(([, taskId]) => taskId);
	const preview = request.extras?.['file'] === 'preview';
	const snapshot = toSnapshot({
		id: writeJobId({ batchId, count: request.count, taskIds, preview }),
		count: request.count,
		states: taskIds.map(() => waiting),
		createdAt: null,
		raw: { batch_id: batchId, task_ids: taskIds },
	});
	const isPartly = givenUp && tasks.size < request.count;
	const error = isPartly ? partlyAccepted(tasks.size, request.count, givenUp.toJobError()) : null;
	return { ...snapshot, job: { ...snapshot.job, idempotencyKey, error } };
}

/** Several jobs by their rows of the history, as far as the rows contain enough; the others one by one. */
async function poll(
	reader: Reader,
	baseUrl: string,
	ids: readonly string[],
	options: CallOptions,
): Promise<Map<string, Observation>> {
	const jobs = new Map(ids.map((id) => [id, readJobId(id)]));
	const batchIds = new Set([...jobs.values()].flatMap(({ batchId }) => (batchId === null ? [] : [batchId])));
	const rows = batchIds.size > 1 ? await reader.rowsOf(batchIds, options) : new Map<string, BatchSummary>();
	return await pollEach(ids, async (id) => {
		const { batchId, count, preview } = jobs.get(id) ?? readJobId(id);
		const row = batchId === null ? undefined : rows.get(batchId);
		const known = row && (fromFinishedRow(row, id, baseUrl, preview) ?? fromUnfinishedRow(row, id, count));
		return known ?? (await reader.get(id, options));
	});
}

async function cancel(client: ZImageClient, reader: Reader, id: string, options: CallOptions): Promise<JobSnapshot> {
	const { count } = readJobId(id);
	const answers: CancelAnswer[] = [];
	for (const taskId of await tasksOf(reader, id, options)) answers.push(await client.cancel(taskId, options));
	const canceled = answers.filter(({ status }) => /^(cancel|revoked)/i.test(status));
	if (canceled.length === 0) throw notCancelable(answers);
	// Images that were ready before are kept. A task that was just canceled may still say PENDING.
	const before = canceled.length < answers.length ? await reader.get(id, options) : undefined;
	const images = before?.images ?? [];
	return {
		job: {
			...blankJob('zImage'),
			id,
			status: 'canceled',
			total: count,
			completed: before?.images.length ?? null,
			error: jobError('canceled', {
				message: `The job was canceled; ${images.length} images had arrived`,
				hint: null,
			}),
		},
		images,
		raw: answers,
	};
}

/** The tasks of a job: the tasks in its ID, otherwise the tasks that its batch shows, otherwise the ID itself. */
async function tasksOf(reader: Reader, id: string, options: CallOptions): Promise<readonly string[]> {
	const { taskIds, batchId } = readJobId(id);
	if (taskIds.length > 0) return taskIds;
	const { items } = (await reader.batchOrNull(batchId ?? id, options)) ?? { items: [] };
	const shown = items.flatMap(({ task_id }) => (task_id ? [task_id] : []));
	return shown.length > 0 ? shown : [id];
}

function notCancelable([first]: readonly CancelAnswer[]): ImageError {
	const reason = first?.message ? ` (${first.message})` : '';
	return new ImageError('conflict', {
		message: `No task of the job can be canceled any more: the first is ${first?.status ?? 'over'}${reason}`,
	});
}
