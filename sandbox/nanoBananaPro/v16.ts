import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import { ZipFile } from 'yazl';
import { bodyOf, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { readForm } from '../shared/multipart';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import * as docs from './openapi';
import { batchBody, batchForm, exportBody, idsBody, pageQuery, searchQuery } from './request';
import { QUEUE_FULL, type Task, type Wanted } from './task';
import { rowView, taskView, wordsOf } from './views';

const success = (data: unknown) => ({ code: 0, message: 'success', data });
const problem = (code: number, message: string) => new ErrorAnswer(code, { code, message });
type ById = FastifyRequest<{ Params: { id: string } }>;

/** The fourteen endpoints of the document, in its order; the socket is in sockets.ts. */
export function installV16(app: FastifyInstance, backend: ApiServer): void {
	const { store } = backend;
	const submit = (body: z.infer<typeof batchBody>, references: string[]) => {
		const { apiKey, options = '', aspectRatio = null, imageSize = null, ...rest } = body;
		const wanted: Wanted = {
			prompt: rest.prompt,
			model: rest.model,
			count: rest.count,
			options,
			aspectRatio,
			imageSize,
			references,
			keyFits: apiKey === backend.settings.geminiKey,
			request: { ...body, apiKey: undefined, ...(references.length > 0 ? { refImages: references } : {}) },
		};
		if (store.isFull()) throw problem(503, QUEUE_FULL);
		return success(taskView(store.submit(wanted)));
	};

	app.post(
		'/api/v1/generate/batch',
		{
			schema: docs.withBody('Generate', 'Create a task', batchBody),
			config: api('generate', '/api/v1/generate/batch'),
		},
		async (request) => {
			backend.admit('document');
			const body = batchBody.safeParse(jsonOf(request));
			if (body.success) return submit(body.data, []);
			throw problem(
				400,
				body.error.issues.some(({ path }) => path[0] === 'count')
					? '生成数量必须在 1-100 张之间'
					: `请求参数有误: ${body.error.issues[0]?.path.join('.')} ${body.error.issues[0]?.message}`,
			);
		},
	);
	app.post(
		'/api/v1/generate/batch-with-images',
		{
			schema: docs.named('Generate', 'Create a task with reference images (multipart)', {
				consumes: ['multipart/form-data'],
			}),
			config: api('generate', '/api/v1/generate/batch-with-images'),
		},
		async (request) => {
			backend.admit('document');
			const form = readForm(request.headers['content-type'], bodyOf(request));
			const body = batchForm.safeParse(form?.fields);
			const files = form?.files ?? [];
			const fits =
				files.length <= 10 &&
				files.every(
					({ name, mimeType, data }) =>
						name === 'refImages' && /^image\/(jpeg|png|webp)$/.test(mimeType) && data.length > 0,
				);
			if (!body.success || !fits) throw problem(400, '请求参数有误，请检查后重试');
			backend.references = files.map(({ data }) => data);
			return submit(
				body.data,
				files.map(({ fileName }) => fileName),
			);
		},
	);
	app.get<{ Params: { taskId: string } }>(
		'/api/v1/generate/status/:taskId',
		{ schema: docs.named('Generate', 'Status of a task'), config: api('get', '/api/v1/generate/status/:taskId') },
		async (request) => {
			backend.admit('document');
			const task = store.tasks.get(request.params.taskId);
			if (!task) throw problem(404, '任务不存在');
			return success(taskView(task));
		},
	);
	app.get(
		'/api/v1/history',
		{
			schema: docs.named('History', 'Tasks: those that run first, then by age', docs.paged),
			config: api('list', '/api/v1/history'),
		},
		async (request) => {
			backend.admit('document');
			const { page, pageSize } = queryOf(pageQuery, request);
			return success({ ...paged(store.listed(), page, pageSize), page });
		},
	);
	app.get(
		'/api/v1/history/search',
		{
			schema: docs.named('History', 'Search the prompts', docs.searched),
			config: api('search', '/api/v1/history/search'),
		},
		async (request) => {
			backend.admit('document');
			const { keyword, page, pageSize } = queryOf(searchQuery, request);
			if (keyword.trim() === '') throw problem(400, '请输入搜索关键词');
			const wanted = wordsOf(keyword);
			const found = store.newest().filter(({ prompt }) => wanted.every((word) => wordsOf(prompt).includes(word)));
			return success({ ...paged(found, page, pageSize), page, pageSize, keyword });
		},
	);
	app.get(
		'/api/v1/history/:id',
		{ schema: docs.named('History', 'A task of the history'), config: api('detail', '/api/v1/history/:id') },
		async (request: ById) => {
			backend.admit('document');
			const task = store.tasks.get(request.params.id);
			if (!task) throw problem(404, '记录不存在');
			return success(taskView(task));
		},
	);
	app.delete(
		'/api/v1/history/batch',
		{
			schema: docs.withBody('History', 'Delete several tasks', idsBody),
			config: api('delete', '/api/v1/history/batch'),
		},
		async (request) => {
			backend.admit('document');
			const body = idsBody.safeParse(jsonOf(request));
			if (!body.success) throw problem(400, '参数错误');
			for (const id of body.data.ids) store.tasks.delete(id);
			return success(null);
		},
	);
	app.delete(
		'/api/v1/history/:id',
		{
			schema: docs.named('History', 'Delete a task with its images'),
			config: api('delete', '/api/v1/history/:id'),
		},
		async (request: ById) => {
			backend.admit('document');
			if (!store.tasks.delete(request.params.id)) throw problem(500, '删除失败');
			return success(null);
		},
	);
	imageRoutes(app, backend);
}

function imageRoutes(app: FastifyInstance, backend: ApiServer): void {
	const { store } = backend;
	const send = async (request: ById, reply: FastifyReply, attachment: boolean) => {
		backend.admit('document');
		const found = store.picturesById(request.params.id);
		if (!found || found.task.planned.invalidImage(found.picture.index) === 'missing-image')
			throw problem(404, '图片不存在');
		const bytes = await backend.drawn(found.task, found.picture);
		if (attachment) reply.header('content-disposition', `attachment; filename=${found.picture.id}.png`);
		return reply.type('image/png').send(bytes);
	};
	app.get(
		'/api/v1/images/:id',
		{ schema: docs.named('Images', 'The image file'), config: api('asset', '/api/v1/images/:id') },
		(request: ById, reply) => send(request, reply, false),
	);
	app.get(
		'/api/v1/images/:id/download',
		{
			schema: docs.named('Images', 'The image file as a download'),
			config: api('asset', '/api/v1/images/:id/download'),
		},
		(request: ById, reply) => send(request, reply, true),
	);
	app.post(
		'/api/v1/images/export',
		{
			schema: docs.withBody('Images', 'Several images as a ZIP', exportBody),
			config: api('export', '/api/v1/images/export'),
		},
		async (request, reply) => {
			backend.admit('document');
			const body = exportBody.safeParse(jsonOf(request));
			if (!body.success) throw problem(400, '参数错误');
			const found = body.data.imageIds.map((id) => store.picturesById(id));
			reply.type('application/zip').header('content-disposition', 'attachment; filename=images.zip');
			// The headers are already set, so the error follows them as plain text.
			if (backend.settings.exportFails || found.includes(null))
				return reply
					.code(500)
					.send(`导出失败: ${backend.settings.exportFails ? '磁盘读取错误' : '图片不存在'}`);
			const zip = new ZipFile();
			for (const entry of found)
				if (entry)
					zip.addBuffer(await backend.drawn(entry.task, entry.picture), `${entry.picture.id}.png`, {
						mtime: entry.picture.createdAt,
					});
			zip.end();
			return reply.send(zip.outputStream);
		},
	);
	// The public server has this path too, with the id of a task.
	app.delete(
		'/api/v1/images/:id',
		{ schema: docs.named('Images', 'Delete an image'), config: api('delete', '/api/v1/images/:id') },
		async (request: ById) => {
			backend.admit(null);
			if (backend.settings.dialect === 'real') {
				if (!store.tasks.delete(request.params.id))
					throw new ErrorAnswer(404, { code: 404, message: 'image not found', data: null });
				return { code: 200, message: 'success', data: null };
			}
			const found = store.picturesById(request.params.id);
			if (!found) throw problem(500, '删除图片失败');
			found.task.pictures = found.task.pictures.filter((picture) => picture !== found.picture);
			return success(null);
		},
	);
	app.get(
		'/api/v1/health',
		{ schema: docs.named('Service', 'Health check'), config: api('health', '/api/v1/health') },
		async () => {
			backend.admit('document');
			return { status: 'ok', message: '服务运行正常' };
		},
	);
}

function queryOf<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
	const query = schema.safeParse(request.query);
	if (!query.success) throw problem(400, '参数错误');
	return query.data;
}

function paged(tasks: Task[], page: number, size: number) {
	return { list: tasks.slice((page - 1) * size, page * size).map(rowView), total: tasks.length };
}
