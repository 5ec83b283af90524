import { startReceiver, startTestClient, type TestClient, until } from '../testClient';

let client: TestClient;
const GENERATE = '/v1/images/generate';

beforeAll(async () => {
	client = await startTestClient({ dialect: 'real' });
});
beforeEach(() => client.sandbox.reset());
afterAll(() => client.sandbox.close());

type Row = { id: string; status: string; resultUrls: string[] | null; errorCode: string | null };
const rows = async (query = '') => (await client.call('GET', `/v1/jobs${query}`)).json['items'] as Row[];

test('the next page starts with the cursor row, so that pages of one never advance', async () => {
	for (let index = 0; index < 3; index++) await client.submit({ prompt: `${index}` });
	const first = (await client.call('GET', '/v1/jobs?limit=2')).json;
	const items = first['items'] as Row[];
	expect(first['nextCursor']).toBe(items[1]?.id);
	expect((await rows(`?limit=2&cursor=${String(first['nextCursor'])}`))[0]?.id).toBe(items[1]?.id);
	const one = (await client.call('GET', '/v1/jobs?limit=1')).json;
	const next = (await client.call('GET', `/v1/jobs?limit=1&cursor=${String(one['nextCursor'])}`)).json;
	expect(next['nextCursor']).toBe(one['nextCursor']);
});

test('a running job has no pictures in get, and none, then some, in the list', async () => {
	const id = await client.submit({ prompt: '[slow:300]', sampleCount: 10 });
	expect((await rows())[0]?.resultUrls).toBeNull();
	const row = await until(async () => (await rows()).find((item) => (item.resultUrls?.length ?? 0) > 0) ?? null);
	expect(row.status).toBe('RUNNING');
	expect(row.resultUrls?.length).toBeLessThan(10);
	expect((await client.call('GET', `/v1/jobs/${id}`)).json['resultUrls']).toEqual([]);
	await client.reach(id, 'SUCCEEDED');
	expect((await rows())[0]?.resultUrls).toHaveLength(10);
});

test('has its own codes: 401 UNAUTHORIZED, 404 NOT_FOUND, 500 for a bad body or id, HTML for broken JSON', async () => {
	const outcomes = [
		await client.call('GET', '/v1/jobs', undefined, { authorization: 'Bearer x' }),
		await client.call('GET', '/v1/jobs/cmkuz35wf00034rk15ycgzvce'),
		await client.call('POST', GENERATE, { prompt: 'x', sampleCount: 99 }),
		await client.call('GET', '/v1/jobs/17'),
	].map(({ status, json }) => [status, json['error']]);
	expect(outcomes).toEqual([
		[401, 'UNAUTHORIZED'],
		[404, 'NOT_FOUND'],
		[500, 'INTERNAL_ERROR'],
		[500, 'INTERNAL_ERROR'],
	]);
	const broken = await client.call('POST', GENERATE, '{"prompt"', { authorization: 'Bearer x' });
	expect([broken.status, broken.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
	const large = await client.call('POST', GENERATE, {
		prompt: 'x',
		inputImageUrl: `data:image/png;base64,${'A'.repeat(103_000)}`,
	});
	expect(large.status).toBe(413);
	expect((await client.call('GET', '/v1/jobs?page=2')).status).toBe(200);
	expect((await client.call('GET', '/v1/jobs?limit=0')).json['error']).toBe('INTERNAL_ERROR');
	expect(await client.submit({ prompt: 'x', unknown: 1, inputImageUrl: 'data:image/png;base64,AAAA' })).toMatch(/^c/);
});

test.each([
	['TENANT_CONC_LIMIT', { maxConcurrent: 1 }],
	['TENANT_RATE_LIMIT', { requestsPerMinute: 1 }],
])('over the limit a job goes RETRYING with %s instead of being rejected', async (code, limits) => {
	client.sandbox.settings(limits);
	await client.submit({ prompt: '[slow:60]' });
	const second = await client.submit({ prompt: '[slow:60]' });
	const row = await until(async () => (await rows('?status=RETRYING'))[0] ?? null);
	expect([row.id, row.errorCode]).toEqual([second, code]);
	expect((await client.call('GET', `/v1/jobs/${second}`)).json['error']).toBeNull();
	client.sandbox.settings({ requestsPerMinute: 0, maxConcurrent: 0 });
	await client.reach(second, 'SUCCEEDED');
	expect(client.sandbox.books().tooManyRequests).toBe(0);
});

test('a repeated key returns the present state of the job, and a cancelled job keeps its key', async () => {
	const headers = { 'idempotency-key': 'k' };
	const id = await client.submit({ prompt: '[queue]' }, headers);
	await client.call('DELETE', `/v1/jobs/${id}`);
	const { status, json } = await client.call('POST', GENERATE, { prompt: '[queue]' }, headers);
	expect(status).toBe(202);
	expect(json).toEqual({
		jobId: id,
		status: 'CANCELED',
		resultUrls: [],
		error: null,
		createdAt: expect.any(String),
		updatedAt: expect.any(String),
	});
});

test('the same key twice at once is one job, two generations and two webhooks', async () => {
	const receiver = await startReceiver();
	client.sandbox.settings({ webhookUrl: receiver.url });
	const headers = { 'idempotency-key': 'twice' };
	const [first, second] = await Promise.all([
		client.submit({ prompt: 'x' }, headers),
		client.submit({ prompt: 'x' }, headers),
	]);
	expect(second).toBe(first);
	await until(() => (receiver.received.length === 2 ? true : null));
	const events = receiver.received.map((one) => one.json());
	expect(events.map((event) => event['jobId'])).toEqual([first, first]);
	expect(new Set(events.map((event) => event['eventId'])).size).toBe(2);
	expect(client.sandbox.books().jobs.map((job) => job.generationsBilled)).toEqual([2]);
	await receiver.close();
});

test('every attempt of a webhook is built and signed again, with the same number as its event', async () => {
	const receiver = await startReceiver(500);
	client.sandbox.settings({ webhookUrl: receiver.url, webhookRetryDelaysMs: [15] });
	await client.submit({ prompt: 'x' });
	await until(() => (receiver.received.length === 2 ? true : null));
	const [first, second] = receiver.received;
	expect(first?.json()['eventId']).toMatch(/^\d+$/);
	expect(second?.json()['eventId']).toBe(first?.json()['eventId']);
	expect(second?.body).not.toBe(first?.body);
	expect(second?.signature).not.toBe(first?.signature);
	expect(first?.json()).not.toHaveProperty('error');
	await receiver.close();
});

test('a failure is announced without pictures; a cancelled or worn-out job is not announced at all', async () => {
	const receiver = await startReceiver();
	client.sandbox.settings({ webhookUrl: receiver.url });
	const canceled = await client.submit({ prompt: '[queue]' });
	await client.call('DELETE', `/v1/jobs/${canceled}`);
	const wornOut = await client.submit({ prompt: '[slow:5][retry:9]' });
	expect(await client.reach(wornOut, 'FAILED')).toMatchObject({ error: { code: 'PROVIDER_ERROR' } });
	const failed = await client.submit({ prompt: '[fail:INVALID_REQUEST]' });
	await until(() => (receiver.received.length > 0 ? true : null));
	expect(receiver.received.map((one) => one.json()['jobId'])).toEqual([failed]);
	expect(receiver.received[0]?.json()).toMatchObject({ status: 'FAILED', error: { code: 'INVALID_REQUEST' } });
	expect(receiver.received[0]?.json()).not.toHaveProperty('resultUrls');
	await receiver.close();
});
