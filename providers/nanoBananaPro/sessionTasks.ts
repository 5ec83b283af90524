import { concernsEndpoint, ImageError, toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { createPageRule } from '../pageRule';
import { partlyAccepted } from '../partialJob';
import type { CallOptions, Observation, Session, SubmitCall } from '../provider';
import type { NanoBananaProConfig } from './config';
import type { TasksClient } from './clientTasks';
import { isNotAccepted } from './errors';
import { readJobId, writeJobId } from './jobId';
import { fitsTask, lookUpInHistory, ofTask } from './lookUp';
import { fromTasks } from './mapping';
import { parts } from './parts';
import { toTaskBody } from './request';
import type { ImageTask } from './wireTasks';

const pageSize = 100;

/** The verbs over the public server's API. A task makes one image, so a job of n images is n tasks. */
export function tasksSession(client: TasksClient, { baseUrl, own }: NanoBananaProConfig): Session {
	/** Sends a request for every image that no earlier request has made, in their order. */
	async function submitMissing(
		request: ImageRequest,
		{ made, givenUp, paid, signal }: SubmitCall,
	): Promise<JobSnapshot> {
		const body = toTaskBody(request, own.taskProvider || 'gemini');
		const files = parts(request);
		// The tasks of an earlier call are polled later; no request is sent for them here.
		const tasks = new Map(
			[...made].map(([part, task_id]): [number, ImageTask] => [part, { task_id, status: 'pending' }]),
		);
		for (let part = 0; part < request.count && !givenUp; part++) {
			if (tasks.has(part)) continue;
			tasks.set(
				part,
				await paid(
					part,
					() =>
						files.length > 0
							? client.generateWithImages(body, files, { signal })
							: client.generate(body, { signal }),
					({ task_id }) => task_id,
				),
			);
		}
		if (givenUp && tasks.size === 0) throw givenUp;
		const inOrder = [...tasks].sort(([a], [b]) => a - b).map(([, task]) => task);
		// A job of one image keeps the server's ID: the number of images follows from it.
		const id = writeJobId({
			taskIds: inOrder.map(({ task_id }) => task_id),
			count: request.count === 1 ? null : request.count,
		});
		const snapshot = fromTasks(inOrder, id, baseUrl);
		return givenUp && tasks.size < request.count
			? {
					...snapshot,
					job: { ...snapshot.job, error: partlyAccepted(tasks.size, request.count, givenUp.toJobError()) },
				}
			: snapshot;
	}

	async function* rows(options: CallOptions): AsyncGenerator<ImageTask> {
		const seen = new Set<string>();
		for (let page = 1; ; page++) {
			const list = await client.images({ page, page_size: pageSize }, options);
			const fresh = list.filter(({ task_id }) => !seen.has(task_id));
			for (const task of fresh) {
				seen.add(task.task_id);
				yield task;
			}
			if (list.length < pageSize || fresh.length === 0) return;
		}
	}

	/** Every task of these jobs: from the list as long as that saves requests, the others one by one. */
	async function tasksOf(
		taskIds: readonly string[],
		options: CallOptions,
	): Promise<Map<string, ImageTask | ImageError>> {
		const wanted = new Set(taskIds);
		const found = new Map<string, ImageTask | ImageError>();
		const shouldReadOn = createPageRule(pageSize, 1);
		for await (const task of wanted.size > 1 ? rows(options) : []) {
			if (wanted.has(task.task_id)) found.set(task.task_id, task);
			if (found.size === wanted.size || !shouldReadOn(wanted.has(task.task_id))) break;
		}
		for (const taskId of wanted) {
			if (found.has(taskId)) continue;
			try {
				found.set(taskId, await client.task(taskId, options));
			} catch (thrown) {
				const error = toImageError(thrown);
				if (concernsEndpoint(error)) throw error;
				found.set(taskId, error);
			}
		}
		return found;
	}

	return {
		async submit(request, options) {
			const snapshot = await submitMissing(request, options);
			return { ...snapshot, job: { ...snapshot.job, idempotencyKey: options.idempotencyKey } };
		},
		isNotAccepted,
		lookUp: async (request, options) =>
			await lookUpInHistory(
				(page, pageSize) =>
					client
						.page({ page, page_size: pageSize }, options)
						.then(({ list, ...page }) => ({ ...page, rows: list.map(ofTask) })),
				(row) => fitsTask(row, request),
				options,
			),
		async poll(ids, options) {
			const tasks = await tasksOf(
				ids.flatMap((id) => readJobId(id).taskIds),
				options,
			);
			return new Map(
				ids.map((id): [string, Observation] => {
					const own = readJobId(id).taskIds.map((taskId) => tasks.get(taskId));
					const known = own.filter(
						(task): task is ImageTask => task !== undefined && !(task instanceof ImageError),
					);
					const error = own.find((task) => task instanceof ImageError);
					// A task that was deleted counts as missing, unless nothing of the job is left.
					if (known.length === 0)
						return [
							id,
							{
								ok: false,
								error: error ?? new ImageError('notFound', { message: `There is no task ${id}` }),
							},
						];
					return [id, { ok: true, snapshot: fromTasks(known, id, baseUrl) }];
				}),
			);
		},
		async *list(options) {
			for await (const task of rows(options))
				yield {
					snapshot: fromTasks([task], task.task_id, baseUrl),
					request: {
						...(task.prompt ? { prompt: task.prompt } : {}),
						...(task.model_id ? { model: task.model_id } : {}),
						count: 1,
					},
				};
		},
	};
}
