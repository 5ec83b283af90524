import { ImageError, jobError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { partlyAccepted } from '../partialJob';
import { pollEach } from '../pollEach';
import type { CallOptions, Session, SubmitCall } from '../provider';
import type { ZImageClient } from './client';
import { isNotAccepted } from './errors';
import { batchIdOf, readJobId, writeJobId } from './jobId';
import { lookUpBatch } from './lookUp';
import { ofCounts, ofIdle, ofWhole, requestOf, toGenerateBody, toSnapshot, waiting } from './mapping';
import { createReader } from './reader';
import type { BatchSummary } from './wire';

/** What the Z-Image node needs besides the verbs. */
export interface ZImageSession extends Session {
	client: ZImageClient;
	/** Batches of the caller, newest first, each once. */
	batches(options: CallOptions): AsyncGenerator<BatchSummary>;
	/** One job with all its pictures. */
	get(id: string, options: CallOptions): Promise<JobSnapshot>;
}

/** The verbs over the API: an image is a task, and a job of n images is a batch of n tasks. */
export function zImageSession(client: ZImageClient, baseUrl: string): ZImageSession {
	const reader = createReader(client, baseUrl);
	const { batches, batchOrNull, get } = reader;

	/** Sends a request for every task of the batch that none has made yet, in their order. */
	async function submitMissing(
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
		const id = writeJobId({
			batchId,
			count: request.count,
			taskIds,
			preview: request.extras?.['file'] === 'preview',
		});
		const snapshot = toSnapshot({
			id,
			count: request.count,
			states: taskIds.map(() => waiting),
			createdAt: null,
			raw: { batch_id: batchId, task_ids: taskIds },
		});
		const error =
			givenUp && tasks.size < request.count
				? partlyAccepted(tasks.size, request.count, givenUp.toJobError())
				: null;
		return { ...snapshot, job: { ...snapshot.job, idempotencyKey, error } };
	}

	async function cancel(id: string, options: CallOptions): Promise<JobSnapshot> {
		const job = readJobId(id);
		const taskIds =
			job.taskIds.length > 0
				? job.taskIds
				: ((await batchOrNull(job.batchId ?? id, options))?.items ?? []).flatMap(({ task_id }) =>
						task_id ? [task_id] : [],
					);
		const answers = [];
		for (const taskId of taskIds.length > 0 ? taskIds : [id]) answers.push(await client.cancel(taskId, options));
		const stopped = answers.filter(({ status }) => /^(cancel|revoked)/i.test(status));
		if (stopped.length === 0) {
			const [first] = answers;
			throw new ImageError('conflict', {
				message: `Nothing of the job can be stopped any more: it is ${first?.status ?? 'over'}${first?.message ? ` (${first.message})` : ''}`,
			});
		}
		// Pictures that were done before stay; a task just canceled may still read PENDING.
		const before = stopped.length < answers.length ? await get(id, options) : undefined;
		const error = jobError('canceled', {
			message: `The job was canceled; ${before?.images.length ?? 0} images had arrived`,
			hint: null,
		});
		return {
			job: {
				provider: 'zImage',
				id,
				status: 'canceled',
				progress: null,
				total: job.count,
				completed: before?.images.length ?? null,
				error,
				idempotencyKey: null,
				createdAt: null,
				updatedAt: null,
			},
			images: before?.images ?? [],
			raw: answers,
		};
	}

	return {
		client,
		batches,
		get,
		submit: submitMissing,
		isNotAccepted: isNotAccepted,
		looksUpByKey: true,
		lookUp: async (_request, call) => await lookUpBatch(client, reader, call),
		async poll(ids, options) {
			const jobs = new Map(ids.map((id) => [id, readJobId(id)]));
			const batchIds = new Set([...jobs.values()].flatMap(({ batchId }) => (batchId === null ? [] : [batchId])));
			const rows = batchIds.size > 1 ? await reader.rowsOf(batchIds, options) : new Map<string, BatchSummary>();
			return await pollEach(ids, async (id) => {
				const { batchId, count, preview } = jobs.get(id) ?? readJobId(id);
				const row = batchId === null ? undefined : rows.get(batchId);
				return (
					(row && (ofWhole(row, id, baseUrl, preview) ?? ofIdle(row, id, count))) ?? (await get(id, options))
				);
			});
		},
		cancel,
		async *list(options) {
			for await (const row of batches(options))
				yield { snapshot: ofWhole(row, row.task_id, baseUrl, false) ?? ofCounts(row), request: requestOf(row) };
		},
	};
}
