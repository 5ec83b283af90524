import type { ApiRequest, ApiTransport } from '../../http/apiClient';
import type { FormPart } from '../../http/form';
import { readAnswer, readValue } from '../../http/json';
import { apiPath, idBesides } from '../../http/path';
import { withoutSecretFields } from '../../http/secretFields';
import { clockAheadMs } from '../lookUp';
import type { CallOptions } from '../provider';
import { dataOf } from './errors';
import { healthAnswer, type Timed } from './wire';
import { type ImagePage, imagePage, imageTask, type ImageTask } from './wireTasks';

export interface TaskBody {
	provider: string;
	/** Absent: the server uses its default. */
	model_id?: string;
	/** The real server reads `model_id` only from here. */
	params: { prompt: string; aspect_ratio?: string; resolution_level?: string; count: 1; model_id?: string };
}

export interface ImagesQuery {
	page: number;
	page_size: number;
	keyword?: string;
}

/** The calls of the `tasks` API of the public server. Each throws ImageError for an unexpected answer. */
export interface TasksClient {
	generate(body: TaskBody, options: CallOptions): Promise<ImageTask>;
	generateWithImages(body: TaskBody, files: readonly FormPart[], options: CallOptions): Promise<ImageTask>;
	task(taskId: string, options: CallOptions): Promise<ImageTask>;
	images(query: ImagesQuery, options: CallOptions): Promise<ImageTask[]>;
	/** Like `images`, with the list data that a look-up needs. */
	page(query: ImagesQuery, options: CallOptions): Promise<Timed<ImagePage>>;
	deleteImage(taskId: string, options: CallOptions): Promise<void>;
	/** The server's answer contains the API keys of its providers; they are removed here. */
	providers(options: CallOptions): Promise<Array<Record<string, unknown>>>;
	/** At the public server it is not below `/api/v1`. */
	health(options: CallOptions): Promise<Record<string, unknown>>;
}

export function createTasksClient(transport: ApiTransport, now: () => number = Date.now): TasksClient {
	const data = async (request: ApiRequest) => dataOf(await transport.send(request), now());
	const task = async (request: ApiRequest) => readValue(imageTask, await data(request), 'The task');
	async function page(query: ImagesQuery, { signal }: CallOptions): Promise<Timed<ImagePage>> {
		const sentAt = now();
		const answer = await transport.send({ method: 'GET', path: '/api/v1/images', query: { ...query }, signal });
		return {
			...readValue(imagePage, dataOf(answer, now()), 'The images'),
			clockAheadMs: clockAheadMs(answer.headers, { sentAt, answeredAt: now() }),
		};
	}
	return {
		generate: (json, { signal }) => task({ method: 'POST', path: '/api/v1/tasks/generate', json, signal }),
		generateWithImages({ provider, model_id, params }, files, { signal }) {
			const fields = {
				provider,
				model_id: model_id ?? '',
				prompt: params.prompt,
				aspectRatio: params.aspect_ratio ?? '',
				imageSize: params.resolution_level ?? '',
				count: '1',
			};
			const texts = Object.entries(fields)
				.filter(([, value]) => value !== '')
				.map(([name, value]): FormPart => ({ name, value }));
			return task({
				method: 'POST',
				path: '/api/v1/tasks/generate-with-images',
				form: [...texts, ...files],
				timeoutMs: 5 * 60_000,
				signal,
			});
		},
		task: async (taskId, { signal }) =>
			await task({
				method: 'GET',
				path: apiPath`/api/v1/tasks/${idBesides(['generate', 'generate-with-images'], taskId)}`,
				signal,
			}),
		images: async (query, options) => (await page(query, options)).list,
		page,
		deleteImage: async (taskId, { signal }) => {
			await data({ method: 'DELETE', path: apiPath`/api/v1/images/${taskId}`, signal });
		},
		async providers({ signal }) {
			const list = await data({ method: 'GET', path: '/api/v1/providers', signal });
			return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((entry) =>
				typeof entry === 'object' && entry !== null
					? [withoutSecretFields(entry) as Record<string, unknown>]
					: [],
			);
		},
		async health({ signal }) {
			const answer = await transport.send({ method: 'GET', path: '/health', signal });
			if (answer.status !== 200) dataOf(answer, now());
			return readAnswer(healthAnswer.partial(), answer, 'The health answer');
		},
	};
}
