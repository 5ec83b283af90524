import sharp from 'sharp';
import { WebSocket } from 'ws';
import { fromBuffer } from 'yauzl';
import type { Sandbox } from '../shared/server';
import { callsTo } from '../testCall';
import { until } from '../testClient';
import { startNanoBananaProSandbox } from './server';
import type { Settings } from './settings';

let sandbox: Sandbox<Settings>;
const call: ReturnType<typeof callsTo> = (...args) => callsTo(sandbox.url)(...args);
const batch = {
	prompt: '一只可爱的猫咪在花园里玩耍',
	model: 'gemini-2.5-flash-image',
	count: 2,
	apiKey: 'gemini-key-1',
	apiBase: 'https://yunwu.ai',
	aspectRatio: '9:16',
	imageSize: '1K',
};

beforeAll(async () => {
	sandbox = await startNanoBananaProSandbox({ settings: { jobDurationMs: 15, requestsPerSecond: 0 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

interface TaskView {
	id: string;
	status: string;
	totalCount: number;
	completedCount: number;
	errorMessage: string;
	images: Array<{ id: string }>;
}
const submit = async (more: object = {}) =>
	((await call('POST', '/api/v1/generate/batch', { ...batch, ...more })).json as { data: TaskView }).data;
const ended = (id: string) =>
	until(async () => {
		const { data } = (await call('GET', `/api/v1/generate/status/${id}`)).json as { data: TaskView };
		return data.status === 'processing' ? null : data;
	});

it("answers the document's samples as the document shows them", async () => {
	const task = await submit();
	expect(task).toEqual({
		id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
		prompt: batch.prompt,
		model: batch.model,
		totalCount: 2,
		completedCount: 0,
		status: 'processing',
		options: '',
		errorMessage: '',
		createdAt: expect.any(String) as string,
		updatedAt: expect.any(String) as string,
		images: [],
	});
	const done = await ended(task.id);
	expect(done).toMatchObject({
		status: 'completed',
		completedCount: 2,
		images: [{ taskId: task.id, mimeType: 'image/png', width: 576, height: 1024 }, {}],
	});
	const [image] = done.images;
	expect(await sharp((await call('GET', `/api/v1/images/${image?.id}`)).bytes).metadata()).toMatchObject({
		format: 'png',
		height: 1024,
	});
	expect((await call('GET', `/api/v1/images/${image?.id}/download`)).headers.get('content-disposition')).toContain(
		'attachment',
	);
	expect((await call('GET', '/api/v1/history?page=1&pageSize=10')).json).toMatchObject({
		code: 0,
		data: { list: [{ id: task.id }], total: 1, page: 1 },
	});
	expect((await call('GET', `/api/v1/history/${task.id}`)).json).toMatchObject({
		data: { id: task.id, options: '' },
	});
	expect((await call('GET', '/api/v1/health')).json).toEqual({ status: 'ok', message: '服务运行正常' });
});

it('takes references by multipart, in their order', async () => {
	const form = new FormData();
	for (const [name, value] of Object.entries({ ...batch, count: '1', model: 'gemini-3-pro-image-preview' }))
		form.append(name, value);
	for (const name of ['b.png', 'a.png'])
		form.append('refImages', new Blob([Buffer.from('png')], { type: 'image/png' }), name);
	expect((await call('POST', '/api/v1/generate/batch-with-images', form)).status).toBe(200);
	expect(sandbox.books().jobs[0]?.request).toMatchObject({ refImages: ['b.png', 'a.png'] });
	form.append('refImages', new Blob([Buffer.from('gif')], { type: 'image/gif' }), 'c.gif');
	expect(await call('POST', '/api/v1/generate/batch-with-images', form)).toMatchObject({
		status: 400,
		json: { code: 400 },
	});
});

it.each([
	['too many pictures', { count: 101 }],
	['no key', { apiKey: undefined }],
	['an unknown ratio', { aspectRatio: '2:1' }],
	['options that are no JSON', { options: '{' }],
	['an unknown field', { seed: 1 }],
])('%s is rejected', async (_what, more) => {
	expect(await call('POST', '/api/v1/generate/batch', { ...batch, ...more })).toMatchObject({
		status: 400,
		json: { code: 400 },
	});
});

it('part of a batch may be accepted, part may fail, all of it too', async () => {
	expect(await submit({ prompt: 'x [accept:1]', count: 3 })).toMatchObject({
		totalCount: 1,
		errorMessage: expect.stringContaining('1/3') as string,
	});
	expect(await ended((await submit({ prompt: 'x [partial:1]', count: 3 })).id)).toMatchObject({
		status: 'partial',
		completedCount: 1,
		errorMessage: expect.stringContaining('2 张') as string,
	});
	expect(await ended((await submit({ prompt: 'x [refuse]' })).id)).toMatchObject({
		status: 'failed',
		images: [],
		errorMessage: expect.stringContaining('SAFETY') as string,
	});
	expect(await ended((await submit({ apiKey: 'wrong' })).id)).toMatchObject({
		status: 'failed',
		errorMessage: expect.stringContaining('API key not valid') as string,
	});
});

it.each([
	['油画女孩', ['森林里的女孩，油画']],
	['女孩', ['女孩和猫', '森林里的女孩，油画']],
	['vlog', ['My vlog']],
	['油画vlog', []],
])('searching %s finds what holds all its words', async (keyword, prompts) => {
	for (const prompt of ['森林里的女孩，油画', '女孩和猫', 'My vlog']) await submit({ prompt });
	const { json } = await call('GET', `/api/v1/history/search?keyword=${encodeURIComponent(keyword)}&pageSize=20`);
	expect((json as { data: { list: Array<{ prompt: string }> } }).data.list.map(({ prompt }) => prompt)).toEqual(
		prompts,
	);
});

it('deletes one, several and single images, and counts them', async () => {
	const [a, b, c] = [await submit(), await submit(), await submit()];
	const { images } = await ended(a.id);
	await call('DELETE', `/api/v1/images/${images[0]?.id}`);
	expect(await ended(a.id)).toMatchObject({ completedCount: 1, images: [{ id: images[1]?.id }] });
	expect((await call('DELETE', `/api/v1/history/${a.id}`)).json).toEqual({ code: 0, message: 'success', data: null });
	expect((await call('DELETE', '/api/v1/history/batch', { ids: [b.id, c.id] })).status).toBe(200);
	expect((await call('GET', '/api/v1/history')).json).toMatchObject({ data: { total: 0 } });
});

it('past tasks are in the history with their age and their images', async () => {
	await call('POST', '/__sandbox/past-tasks', [{ prompt: 'A fox', count: 2, ageDays: 40 }]);
	const { data } = (await call('GET', '/api/v1/history?page=1&pageSize=10')).json as {
		data: { list: Array<TaskView & { createdAt: string }> };
	};
	expect(data.list).toMatchObject([{ prompt: 'A fox', status: 'completed', totalCount: 2 }]);
	expect(Math.round((Date.now() - Date.parse(data.list[0]?.createdAt ?? '')) / 86_400_000)).toBe(40);
	expect(sandbox.books()).toMatchObject({ generationsBilled: 0 });
});

it('exports a ZIP, or breaks in plain text', async () => {
	const { images } = await ended((await submit()).id);
	const { bytes } = await call('POST', '/api/v1/images/export', { imageIds: images.map(({ id }) => id) });
	const names = await new Promise<string[]>((resolve, reject) =>
		fromBuffer(bytes, (error, zip) => {
			if (error) return reject(error);
			const found: string[] = [];
			zip.on('entry', ({ fileName }: { fileName: string }) => found.push(fileName)).on('end', () =>
				resolve(found),
			);
		}),
	);
	expect(names).toEqual(images.map(({ id }) => `${id}.png`));
	sandbox.settings({ exportFails: true });
	expect(await call('POST', '/api/v1/images/export', { imageIds: images.map(({ id }) => id) })).toMatchObject({
		status: 500,
		text: '导出失败: 磁盘读取错误',
	});
});

it('a socket reports each picture at once, and is closed with 1013 if there is no capacity', async () => {
	const { id } = await submit({ prompt: 'x [slow:80]' });
	const open = (settings: Partial<Settings>) => {
		sandbox.settings(settings);
		return new WebSocket(`${sandbox.url.replace('http', 'ws')}/api/v1/ws/generate/${id}`);
	};
	const messages: Array<{ type: string; completedCount: number; latestImage: unknown }> = [];
	const socket = open({});
	await new Promise<void>((resolve) =>
		socket.on('message', (data: Buffer) => {
			const message = JSON.parse(data.toString()) as (typeof messages)[number];
			messages.push(message);
			if (message.type === 'complete') resolve();
		}),
	);
	socket.terminate();
	expect(messages.at(-1)).toMatchObject({ type: 'complete', completedCount: 2, latestImage: null });
	const full = open({ sockets: 'full' });
	expect(await new Promise((resolve) => full.on('close', resolve))).toBe(1013);
});

it('more than 20 requests at once meet 429', async () => {
	sandbox.settings({ requestsPerSecond: 10 });
	const statuses = await Promise.all(
		Array.from({ length: 25 }, async () => (await call('GET', '/api/v1/health')).status),
	);
	expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(20);
	expect(statuses).toContain(429);
});

it('the public server speaks the other API alone', async () => {
	sandbox.settings({ dialect: 'real' });
	expect(await call('POST', '/api/v1/generate/batch', batch)).toMatchObject({
		status: 404,
		text: '404 page not found',
	});
	const task = {
		provider: 'gemini',
		model_id: 'm',
		params: { prompt: 'A cat', aspect_ratio: '1:1', count: 4, model_id: 'm' },
	};
	const { json } = await call('POST', '/api/v1/tasks/generate', task);
	const { task_id } = (json as { data: { task_id: string } }).data;
	const done = await until(async () => {
		const { data } = (await call('GET', `/api/v1/tasks/${task_id}`)).json as { data: Record<string, string> };
		return data['status'] === 'completed' ? data : null;
	});
	expect(done).toMatchObject({
		image_url: '',
		local_path: expect.stringMatching(/\.jpg$/) as string,
		total_count: 1,
	});
	expect((await call('GET', `/${done['local_path']}`)).bytes.subarray(1, 4).toString()).toBe('PNG');
	expect((await call('GET', '/api/v1/images?page=1&page_size=10')).json).toMatchObject({
		code: 200,
		data: { total: 1 },
	});
	await expect(
		call('POST', '/api/v1/tasks/generate', { ...task, params: { prompt: 'A cat', model_id: 'm' } }),
	).rejects.toThrow();
});

it('the page describes both APIs', async () => {
	expect(Object.keys(((await call('GET', '/docs/json')).json as { paths: object }).paths)).toEqual(
		expect.arrayContaining(['/api/v1/generate/batch', '/api/v1/ws/generate/{taskId}', '/api/v1/tasks/{task_id}']),
	);
});
