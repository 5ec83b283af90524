import { startTestClient, type TestClient, until } from '../testClient';

let client: TestClient;
const GENERATE = '/v1/images/generate';

beforeAll(async () => {
	client = await startTestClient();
});
beforeEach(() => client.sandbox.reset());
afterAll(() => client.sandbox.close());

describe('health', () => {
	test('it needs no key', async () => {
		const { status, json } = await client.call('GET', '/health', undefined, { authorization: '' });
		expect(status).toBe(200);
		expect(json).toEqual({ status: 'ok', timestamp: expect.stringMatching(/^\d{4}-.*Z$/) });
	});
});

describe('submit', () => {
	test('it is accepted with an id built as a cuid, and runs to an end with its pictures', async () => {
		const { status, json } = await client.call('POST', GENERATE, { prompt: 'A cat', sampleCount: 2 });
		expect(status).toBe(202);
		expect(json).toEqual({ jobId: expect.stringMatching(/^c[a-z0-9]{24}$/), status: 'QUEUED' });
		const job = await client.reach(String(json['jobId']), 'SUCCEEDED');
		expect(job).toEqual({
			jobId: json['jobId'],
			status: 'SUCCEEDED',
			error: null,
			resultUrls: [1, 2].map(
				(index) => `${client.sandbox.url}/assets/${String(json['jobId'])}/image_${index}.png`,
			),
			createdAt: expect.any(String),
			updatedAt: expect.any(String),
		});
	});

	test.each([
		['no prompt', { mode: 'draft' }],
		['an empty prompt', { prompt: '  ' }],
		['a prompt that is not text', { prompt: 7 }],
		['an unknown mode', { prompt: 'x', mode: 'fast' }],
		['an unknown resolution', { prompt: 'x', resolution: '8K' }],
		['an unknown ratio', { prompt: 'x', aspectRatio: '1:2' }],
		['no picture at all', { prompt: 'x', sampleCount: 0 }],
		['eleven pictures', { prompt: 'x', sampleCount: 11 }],
		['half a picture', { prompt: 'x', sampleCount: 1.5 }],
		['a count as text', { prompt: 'x', sampleCount: '2' }],
		['a reference that is no URL', { prompt: 'x', inputImageUrl: 'cat.png' }],
		['a reference that is not HTTP', { prompt: 'x', inputImageUrl: 'file:///etc/passwd' }],
		['an unknown field', { prompt: 'x', seed: 1 }],
		['a null where a field may be left out', { prompt: 'x', mode: null }],
		['a list', [{ prompt: 'x' }]],
		['broken JSON', '{"prompt": '],
	])('%s is rejected', async (_, body) => {
		const { status, json } = await client.call('POST', GENERATE, body);
		expect(status).toBe(400);
		expect(json).toEqual({ error: 'INVALID_REQUEST', message: expect.any(String) });
		expect(client.sandbox.books().jobs).toHaveLength(0);
	});

	test('a body that is not declared as JSON is rejected', async () => {
		expect((await client.call('POST', GENERATE, '{"prompt":"x"}', { 'content-type': 'text/plain' })).status).toBe(
			400,
		);
	});

	test.each(['', 'Bearer wrong', 'img_test_dev_123456789', 'Basic img_test_dev_123456789'])(
		'the key "%s" is rejected',
		async (authorization) => {
			for (const [method, path, body] of [
				['POST', GENERATE, { prompt: 'x' }],
				['GET', '/v1/jobs'],
				['GET', '/v1/jobs/x'],
				['DELETE', '/v1/jobs/x'],
			] as const) {
				const { status, json } = await client.call(method, path, body, { authorization });
				expect([status, json['error']]).toEqual([401, 'INVALID_API_KEY']);
			}
		},
	);
});

describe('idempotency', () => {
	test('a key makes one job however often it is sent, and is billed once', async () => {
		const headers = { 'idempotency-key': 'order-1' };
		const ids = await Promise.all([1, 2, 3].map(() => client.submit({ prompt: 'A cat' }, headers)));
		expect(new Set(ids).size).toBe(1);
		await client.reach(String(ids[0]), 'SUCCEEDED');
		expect(await client.submit({ prompt: 'A cat' }, headers)).toBe(ids[0]);
		const books = client.sandbox.books();
		expect(books.jobs).toHaveLength(1);
		expect(books.generationsBilled).toBe(1);
		expect(books.jobs[0]).toMatchObject({
			idempotencyKey: 'order-1',
			prompt: 'A cat',
			mode: 'final',
			status: 'SUCCEEDED',
		});
	});

	test('a key belongs to its tenant', async () => {
		client.sandbox.settings({ apiKeys: { second: 'tenant-2' } });
		const mine = await client.submit({ prompt: 'x' }, { 'idempotency-key': 'k' });
		const theirs = await client.submit({ prompt: 'x' }, { 'idempotency-key': 'k', authorization: 'Bearer second' });
		expect(theirs).not.toBe(mine);
		expect((await client.call('GET', `/v1/jobs/${theirs}`)).json['error']).toBe('JOB_NOT_FOUND');
	});

	test('an empty key is rejected', async () => {
		expect((await client.call('POST', GENERATE, { prompt: 'x' }, { 'idempotency-key': '' })).status).toBe(400);
	});
});

describe('list', () => {
	test('pages of one job list all jobs once, newest first, also when a job is added in between', async () => {
		const ids: string[] = [];
		for (let index = 0; index < 4; index++) ids.push(await client.submit({ prompt: `${index}` }));
		const seen: unknown[] = [];
		let cursor: string | undefined;
		do {
			const { json } = await client.call('GET', `/v1/jobs?limit=1${cursor ? `&cursor=${cursor}` : ''}`);
			seen.push(...(json['items'] as { id: string }[]).map((item) => item.id));
			cursor = json['nextCursor'] as string | undefined;
			expect(json['hasMore']).toBe(cursor !== undefined);
			if (seen.length === 1) await client.submit({ prompt: 'late' });
		} while (cursor !== undefined);
		expect(seen).toEqual(ids.reverse());
	});

	test('it filters by status and shows the documented fields', async () => {
		const failed = await client.submit({ prompt: 'x [fail:PROVIDER_ERROR]', mode: 'draft' });
		await client.submit({ prompt: 'y [hang]' });
		await client.reach(failed, 'FAILED');
		const { json } = await client.call('GET', '/v1/jobs?status=FAILED');
		expect(json).toEqual({
			hasMore: false,
			items: [
				{
					id: failed,
					status: 'FAILED',
					prompt: 'x [fail:PROVIDER_ERROR]',
					mode: 'draft',
					resultUrls: [],
					errorCode: 'PROVIDER_ERROR',
					errorMessage: expect.any(String),
					createdAt: expect.any(String),
					updatedAt: expect.any(String),
				},
			],
		});
	});

	test.each(['limit=0', 'limit=101', 'limit=x', 'status=DONE', 'cursor=nonsense', 'page=2'])(
		'%s is rejected',
		async (query) => {
			const { status, json } = await client.call('GET', `/v1/jobs?${query}`);
			expect([status, json['error']]).toEqual([400, 'INVALID_REQUEST']);
		},
	);
});

describe('cancel', () => {
	test('a queued job is canceled, once', async () => {
		const id = await client.submit({ prompt: '[queue]' });
		expect((await client.call('DELETE', `/v1/jobs/${id}`)).json).toEqual({ jobId: id, status: 'CANCELED' });
		const again = await client.call('DELETE', `/v1/jobs/${id}`);
		expect([again.status, again.json['error']]).toEqual([400, 'INVALID_STATE']);
		expect(client.sandbox.books().generationsBilled).toBe(0);
	});

	test('a retrying job is canceled and does not come back', async () => {
		const id = await client.submit({ prompt: '[retry:99]' });
		await until(async () => {
			await client.reach(id, 'RETRYING');
			return (await client.call('DELETE', `/v1/jobs/${id}`)).status === 200 || null;
		});
		await client.reach(await client.submit({ prompt: 'a whole job later' }), 'SUCCEEDED');
		await client.reach(id, 'CANCELED');
	});

	test('a running job is not', async () => {
		const id = await client.submit({ prompt: '[hang]' });
		await client.reach(id, 'RUNNING');
		expect((await client.call('DELETE', `/v1/jobs/${id}`)).json['error']).toBe('INVALID_STATE');
	});

	test('an unknown job is not found', async () => {
		const { status, json } = await client.call('DELETE', '/v1/jobs/cmkuz35wf00034rk15ycgzvce');
		expect([status, json['error']]).toEqual([404, 'JOB_NOT_FOUND']);
	});
});

describe('limits', () => {
	test('the requests of a minute run out, with the seconds to wait, a tenant at a time', async () => {
		client.sandbox.settings({ requestsPerMinute: 2, apiKeys: { second: 'tenant-2' } });
		await client.call('GET', '/v1/jobs');
		await client.call('GET', '/v1/jobs');
		const third = await client.call('GET', '/v1/jobs');
		expect([third.status, third.json['error']]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
		expect(Number(third.headers.get('retry-after'))).toBeGreaterThanOrEqual(59);
		expect((await client.call('GET', '/v1/jobs', undefined, { authorization: 'Bearer second' })).status).toBe(200);
		expect((await client.call('GET', '/health')).status).toBe(200);
		expect(client.sandbox.books().tooManyRequests).toBe(1);
	});

	test('the jobs in flight run out, until one of them ends', async () => {
		client.sandbox.settings({ maxConcurrent: 2 });
		const first = await client.submit({ prompt: '[queue]' });
		await client.submit({ prompt: '[hang]' });
		const third = await client.call('POST', GENERATE, { prompt: 'x' });
		expect([third.status, third.json['error'], third.headers.get('retry-after')]).toEqual([
			429,
			'RATE_LIMIT_EXCEEDED',
			null,
		]);
		await client.call('DELETE', `/v1/jobs/${first}`);
		await client.submit({ prompt: 'x' });
		expect(client.sandbox.books().maxConcurrentJobs).toBe(2);
	});
});

test('a draft is ready before a final that was submitted before it', async () => {
	client.sandbox.settings({ jobDurationMs: 200 });
	const final = await client.submit({ prompt: 'x' });
	const draft = await client.submit({ prompt: 'x', mode: 'draft' });
	const ended = (job: Record<string, unknown>) => Date.parse(String(job['updatedAt']));
	const [quick, slow] = [await client.reach(draft, 'SUCCEEDED'), await client.reach(final, 'SUCCEEDED')];
	expect(ended(quick)).toBeLessThan(ended(slow));
	expect(ended(quick) - Date.parse(String(quick['createdAt']))).toBeGreaterThanOrEqual(95);
});

test('a job with a retry marker passes through RETRYING and is billed once', async () => {
	const id = await client.submit({ prompt: '[retry:2]' });
	await client.reach(id, 'RETRYING');
	await client.reach(id, 'SUCCEEDED');
	expect(client.sandbox.books().generationsBilled).toBe(1);
});

test('an unknown path, a path that cannot be decoded and a large body give errors of the same shape', async () => {
	const outcomes = [
		await client.call('GET', '/v2/jobs'),
		await client.call('GET', '/v1/jobs/%zz'),
		await client.call('POST', GENERATE, { prompt: 'x'.repeat(1_100_000) }),
	].map(({ status, json }) => [status, json['error'], typeof json['message']]);
	expect(outcomes).toEqual([
		[404, 'NOT_FOUND', 'string'],
		[400, 'INVALID_REQUEST', 'string'],
		[413, 'INVALID_REQUEST', 'string'],
	]);
});
