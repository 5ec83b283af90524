import { ImageError } from '../../model/errors';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { countingCall, enough, lookUpCall, submitCall } from '../../test/support/providerCalls';
import { nanoBananaProAdapter } from './adapter';

const { since } = lookUpCall();
const soon = new Date(since + 1_000).toISOString();
const long = new Date(since - 3_600_000).toISOString();
const request = { prompt: 'A fox', count: 3 };

function session(api: 'v1.6' | 'tasks', reply: (path: string, call: number) => Reply) {
	const server = jsonServer(({ path }, call) => reply(path, call));
	return {
		...server,
		...nanoBananaProAdapter.connect(
			nanoBananaProAdapter.endpoint({ baseUrl: 'https://n.example', api, geminiApiKey: 'AIza' }),
			server.transport,
		),
	};
}

describe('v1.6: a job is one request', () => {
	const task = (more: object = {}): Reply => ({
		body: { code: 0, data: { id: 'a', status: 'processing', totalCount: 3, ...more } },
	});

	it('which is paid for once', async () => {
		const { submit, paths } = session('v1.6', () => task());
		const { call, parts, ids } = countingCall();
		expect((await submit(request, call)).job).toMatchObject({ id: 'a', total: 3, idempotencyKey: 'key-1' });
		expect([parts, [...ids]]).toEqual([[0], [[0, 'a']]]);
		expect(paths()).toEqual(['POST /api/v1/generate/batch']);
	});

	it('and given without a request if it was made before, given up or not', async () => {
		for (const givenUp of [undefined, enough]) {
			const { submit, asked } = session('v1.6', () => ({ status: 404, body: 'not found' }));
			const { call, parts } = countingCall({ made: new Map([[0, 'a']]), givenUp });
			expect((await submit(request, call)).job).toMatchObject({
				id: 'a~3',
				total: 3,
				status: 'queued',
				error: null,
			});
			expect([parts, asked]).toEqual([[], []]);
		}
	});

	it('or given up', async () => {
		const { submit, asked } = session('v1.6', () => task());
		await expect(submit(request, submitCall({ givenUp: enough }))).rejects.toBe(enough);
		expect(asked).toEqual([]);
	});

	it('which is looked up among older ones that still run', async () => {
		const row = (id: string, createdAt: string, status: string, more: object = {}) => ({
			id,
			createdAt,
			status,
			prompt: 'A fox',
			model: 'gemini-2.5-flash-image',
			totalCount: 3,
			...more,
		});
		const { lookUp, asked } = session('v1.6', () => ({
			body: {
				code: 0,
				data: {
					list: [
						row('old', long, 'processing', { prompt: 'A dog' }),
						row('other', soon, 'completed', { totalCount: 4 }),
						row('own', soon, 'completed'),
						row('older', long, 'completed'),
					],
					total: 4,
				},
			},
		}));
		expect(await lookUp?.(request, lookUpCall())).toEqual({ found: new Map([[0, 'own']]), conclusive: true });
		expect(asked.map(({ query }) => query)).toEqual([{ page: 1, pageSize: 100 }]);
	});

	it.each([{ list: {} }, { list: 'none' }])('a list that is none (%j) is no empty one', async (data) => {
		const { lookUp } = session('v1.6', () => ({ body: { code: 0, data } }));
		await expect(lookUp?.(request, lookUpCall())).rejects.toMatchObject({ code: 'malformedResponse' });
	});
});

describe('tasks: each image is a request', () => {
	const task = (call: number): Reply => ({ body: { code: 200, data: { task_id: `t${call}`, status: 'pending' } } });

	it('that is paid for; no model is sent where the user chose none', async () => {
		const { submit, asked } = session('tasks', (_path, call) => task(call));
		const { call, parts, ids } = countingCall();
		expect((await submit(request, call)).job).toMatchObject({
			id: 't1,t2,t3~3',
			status: 'queued',
			total: 3,
			completed: 0,
			idempotencyKey: 'key-1',
		});
		expect([parts, [...ids.values()]]).toEqual([
			[0, 1, 2],
			['t1', 't2', 't3'],
		]);
		for (const { json } of asked)
			expect(json).toEqual({ provider: 'gemini', params: { prompt: 'A fox', aspect_ratio: '1:1', count: 1 } });
		await submit({ prompt: 'A fox', count: 1, model: 'm' }, submitCall());
		expect(asked.at(-1)?.json).toMatchObject({ model_id: 'm', params: { model_id: 'm' } });
	});

	it('and what was made before is not sent again', async () => {
		const { submit } = session('tasks', (_path, call) => task(call));
		const { call, parts } = countingCall({ made: new Map([[1, 'b']]) });
		expect((await submit(request, call)).job).toMatchObject({ id: 't1,b,t2~3', status: 'queued' });
		expect(parts).toEqual([0, 2]);
	});

	it('the first that fails ends the call', async () => {
		const { submit, asked } = session('tasks', (_path, call) =>
			call === 2 ? new ImageError('timeout', { message: 'late', delivery: 'ambiguous' }) : task(call),
		);
		await expect(submit(request, submitCall())).rejects.toMatchObject({ code: 'timeout' });
		expect(asked).toHaveLength(2);
	});

	it('given up, the job is what was made', async () => {
		const { submit, asked } = session('tasks', (_path, call) => task(call));
		expect(
			(
				await submit(
					request,
					submitCall({
						made: new Map([
							[0, 'a'],
							[2, 'c'],
						]),
						givenUp: enough,
					}),
				)
			).job,
		).toMatchObject({
			id: 'a,c~3',
			total: 3,
			error: { message: '2 of 3 images were accepted: The server is full' },
		});
		await expect(submit(request, submitCall({ givenUp: enough }))).rejects.toBe(enough);
		expect(asked).toEqual([]);
	});

	it("several lost ones are looked up at once, the oldest first, none that is another's", async () => {
		const row = (task_id: string, created_at: string, more: object = {}) => ({
			task_id,
			created_at,
			status: 'completed',
			prompt: 'A fox',
			model_id: 'gemini-3-pro-image-preview',
			...more,
		});
		const { lookUp } = session('tasks', () => ({
			body: {
				code: 200,
				data: {
					list: [
						row('new', new Date(since + 3_000).toISOString(), { status: 'processing' }),
						row('mine', new Date(since + 2_000).toISOString()),
						row('taken', soon),
						row('older', long),
					],
					total: 4,
				},
			},
		}));
		const looked = await lookUp?.(request, lookUpCall({ parts: [0, 2], takenIds: async () => new Set(['taken']) }));
		expect(looked).toEqual({
			found: new Map([
				[0, 'mine'],
				[2, 'new'],
			]),
			conclusive: true,
		});
	});

	it('an answer without a list is no empty one', async () => {
		const { lookUp } = session('tasks', () => ({ body: { code: 200, data: { rows: [] } } }));
		await expect(lookUp?.(request, lookUpCall())).rejects.toMatchObject({ code: 'malformedResponse' });
	});
});
