import { concernsEndpoint, ImageError, toImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { pagesWorthReading } from '../pagesWorthReading';
import type { CallOptions, Observation, Session } from '../provider';
import type { NanoBananaProConfig } from './adapter';
import type { TasksClient } from './clientTasks';
import { readJobId, writeJobId } from './jobId';
import { fromTasks, toTaskBody } from './mapping';
import { parts } from './parts';
import type { ImageTask } from './wireTasks';

const pageSize = 100;
const clockSkewMs = 5_000;

/** The verbs over the public server's API: a task makes one picture, so a job of n pictures is n tasks. */
export function tasksSession(client: TasksClient, { baseUrl, own }: NanoBananaProConfig): Session {
	const claimed = new Set<string>();

	async function submitRest(request: ImageRequest, made: ImageTask[], options: CallOptions): Promise<JobSnapshot> {
		let stopped: ImageError | null = null;
		const body = toTaskBody(request, own.taskProvider || 'gemini');
		const files = parts(request);
		while (made.length < request.count && !stopped) {
			try {
				const task = files.length > 0 ? await client.generateWithImages(body, files, options) : await client.generate(body, options);
				claimed.add(task.task_id);
				made.push(task);
			} catch (thrown) {
				const error = toImageError(thrown);
				// Of those that were accepted none is lost; the rest is counted as missing.
				if (made.length === 0) throw error;
				stopped = new ImageError(error.code, { message: `${made.length} of ${request.count} images were accepted: ${error.message}`, hint: error.hint, retryable: error.retryable, httpStatus: error.httpStatus });
			}
		}
		// A single task says by itself how much it is: its id stays the server's own.
		const id = writeJobId({ taskIds: made.map(({ task_id }) => task_id), count: request.count === 1 ? null : request.count });
		const snapshot = fromTasks(made, id, baseUrl);
		return stopped ? { ...snapshot, job: { ...snapshot.job, error: stopped.toJobError() } } : snapshot;
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

	/** Every task of these jobs: by the list as far as that spares requests, the others one by one. */
	async function tasksOf(taskIds: readonly string[], options: CallOptions): Promise<Map<string, ImageTask | ImageError>> {
		const wanted = new Set(taskIds);
		const found = new Map<string, ImageTask | ImageError>();
		const goOn = pagesWorthReading(pageSize, 1);
		for await (const task of wanted.size > 1 ? rows(options) : []) {
			if (wanted.has(task.task_id)) found.set(task.task_id, task);
			if (found.size === wanted.size || !goOn(wanted.has(task.task_id))) break;
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
			const snapshot = await submitRest(request, [], options);
			return { ...snapshot, job: { ...snapshot.job, idempotencyKey: options.idempotencyKey } };
		},
		async find(request, { since, ...options }) {
			const candidates: ImageTask[] = [];
			for await (const task of rows(options)) {
				if (Date.parse(task.created_at ?? '') < since - clockSkewMs) break;
				if (task.prompt === request.prompt && !claimed.has(task.task_id)) candidates.push(task);
			}
			if (candidates.length > 1) throw new ImageError('conflict', { message: `${candidates.length} tasks with this prompt were made since, and nothing tells which is this item's`, hint: 'Look at the history and take the job from there, or run the workflow anew' });
			for (const { task_id } of candidates) claimed.add(task_id);
			return candidates.length > 0 ? await submitRest(request, candidates, options) : null;
		},
		async poll(ids, options) {
			const tasks = await tasksOf(ids.flatMap((id) => readJobId(id).taskIds), options);
			return new Map(
				ids.map((id): [string, Observation] => {
					const own = readJobId(id).taskIds.map((taskId) => tasks.get(taskId));
					const known = own.filter((task): task is ImageTask => task !== undefined && !(task instanceof ImageError));
					const error = own.find((task) => task instanceof ImageError);
					// A task that was deleted counts as missing, unless nothing of the job is left.
					if (known.length === 0) return [id, { ok: false, error: error ?? new ImageError('notFound', { message: `There is no task ${id}` }) }];
					return [id, { ok: true, snapshot: fromTasks(known, id, baseUrl) }];
				}),
			);
		},
		async *list(options) {
			for await (const task of rows(options)) yield { snapshot: fromTasks([task], task.task_id, baseUrl), request: { ...(task.prompt ? { prompt: task.prompt } : {}), ...(task.model_id ? { model: task.model_id } : {}), count: 1 } };
		},
	};
}
