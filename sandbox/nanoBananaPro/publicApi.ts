import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyOf, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { readForm } from '../shared/multipart';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import * as docs from './openapi';
import { imagesQuery, taskBody, taskForm } from './request';
import { QUEUE_FULL, type Wanted } from './task';
import { publicView } from './views';

const success = (data: unknown) => ({ code: 200, message: 'success', data });
const problem = (code: number, message: string) => new ErrorAnswer(code, { code, message, data: null });

/** The model if a submit names none. */
const DEFAULT_MODEL = 'gemini-3-pro-image-preview';

/** The API of the public server. */
export function installPublicApi(app: FastifyInstance, backend: ApiServer): void {
	const { store } = backend;
	const submit = (
		prompt: string,
		model: string = DEFAULT_MODEL,
		aspectRatio: string | null,
		imageSize: string | null,
		references: string[],
		request: object,
	) => {
		const wanted: Wanted = {
			prompt,
			model,
			count: 1,
			options: '',
			aspectRatio,
			imageSize,
			references,
			keyFits: true,
			isPublic: true,
			request: { ...request, ...(references.length > 0 ? { refImages: references } : {}) },
		};
		if (!store.isFull()) return success(publicView(store.submit(wanted)));
		store.reject(wanted);
		throw problem(503, QUEUE_FULL);
	};
	app.post(
		'/api/v1/tasks/generate',
		{
			schema: docs.withBody('Public server', 'Create a task: one picture, `count` is ignored', taskBody),
			config: api('generate', '/api/v1/tasks/generate'),
		},
		async (request) => {
			backend.admit('real');
			const body = taskBody.safeParse(jsonOf(request));
			if (!body.success)
				throw problem(
					400,
					body.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
				);
			const { prompt, aspect_ratio, resolution_level, model_id } = body.data.params;
			if (body.data.provider !== 'gemini') throw problem(400, `provider ${body.data.provider} is not configured`);
			// If both are missing, the server crashes.
			if (aspect_ratio === undefined && resolution_level === undefined) request.raw.socket.destroy();
			return submit(prompt, model_id, aspect_ratio ?? null, resolution_level ?? null, [], body.data);
		},
	);
	app.post(
		'/api/v1/tasks/generate-with-images',
		{
			schema: docs.named('Public server', 'Create a task with reference images (multipart)', {
				consumes: ['multipart/form-data'],
			}),
			config: api('generate', '/api/v1/tasks/generate-with-images'),
		},
		async (request) => {
			backend.admit('real');
			const form = readForm(request.headers['content-type'], bodyOf(request));
			const body = taskForm.safeParse(form?.fields);
			if (!form || !body.success || form.files.some(({ name }) => name !== 'refImages'))
				throw problem(400, 'bad form');
			return submit(
				body.data.prompt,
				body.data.model_id,
				body.data.aspectRatio ?? null,
				body.data.imageSize ?? null,
				form.files.map(({ fileName }) => fileName),
				body.data,
			);
		},
	);
	app.get<{ Params: { task_id: string } }>(
		'/api/v1/tasks/:task_id',
		{ schema: docs.named('Public server', 'Status of a task'), config: api('get', '/api/v1/tasks/:task_id') },
		async (request) => {
			backend.admit('real');
			const task = store.tasks.get(request.params.task_id);
			if (!task) throw problem(404, 'task not found');
			return success(publicView(task));
		},
	);
	app.get(
		'/api/v1/images',
		{
			schema: docs.named('Public server', 'Tasks: those that run first, then those that wait, then by age'),
			config: api('list', '/api/v1/images'),
		},
		async (request: FastifyRequest) => {
			backend.admit('real');
			const query = imagesQuery.safeParse(request.query);
			if (!query.success) throw problem(400, 'bad query');
			const { page, page_size, keyword } = query.data;
			const found = store.listed().filter(({ prompt }) => keyword === undefined || prompt.includes(keyword));
			return success({
				list: found.slice((page - 1) * page_size, page * page_size).map(publicView),
				total: found.length,
				page,
				page_size,
			});
		},
	);
	app.get(
		'/api/v1/providers',
		{
			schema: docs.named('Public server', 'Configured providers, with their keys'),
			config: api('providers', '/api/v1/providers'),
		},
		async () => {
			backend.admit('real');
			return success([
				{
					id: 1,
					name: 'gemini',
					api_key: 'AIza-stored-on-the-server',
					base_url: 'https://generativelanguage.googleapis.com',
					enabled: true,
					extra: { token: 'stored-too' },
				},
			]);
		},
	);
	app.get(
		'/health',
		{ schema: docs.named('Public server', 'Health check'), config: api('health', '/health') },
		async () => {
			backend.admit('real');
			return { status: 'ok' };
		},
	);
	app.get<{ Params: { file: string } }>(
		'/storage/local/:file',
		{ schema: docs.named('Public server', 'A file of the server'), config: api('asset', '/storage/local/:file') },
		async (request, reply) => {
			backend.admit('real');
			const found = store.picturesById(request.params.file.replace(/^thumb_/, '').replace(/\.jpg$/, ''));
			if (!found || found.task.planned.invalidImage(found.picture.index) === 'missing-image')
				throw problem(404, 'file not found');
			return reply.type('image/jpeg').send(await backend.drawn(found.task, found.picture));
		},
	);
}
