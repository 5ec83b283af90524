import { parseJson, readValue } from '../../http/json';
import { ImageError, jobError } from '../../model/errors';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { foundJob } from '../foundJob';
import { partlyAccepted } from '../partialJob';
import { pollEach } from '../pollEach';
import type { CallOptions, Session, SubmitCall } from '../provider';
import type { NanoBananaProConfig } from './config';
import { imagePath, type NanoBananaProClient } from './client';
import { isNotAccepted } from './errors';
import { readJobId, writeJobId } from './jobId';
import { fitsGeneration, lookUpInHistory, ofGeneration } from './lookUp';
import { fromTask, runningJob, toImage } from './mapping';
import { parts } from './parts';
import { toBatchBody } from './request';
import { type GenerationTask, progressMessage } from './wire';

const pageSize = 50;
const maxImagesOfTask = 100;

/** The verbs over the document's API. One task is one job with up to `maxImagesOfTask` images. */
export function v16Session(client: NanoBananaProClient, { baseUrl, own }: NanoBananaProConfig): Session {
	const urlOf = (imageId: string) => `${baseUrl}${imagePath(imageId)}`;

	function accepted(task: GenerationTask, request: ImageRequest): JobSnapshot {
		// The server may accept only a part of a batch. The job ID then contains the number of images requested, so
		// that the missing ones are counted at the end.
		const isPartly = task.totalCount !== null && task.totalCount !== undefined && task.totalCount < request.count;
		const snapshot = fromTask(
			task,
			writeJobId({ taskIds: [task.id], count: isPartly ? request.count : null }),
			urlOf,
		);
		if (!isPartly || snapshot.job.error) return snapshot;
		const error = partlyAccepted(
			task.totalCount ?? 0,
			request.count,
			jobError('upstream', {
				message: task.errorMessage || 'the server gives no reason',
				hint: 'Generate the missing images again',
			}),
		);
		return { ...snapshot, job: { ...snapshot.job, error } };
	}

	async function newTask(request: ImageRequest, { paid, signal }: SubmitCall): Promise<GenerationTask> {
		if (!own.geminiApiKey)
			throw new ImageError('invalidRequest', {
				message: 'The credential has no Gemini API Key, which the v1.6 API requires with every request',
				hint: 'Open the credential and fill it in',
				delivery: 'notSent',
			});
		const body = toBatchBody(request, { apiKey: own.geminiApiKey, apiBase: own.geminiApiBase });
		const files = parts(request);
		return await paid(
			0,
			() =>
				files.length > 0
					? client.generateWithImages(body, files, { signal })
					: client.generate(body, { signal }),
			({ id }) => id,
		);
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
			const { made, givenUp, idempotencyKey } = options;
			const known = made.get(0);
			if (known !== undefined) {
				// The server may have accepted only a part. With the number in the ID, missing images are counted.
				const id = writeJobId({ taskIds: [known], count: request.count > 1 ? request.count : null });
				return foundJob('nanoBananaPro', id, request.count, idempotencyKey);
			}
			if (givenUp) throw givenUp;
			const snapshot = accepted(await newTask(request, options), request);
			return { ...snapshot, job: { ...snapshot.job, idempotencyKey } };
		},
		isNotAccepted,
		lookUp: async (request, options) =>
			await lookUpInHistory(
				(page, pageSize) =>
					client
						.history({ page, pageSize }, options)
						.then(({ list, ...page }) => ({ ...page, rows: list.map(ofGeneration) })),
				(row) => fitsGeneration(row, request),
				options,
			),
		poll: async (ids, options) =>
			await pollEach(ids, async (id) => {
				const [taskId = id] = readJobId(id).taskIds;
				return fromTask(await client.status(taskId, options), id, urlOf);
			}),
		async *watch(id, { signal }) {
			const {
				taskIds: [taskId = id],
				count,
			} = readJobId(id);
			// A new array for each image, because the snapshots that were passed on keep theirs.
			let images: readonly DeliveredImage[] = [];
			const known = new Set<string>();
			for await (const text of client.progress(taskId, { signal })) {
				const message = readValue(progressMessage, parseJson(text), 'The progress message');
				if (message.taskId !== taskId) continue;
				// The status of the task is polled.
				if (message.type !== 'progress') return;
				const { latestImage, completedCount, totalCount } = message;
				if (
					latestImage &&
					(latestImage.taskId ?? taskId) === taskId &&
					!known.has(latestImage.id) &&
					images.length < maxImagesOfTask
				) {
					known.add(latestImage.id);
					images = [...images, toImage(latestImage, images.length, urlOf)];
				}
				const total = count ?? totalCount ?? null;
				yield {
					job: {
						...runningJob(id),
						progress:
							total && typeof completedCount === 'number'
								? Math.min(100, Math.round((100 * completedCount) / total))
								: null,
						total,
						completed: completedCount ?? null,
					},
					images: [...images],
					raw: message,
				};
			}
		},
		async *list(options) {
			for await (const task of history(options))
				yield { snapshot: fromTask(task, task.id, urlOf), request: requestOf(task) };
		},
	};
}

/** What a task reports of its request. */
export function requestOf({ prompt, model, totalCount }: GenerationTask): Record<string, unknown> {
	return { ...(prompt ? { prompt } : {}), ...(model ? { model } : {}), ...(totalCount ? { count: totalCount } : {}) };
}
