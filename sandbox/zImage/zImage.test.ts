import sharp from 'sharp';
import type { Sandbox } from '../shared/server';
import { callsTo } from '../testCall';
import { until } from '../testClient';
import { startZImageSandbox } from './server';
import type { Settings } from './settings';

let sandbox: Sandbox<Settings>;
const call: ReturnType<typeof callsTo> = (...args) => callsTo(sandbox.url, { 'x-auth-key': 'client-key-1' })(...args);
const batchId = '0d6b3b3b-0b4b-4c87-8d46-6b1e7e6f7f1a';

beforeAll(async () => {
	sandbox = await startZImageSandbox({ settings: { jobDurationMs: 10 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const submit = async (prompt: string, more: object = {}) =>
	((await call('POST', '/v1/images/generate', { prompt, ...more })).json as { task_id: string }).task_id;
const reach = (id: string, status: string) =>
	until(async () => {
		const { json } = await call('GET', `/v1/tasks/${id}`);
		return (json as { status: string }).status === status ? (json as Record<string, unknown>) : null;
	});

it("answers the document's samples as the document shows them", async () => {
	expect((await call('GET', '/')).json).toEqual({ message: 'Z-Image API is running' });
	expect((await call('GET', '/health')).json).toEqual({ status: 'ok', environment: 'dev' });
	const accepted = (
		await call('POST', '/v1/images/generate', {
			prompt: 'a cat sitting on the chair',
			height: 512,
			width: 640,
			num_inference_steps: 9,
			guidance_scale: 0,
			seed: 42,
			negative_prompt: '',
			cfg_normalization: null,
			cfg_truncation: null,
			max_sequence_length: null,
			metadata: { batch_id: batchId, batch_index: 0, batch_size: 1 },
		})
	).json as Record<string, string>;
	expect(accepted).toEqual({
		task_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
		status_url: `/v1/tasks/${accepted['task_id']}`,
		image_url: null,
	});
	const task = await reach(accepted['task_id'] ?? '', 'SUCCESS');
	expect(task).toMatchObject({
		result: { seed: 42, width: 640, auth_key: 'client-key-1', metadata: { batch_id: batchId } },
		error: null,
		image_url: expect.stringMatching(/^\/generated-images\/\d{8}\/.*\.webp$/) as string,
		progress: 100,
	});
	const [row] = (await call('GET', '/v1/history?limit=20&offset=0')).json as Array<Record<string, unknown>>;
	expect(row).toMatchObject({
		task_id: batchId,
		status: 'SUCCESS',
		batch_size: 1,
		success_count: 1,
		failed_count: 0,
		base_seed: 42,
	});
	expect((await call('GET', `/v1/history/${batchId}`)).json).toMatchObject({
		batch: { task_id: batchId },
		items: [{ task_id: accepted['task_id'], index: 0, status: 'success', seed: 42 }],
	});
	expect((await call('DELETE', `/v1/history/${batchId}`)).json).toEqual({
		task_id: batchId,
		status: 'deleted',
		message: 'Batch deleted from history',
	});
	expect((await call('GET', `/v1/history/${batchId}`)).status).toBe(404);
	expect(await sharp((await call('GET', String(task['image_url']))).bytes).metadata()).toMatchObject({
		format: 'webp',
		width: 640,
		height: 512,
	});
	expect(
		await sharp(
			(await call('GET', `/generated-images/${(task['result'] as Record<string, string>)['relative_path']}`))
				.bytes,
		).metadata(),
	).toMatchObject({ format: 'png', width: 640, height: 512 });
});

it.each([
	['no prompt', {}],
	['a side out of range', { prompt: 'x', width: 32 }],
	['too many steps', { prompt: 'x', num_inference_steps: 51 }],
	['a count as text', { prompt: 'x', metadata: { batch_size: '4' } }],
	['an unknown field', { prompt: 'x', steps: 3 }],
])('%s is rejected with 422 and the position', async (_what, body) => {
	const { status, json } = await call('POST', '/v1/images/generate', body);
	expect(status).toBe(422);
	expect(json).toEqual({
		detail: expect.arrayContaining([
			expect.objectContaining({ loc: expect.arrayContaining(['body']) as unknown[] }),
		]) as unknown,
	});
	expect(sandbox.books().jobs).toEqual([]);
});

describe('keys', () => {
	const as = (key: string) => callsTo(sandbox.url, key ? { 'x-auth-key': key } : {});

	it('users see their own tasks, the admin sees all, and a request without a key sees none', async () => {
		const id = await submit('Mine', { metadata: { batch_id: batchId } });
		await reach(id, 'SUCCESS');
		expect((await as('client-key-2')('GET', `/v1/tasks/${id}`)).status).toBe(403);
		expect((await as('client-key-2')('GET', `/v1/history/${batchId}`)).status).toBe(404);
		expect((await as('client-key-2')('GET', '/v1/history')).json).toEqual([]);
		expect((await as('admin-key')('GET', '/v1/history')).json).toHaveLength(1);
		expect((await as('')('GET', '/v1/history')).status).toBe(401);
		expect((await as('strange')('GET', '/v1/history')).status).toBe(401);
		sandbox.settings({ dialect: 'real' });
		expect((await as('strange')('GET', '/v1/history')).status).toBe(403);
	});

	it('with auth turned off everyone sees all', async () => {
		sandbox.settings({ auth: false });
		await reach(await submit('Mine'), 'SUCCESS');
		expect((await as('')('GET', '/v1/history')).json).toHaveLength(1);
	});
});

it('a task that waits can be canceled, one that has ended says what it is', async () => {
	const waiting = await submit('A cat [queue]');
	expect((await call('POST', `/v1/tasks/${waiting}/cancel`)).json).toEqual({
		task_id: waiting,
		status: 'CANCELLED',
		message: 'Cancellation requested',
	});
	expect((await call('GET', `/v1/tasks/${waiting}`)).json).toMatchObject({ status: 'REVOKED' });
	const done = await submit('A cat');
	await reach(done, 'SUCCESS');
	expect((await call('POST', `/v1/tasks/${done}/cancel`)).json).toMatchObject({ status: 'SUCCESS' });
});

describe('dialect real', () => {
	beforeEach(() => sandbox.settings({ dialect: 'real' }));

	it('an unknown task stays PENDING, a batch that has not begun is 404, a bad id gives 500', async () => {
		expect((await call('GET', '/v1/tasks/nothing')).json).toMatchObject({ status: 'PENDING', progress: null });
		await submit('A cat [queue]', { metadata: { batch_id: batchId } });
		expect((await call('GET', `/v1/history/${batchId}`)).status).toBe(404);
		const { status, text } = await call('GET', '/v1/history/mine');
		expect([status, text]).toEqual([500, 'Internal Server Error']);
	});

	it('a failure is JSON in a text, and a batch of failures reads SUCCESS', async () => {
		const id = await submit('A cat [fail:GPU_OOM]', {
			metadata: { batch_id: batchId, batch_index: 0, batch_size: 1 },
		});
		const { error, error_code, error_hint } = await reach(id, 'FAILURE');
		expect(JSON.parse(String(error))).toEqual({ code: 'GPU_OOM', message: 'CUDA out of memory', detail: null });
		expect([error_code, error_hint]).toEqual([null, null]);
		expect((await call('GET', '/v1/history')).json).toMatchObject([
			{ status: 'SUCCESS', success_count: 0, failed_count: 1 },
		]);
		expect((await call('GET', `/v1/history/${batchId}`)).json).toMatchObject({
			items: [{ status: 'error', error_code: 'GPU_OOM', error_hint: 'Choose a smaller size' }],
		});
	});

	it('a canceled task reads PENDING until a worker reaches it', async () => {
		const id = await submit('A cat [queue]');
		await call('POST', `/v1/tasks/${id}/cancel`);
		expect((await call('GET', `/v1/tasks/${id}`)).json).toMatchObject({ status: 'PENDING' });
	});
});

it('faults and the control path work, the page describes every endpoint', async () => {
	sandbox.fault({ route: 'generate', kind: '503' });
	expect((await call('POST', '/v1/images/generate', { prompt: 'x' })).status).toBe(503);
	const id = await submit('A cat [queue]');
	expect((await call('POST', `/__sandbox/jobs/${id}/finish`, { status: 'SUCCESS' })).json).toMatchObject({
		status: 'SUCCESS',
	});
	expect((await call('POST', `/__sandbox/jobs/${id}/finish`, { status: 'FAILURE' })).status).toBe(409);
	expect(sandbox.books()).toMatchObject({ generationsBilled: 1 });
	expect(Object.keys(((await call('GET', '/docs/json')).json as { paths: object }).paths)).toEqual(
		expect.arrayContaining(['/v1/images/generate', '/v1/tasks/{task_id}/cancel', '/v1/history/{batch_id}']),
	);
});
