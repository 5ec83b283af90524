import { callsTo } from '../testCall';
import { until } from '../testClient';
import { type NanoBananaProSandbox, startNanoBananaProSandbox } from './server';

let sandbox: NanoBananaProSandbox;
const call: ReturnType<typeof callsTo> = (...args) => callsTo(sandbox.url)(...args);

beforeAll(async () => {
	sandbox = await startNanoBananaProSandbox({ settings: { jobDurationMs: 15, requestsPerSecond: 0 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

interface Row {
	task_id: string;
	id: string;
	prompt: string;
	status: string;
	error_message: string;
}

/** The two APIs, with only the calls that the queue tests need. */
const APIS = {
	document: {
		submit: (prompt: string) =>
			call('POST', '/api/v1/generate/batch', { prompt, model: 'm', count: 1, apiKey: 'gemini-key-1' }),
		idOf: (json: unknown) => (json as { data: Row }).data.id,
		get: async (id: string) => ((await call('GET', `/api/v1/generate/status/${id}`)).json as { data: Row }).data,
		list: async () =>
			((await call('GET', '/api/v1/history?pageSize=100')).json as { data: { list: Row[] } }).data.list,
	},
	real: {
		submit: (prompt: string) =>
			call('POST', '/api/v1/tasks/generate', { provider: 'gemini', params: { prompt, aspect_ratio: '1:1' } }),
		idOf: (json: unknown) => (json as { data: Row }).data.task_id,
		get: async (id: string) => ((await call('GET', `/api/v1/tasks/${id}`)).json as { data: Row }).data,
		list: async () =>
			((await call('GET', '/api/v1/images?page_size=100')).json as { data: { list: Row[] } }).data.list,
	},
};

describe.each(['document', 'real'] as const)('dialect %s', (dialect) => {
	const api = APIS[dialect];
	const submit = async (prompt: string) => api.idOf((await api.submit(prompt)).json);
	const reach = (id: string, status: string) =>
		until(async () => ((await api.get(id)).status === status ? true : null));
	const prompts = async () => (await api.list()).map(({ prompt }) => prompt);
	/** The status of a waiting task. */
	const waiting = dialect === 'real' ? 'pending' : 'processing';
	beforeEach(() => sandbox.settings({ dialect }));

	it('the list has what runs first, what waits second, then the rest, the newest of each first', async () => {
		sandbox.settings({ workers: 2 });
		await reach(await submit('failed long ago [fail:X]'), 'failed');
		await reach(await submit('made long ago'), 'completed');
		for (const prompt of ['runs 1 [hang]', 'runs 2 [hang]', 'waits 1', 'waits 2']) await submit(prompt);
		expect(await prompts()).toEqual([
			'runs 2 [hang]',
			'runs 1 [hang]',
			'waits 2',
			'waits 1',
			'made long ago',
			'failed long ago [fail:X]',
		]);
		expect((await api.list()).map(({ status }) => status)).toEqual([
			'processing',
			'processing',
			waiting,
			waiting,
			'completed',
			'failed',
		]);
	});

	it('so many tasks run at one time as there are workers, in the order of their submits', async () => {
		sandbox.settings({ workers: 1 });
		const [first, second, third] = [await submit('1 [hang]'), await submit('2 [hang]'), await submit('3')];
		expect((await api.get(second)).status).toBe(waiting);
		await call('POST', `/__sandbox/jobs/${first}/finish`);
		await reach(second, 'processing');
		expect((await api.get(third)).status).toBe(waiting);
		sandbox.settings({ workers: 0 });
		await reach(third, 'completed');
		expect(sandbox.books().jobs.map(({ generationsBilled }) => generationsBilled)).toEqual([0, 0, 1]);
	});

	it('a queue that is full answers 503, and nothing more is paid', async () => {
		sandbox.settings({ workers: 1, queueLimit: 2 });
		for (const prompt of ['runs [hang]', 'waits 1', 'waits 2']) await submit(prompt);
		expect(await api.submit('one too many')).toMatchObject({
			status: 503,
			json: { code: 503, ...(dialect === 'real' ? { data: null } : {}) },
		});
		const refused = (await api.list()).filter(({ prompt }) => prompt === 'one too many');
		// The history of the public server still contains it.
		expect(refused).toMatchObject(
			dialect === 'real'
				? [{ status: 'failed', error_message: expect.stringContaining('队列已满') as string }]
				: [],
		);
		expect(sandbox.books().jobs.filter(({ prompt }) => prompt === 'one too many')).toMatchObject(
			dialect === 'real' ? [{ status: 'failed', generationsBilled: 0 }] : [],
		);
		sandbox.settings({ workers: 0 });
		expect((await api.submit('room again')).status).toBe(200);
	});

	it('without a limit only the public server rejects tasks, if 100 wait', async () => {
		sandbox.settings({ workers: 1 });
		const statuses = [];
		for (let n = 0; n < 103; n++) statuses.push((await api.submit(`${n} [hang]`)).status);
		expect(statuses.filter((status) => status === 503)).toHaveLength(dialect === 'real' ? 2 : 0);
		expect(statuses.lastIndexOf(200)).toBe(dialect === 'real' ? 100 : 102);
	});

	it.each(['by method', 'by control path'])(
		'after a restart, waiting and running tasks never change (%s)',
		async (how) => {
			sandbox.settings({ workers: 1 });
			const [runs, waits] = [await submit('runs [slow:200]'), await submit('waits')];
			await reach(runs, 'processing');
			if (how === 'by method') sandbox.restart();
			else expect((await call('POST', '/__sandbox/restart')).status).toBe(204);
			const after = await submit('after');
			await reach(after, 'completed');
			await new Promise((resolve) => setTimeout(resolve, 250));
			expect([(await api.get(runs)).status, (await api.get(waits)).status]).toEqual(['processing', waiting]);
			expect(await prompts()).toEqual(['runs [slow:200]', 'waits', 'after']);
			expect(sandbox.books()).toMatchObject({
				generationsBilled: 1,
				jobs: [
					{ finishedAt: null, generationsBilled: 0 },
					{ finishedAt: null, generationsBilled: 0 },
					{ generationsBilled: 1 },
				],
			});
		},
	);
});

it('pictures that had come before a restart are kept, and paid', async () => {
	const { json } = await call('POST', '/api/v1/generate/batch', {
		prompt: 'x [slow:300]',
		model: 'm',
		count: 3,
		apiKey: 'gemini-key-1',
	});
	const id = APIS.document.idOf(json);
	const come = async () =>
		((await call('GET', `/api/v1/generate/status/${id}`)).json as { data: { completedCount: number } }).data
			.completedCount;
	await until(async () => (await come()) || null);
	sandbox.restart();
	expect(await come()).toBeGreaterThan(0);
	expect(sandbox.books().generationsBilled).toBe(1);
});

it("a public task without a model has the server's own", async () => {
	sandbox.settings({ dialect: 'real' });
	const { json } = await APIS.real.submit('x');
	expect(json).toMatchObject({ data: { model_id: 'gemini-3-pro-image-preview' } });
});
