import type { ApiRequest, ApiStream, ApiTransport } from '../../http/apiClient';
import type { FormPart } from '../../http/form';
import { parseJson, readAnswer, readValue } from '../../http/json';
import { apiPath, idBesides } from '../../http/path';
import type { SocketOptions } from '../../http/socket';
import { clockAheadMs } from '../lookUp';
import type { CallOptions } from '../provider';
import { dataOf, errorOfAnswer } from './errors';
import {
	envelope,
	generationTask,
	type GenerationTask,
	healthAnswer,
	historyPage,
	type HistoryPage,
	type Timed,
} from './wire';

export interface BatchBody {
	prompt: string;
	model: string;
	count: number;
	apiKey: string;
	apiBase?: string;
	aspectRatio?: string;
	imageSize?: string;
	/** A JSON text. */
	options?: string;
}

/** The calls of the v1.6 API, in the document's order. Each throws ImageError for an unexpected answer. */
export interface NanoBananaProClient {
	generate(body: BatchBody, options: CallOptions): Promise<GenerationTask>;
	/** @param files the reference images, in their order, as parts named `refImages` */
	generateWithImages(body: BatchBody, files: readonly FormPart[], options: CallOptions): Promise<GenerationTask>;
	status(taskId: string, options: CallOptions): Promise<GenerationTask>;
	history(query: { page: number; pageSize: number }, options: CallOptions): Promise<Timed<HistoryPage>>;
	detail(taskId: string, options: CallOptions): Promise<GenerationTask>;
	deleteTask(taskId: string, options: CallOptions): Promise<void>;
	search(query: { keyword: string; page: number; pageSize: number }, options: CallOptions): Promise<HistoryPage>;
	deleteTasks(ids: readonly string[], options: CallOptions): Promise<void>;
	image(imageId: string, options: CallOptions): Promise<ApiStream>;
	download(imageId: string, options: CallOptions): Promise<ApiStream>;
	exportZip(imageIds: readonly string[], options: CallOptions): Promise<ApiStream>;
	deleteImage(imageId: string, options: CallOptions): Promise<void>;
	health(options: CallOptions): Promise<{ status: string; message?: string | null | undefined }>;
	/** The texts of the progress socket. */
	progress(taskId: string, options: SocketOptions): AsyncIterable<string>;
}

/** Uploads of several large files, in ms. */
const uploadTimeoutMs = 5 * 60_000;
const fileTimeoutMs = 10 * 60_000;
const largestFile = 4 * 1024 ** 3;

/** Excludes the names of other calls: deleting a task named `batch` would reach the call that deletes many tasks. */
const historyPath = (taskId: string) => apiPath`/api/v1/history/${idBesides(['batch', 'search'], taskId)}`;

/** The path of an image on the server. The image's address also contains it. */
export const imagePath = (imageId: string) => apiPath`/api/v1/images/${imageId}`;

export function createNanoBananaProClient(transport: ApiTransport, now: () => number = Date.now): NanoBananaProClient {
	const data = async (request: ApiRequest) => dataOf(await transport.send(request), now());
	const task = async (request: ApiRequest, what: string) => readValue(generationTask, await data(request), what);
	const page = async (request: ApiRequest) => readValue(historyPage, await data(request), 'The history');
	const file = async (request: ApiRequest) =>
		await fileOf(
			await transport.open({
				timeoutMs: fileTimeoutMs,
				maxBytes: largestFile,
				headers: { accept: '*/*' },
				...request,
			}),
		);
	return {
		generate: (json, { signal }) =>
			task({ method: 'POST', path: '/api/v1/generate/batch', json, signal }, 'The new task'),
		generateWithImages(body, files, { signal }) {
			const fields = Object.entries(body).map(([name, value]): FormPart => ({ name, value: String(value) }));
			return task(
				{
					method: 'POST',
					path: '/api/v1/generate/batch-with-images',
					form: [...fields, ...files],
					timeoutMs: uploadTimeoutMs,
					signal,
				},
				'The new task',
			);
		},
		status: async (taskId, { signal }) =>
			await task({ method: 'GET', path: apiPath`/api/v1/generate/status/${taskId}`, signal }, 'The task'),
		async history(query, { signal }) {
			const sentAt = now();
			const answer = await transport.send({ method: 'GET', path: '/api/v1/history', query, signal });
			return {
				...readValue(historyPage, dataOf(answer, now()), 'The history'),
				clockAheadMs: clockAheadMs(answer.headers, { sentAt, answeredAt: now() }),
			};
		},
		detail: async (taskId, { signal }) =>
			await task({ method: 'GET', path: historyPath(taskId), signal }, 'The task'),
		deleteTask: async (taskId, { signal }) => {
			await data({ method: 'DELETE', path: historyPath(taskId), signal });
		},
		search: (query, { signal }) => page({ method: 'GET', path: '/api/v1/history/search', query, signal }),
		deleteTasks: async (ids, { signal }) => {
			await data({ method: 'DELETE', path: '/api/v1/history/batch', json: { ids }, signal });
		},
		image: async (imageId, { signal }) => await file({ method: 'GET', path: imagePath(imageId), signal }),
		download: async (imageId, { signal }) =>
			await file({ method: 'GET', path: apiPath`/api/v1/images/${imageId}/download`, signal }),
		exportZip: (imageIds, { signal }) =>
			file({ method: 'POST', path: '/api/v1/images/export', json: { imageIds }, signal }),
		deleteImage: async (imageId, { signal }) => {
			await data({ method: 'DELETE', path: imagePath(imageId), signal });
		},
		async health({ signal }) {
			const answer = await transport.send({ method: 'GET', path: '/api/v1/health', signal });
			if (answer.status !== 200) dataOf(answer, now());
			return readAnswer(healthAnswer, answer, 'The health answer');
		},
		async *progress(taskId, options) {
			yield* transport.socket(apiPath`/api/v1/ws/generate/${taskId}`, options);
		},
	};
}

/**
 * The file in an answer. Throws if the answer has an error instead: JSON, or plain text if the export failed after its
 * headers were sent.
 */
async function fileOf(answer: ApiStream): Promise<ApiStream> {
	const isJson = /json/i.test(answer.headers['content-type'] ?? '');
	if (answer.status === 200 && !isJson) return answer;
	const text = await answer.text();
	const parsed = envelope.safeParse(parseJson(text));
	throw errorOfAnswer({
		status: parsed.success && parsed.data.code !== 0 ? parsed.data.code : answer.status,
		httpStatus: answer.status,
		message: parsed.success ? (parsed.data.message ?? '') : text,
		isPlain: !parsed.success,
		asked: answer.asked,
	});
}
