import { parseJson, readValue } from '../../http/json';
import { ImageError } from '../../model/errors';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { pollEach } from '../pollEach';
import type { CallOptions, Session } from '../provider';
import type { NanoBananaProConfig } from './adapter';
import type { NanoBananaProClient } from './client';
import { readJobId, writeJobId } from './jobId';
import { fromTask, toBatchBody, toImage } from './mapping';
import { parts } from './parts';
import { type GenerationTask, progressMessage } from './wire';

const pageSize = 50;
/** Clocks of n8n and the server may differ by so much. */
const clockSkewMs = 5_000;

/** The verbs over the document's API: one task is one job with up to 100 pictures. */
export function v16Session(client: NanoBananaProClient, { baseUrl, own }: NanoBananaProConfig): Session {
	const urlOf = (imageId: string) => `${baseUrl}/api/v1/images/${encodeURIComponent(imageId)}`;
	/** Tasks this process knows to belong to a submit of its own: a look for another submit's task must not find them. */
	const claimed = new Set<string>();

	function accepted(task: GenerationTask, request: ImageRequest): JobSnapshot {
		claimed.add(task.id);
		// Part of a batch may be accepted: the id remembers how much was asked for, and what is missing is counted at the end.
		const short = task.totalCount !== null && task.totalCount !== undefined && task.totalCount < request.count;
		const snapshot = fromTask(task, writeJobId({ taskIds: [task.id], count: short ? request.count : null }), urlOf);
		if (!short || snapshot.job.error) return snapshot;
		const error = new ImageError('upstream', { message: `${task.totalCount} of ${request.count} images were accepted${task.errorMessage ? `: ${task.errorMessage}` : ''}`, hint: 'The missing ones can be generated again' });
		return { ...snapshot, job: { ...snapshot.job, error: error.toJobError() } };
	}

	async function* history(options: CallOptions): AsyncGenerator<GenerationTask> {
		const seen = new Set<string>();
		for (let page = 1; ; page++) {
			const { list } = await client.history({ page, pageSize }, options);
			const fresh = list.filter(({ id }) => !seen.has(id));
			for (const task of fresh) {
				seen.add(task.id);
				yield task;
			}
			if (list.length < pageSize || fresh.length === 0) return;
		}
	}

	return {
		async submit(request, options) {
			if (!own.geminiApiKey) throw new ImageError('invalidRequest', { message: 'The credential has no Gemini API Key, which the v1.6 API wants with every request', hint: 'Open the credential and fill it in', delivery: 'notSent' });
			const body = toBatchBody(request, { apiKey: own.geminiApiKey, apiBase: own.geminiApiBase });
			const files = parts(request);
			const snapshot = accepted(files.length > 0 ? await client.generateWithImages(body, files, options) : await client.generate(body, options), request);
			return { ...snapshot, job: { ...snapshot.job, idempotencyKey: options.idempotencyKey } };
		},
		async find(request, { since, ...options }) {
			const { prompt, model, count } = toBatchBody(request, { apiKey: '' });
			const candidates: GenerationTask[] = [];
			for await (const task of history(options)) {
				if (Date.parse(task.createdAt ?? '') < since - clockSkewMs) break;
				if (task.prompt === prompt && task.model === model && (task.totalCount ?? 0) <= count && !claimed.has(task.id)) candidates.push(task);
			}
			const [only, ...more] = candidates;
			if (more.length > 0) throw new ImageError('conflict', { message: `${candidates.length} tasks with this prompt were made since, and nothing tells which is this item's`, hint: 'Look at the history and take the job from there, or run the workflow anew' });
			return only ? accepted(only, request) : null;
		},
		poll: async (ids, options) =>
			await pollEach(ids, async (id) => {
				const [taskId = id] = readJobId(id).taskIds;
				return fromTask(await client.status(taskId, options), id, urlOf);
			}),
		async *watch(id, { signal }) {
			const { taskIds: [taskId = id], count } = readJobId(id);
			const images: DeliveredImage[] = [];
			for await (const text of client.progress(taskId, { signal })) {
				const message = readValue(progressMessage, parseJson(text), 'The progress message');
				if (message.taskId !== taskId) continue;
				// What the task has come to, the status tells.
				if (message.type !== 'progress') return;
				const { latestImage, completedCount, totalCount } = message;
				if (latestImage && (latestImage.taskId ?? taskId) === taskId && !images.some(({ url }) => url === urlOf(latestImage.id))) images.push(toImage(latestImage, images.length, urlOf));
				const total = count ?? totalCount ?? null;
				yield {
					job: { provider: 'nanoBananaPro', id, status: 'running', progress: total && typeof completedCount === 'number' ? Math.min(100, Math.round((100 * completedCount) / total)) : null, total, completed: completedCount ?? null, error: null, idempotencyKey: null, createdAt: null, updatedAt: null },
					images: [...images],
					raw: message,
				};
			}
		},
		async *list(options) {
			for await (const task of history(options)) yield { snapshot: fromTask(task, task.id, urlOf), request: requestOf(task) };
		},
	};
}

/** What a task tells of its request. */
export function requestOf({ prompt, model, totalCount }: GenerationTask): Record<string, unknown> {
	return { ...(prompt ? { prompt } : {}), ...(model ? { model } : {}), ...(totalCount ? { count: totalCount } : {}) };
}
