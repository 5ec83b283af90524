import { connect } from 'node:net';
import type { Fault } from '../index';
import { startTestClient, type TestClient, until } from '../testClient';

let client: TestClient;
const GENERATE = '/v1/images/generate';

beforeAll(async () => {
	client = await startTestClient();
});
beforeEach(() => client.sandbox.reset());
afterAll(() => client.sandbox.close());

const submit = () => client.call('POST', GENERATE, { prompt: 'x' });

test.each([
	['429', 'RATE_LIMIT_EXCEEDED', 7, '7'],
	['503', 'SERVICE_OVERLOAD', 'Wed, 21 Oct 2026 07:28:00 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT'],
	['500', 'UNKNOWN_ERROR', undefined, null],
] as const)(
	"a %s is answered once in the backend's words, with the Retry-After it was given, and makes no job",
	async (kind, code, retryAfter, header) => {
		client.sandbox.fault({ route: 'generate', kind, ...(retryAfter === undefined ? {} : { retryAfter }) });
		const { status, json, headers } = await submit();
		expect([status, json['error'], headers.get('retry-after')]).toEqual([Number(kind), code, header]);
		expect(client.sandbox.books().jobs).toHaveLength(0);
		expect((await submit()).status).toBe(202);
	},
);

test("a code of one's own stands in for the usual one", async () => {
	client.sandbox.fault({ route: 'get', kind: '500', code: 'PROVIDER_ERROR' });
	expect((await client.call('GET', '/v1/jobs/x')).json['error']).toBe('PROVIDER_ERROR');
});

test('a reset leaves no job, a reset after acceptance leaves one: the client cannot tell them apart', async () => {
	client.sandbox.fault({ route: 'generate', kind: 'reset' });
	await expect(submit()).rejects.toThrow('fetch failed');
	expect(client.sandbox.books().jobs).toHaveLength(0);
	client.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept' });
	await expect(submit()).rejects.toThrow('fetch failed');
	const books = client.sandbox.books();
	expect(books.jobs).toHaveLength(1);
	expect(books.outcomes[`POST ${GENERATE} reset`]).toBe(2);
});

test('a hanging request is never answered', async () => {
	client.sandbox.fault({ route: 'list', kind: 'hang' });
	await expect(fetch(`${client.sandbox.url}/v1/jobs`, { signal: AbortSignal.timeout(50) })).rejects.toThrow(
		/timeout/,
	);
	expect(client.sandbox.books().statuses).toEqual({ hang: 1 });
});

test('a truncated answer breaks off before its announced end', async () => {
	client.sandbox.fault({ route: 'list', kind: 'truncated' });
	await expect(client.call('GET', '/v1/jobs')).rejects.toThrow('terminated');
});

test('answers can be broken JSON, or JSON of another shape, while the request takes effect', async () => {
	client.sandbox.fault({ route: 'generate', kind: 'malformed' });
	const { status, text } = await client
		.call('POST', GENERATE, { prompt: 'x' })
		.catch((error: unknown) => ({ status: 202, text: String(error) }));
	expect(status).toBe(202);
	expect(text).toMatch(/JSON/);
	client.sandbox.fault({ route: 'generate', kind: 'wrongShape' });
	expect((await submit()).json).not.toHaveProperty('jobId');
	expect(client.sandbox.books().jobs).toHaveLength(2);
});

test('a huge answer is the right one with megabytes in it', async () => {
	client.sandbox.fault({ route: 'list', kind: 'huge', megabytes: 2 });
	const { json, text } = await client.call('GET', '/v1/jobs');
	expect(text.length).toBeGreaterThan(2 * 1024 * 1024);
	expect(json['items']).toEqual([]);
});

test('a slow answer comes late but right, and others are not held up', async () => {
	client.sandbox.fault({ route: 'list', kind: 'slow', delayMs: 80 });
	const order: string[] = [];
	const slow = client.call('GET', '/v1/jobs').then(({ status }) => order.push(`list ${status}`));
	await client.call('GET', '/health').then(() => order.push('health'));
	await slow;
	expect(order).toEqual(['health', 'list 200']);
});

test('an asset can redirect to where the test wants', async () => {
	client.sandbox.fault({ route: 'asset', kind: 'redirect', location: 'http://169.254.169.254/latest' });
	const { status, headers } = await client.call('GET', '/assets/x/image_1.png');
	expect([status, headers.get('location')]).toEqual([302, 'http://169.254.169.254/latest']);
});

test('faults hit only their route, in their order, as often as they say', async () => {
	client.sandbox.fault({ route: 'list', kind: '503', times: 2 });
	client.sandbox.fault({ route: 'any', kind: '500' });
	const statuses: number[] = [];
	for (let index = 0; index < 4; index++) statuses.push((await client.call('GET', '/v1/jobs')).status);
	expect(statuses).toEqual([503, 503, 500, 200]);
});

test('a chance is drawn so that the same run comes out the same', async () => {
	const run = async () => {
		const fresh = await startTestClient();
		fresh.sandbox.fault({ route: 'health', kind: '503', times: 1000, probability: 0.5 });
		const statuses: number[] = [];
		for (let index = 0; index < 20; index++) statuses.push((await fresh.call('GET', '/health')).status);
		await fresh.sandbox.close();
		return statuses;
	};
	const [first, second] = [await run(), await run()];
	expect(new Set(first)).toEqual(new Set([200, 503]));
	expect(second).toEqual(first);
});

test('an invalid fault is rejected', () => {
	expect(() => client.sandbox.fault({ route: 'asset', kind: 'redirect' })).toThrow('location');
	expect(() => client.sandbox.fault({ route: 'nowhere', kind: '500' } as unknown as Fault)).toThrow();
});

describe('control path', () => {
	test('it works over HTTP without a key, and is not counted, limited or hit', async () => {
		client.sandbox.settings({ requestsPerMinute: 1 });
		client.sandbox.fault({ route: 'any', kind: '500' });
		const noKey = { authorization: '' };
		expect(
			(await client.call('PATCH', '/__sandbox/settings', { maxConcurrent: 9 }, noKey)).json['maxConcurrent'],
		).toBe(9);
		expect((await client.call('POST', '/__sandbox/faults', { route: 'list', kind: '503' }, noKey)).status).toBe(
			204,
		);
		expect((await client.call('GET', '/__sandbox/nothing', undefined, noKey)).status).toBe(404);
		const { json } = await client.call('GET', '/__sandbox/books', undefined, noKey);
		expect(json).toMatchObject({ requests: {}, statuses: {}, connections: 0 });
		expect((await client.call('GET', '/v1/jobs')).status).toBe(500);
		expect((await client.call('GET', '/v1/jobs')).status).toBe(503);
		expect((await client.call('POST', '/__sandbox/reset', undefined, noKey)).status).toBe(204);
		expect((await client.call('GET', '/v1/jobs')).status).toBe(200);
		expect(client.sandbox.books().requests).toEqual({ 'GET /v1/jobs': 1 });
	});

	test('a wrong setting is rejected and changes nothing', async () => {
		for (const patch of [{ dialect: 'french' }, { unknown: 1 }, { maxConcurrent: -1 }]) {
			expect((await client.call('PATCH', '/__sandbox/settings', patch)).status).toBe(400);
		}
		expect((await client.call('GET', '/__sandbox/settings')).json).toMatchObject({
			dialect: 'document',
			maxConcurrent: 0,
		});
	});

	test('a job can be ended by force, once', async () => {
		const id = await client.submit({ prompt: '[hang]' });
		expect(
			(await client.call('POST', `/__sandbox/jobs/${id}/finish`, { status: 'FAILED', error: 'PROVIDER_ERROR' }))
				.status,
		).toBe(200);
		expect((await client.call('GET', `/v1/jobs/${id}`)).json).toMatchObject({
			status: 'FAILED',
			error: { code: 'PROVIDER_ERROR' },
		});
		expect((await client.call('POST', `/__sandbox/jobs/${id}/finish`, { status: 'SUCCEEDED' })).status).toBe(409);
		expect((await client.call('POST', '/__sandbox/jobs/nobody/finish', { status: 'SUCCEEDED' })).status).toBe(404);
	});
});

test('connections are counted by what they carried, however many requests that was', async () => {
	const request = 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n';
	const socket = connect(client.sandbox.port, '127.0.0.1');
	socket.write(request.repeat(3));
	await until(() => (client.sandbox.books().requests['GET /health'] === 3 ? true : null));
	expect(client.sandbox.books().connections).toBe(1);
	socket.destroy();
});

test('closing ends hanging requests and running jobs', async () => {
	const other = await startTestClient();
	other.sandbox.fault({ route: 'health', kind: 'hang' });
	await other.submit({ prompt: '[slow:60000]' });
	const hanging = other.call('GET', '/health');
	await Promise.all([
		expect(hanging).rejects.toThrow(),
		until(() => (other.sandbox.books().statuses['hang'] ? true : null)).then(() => other.sandbox.close()),
	]);
});
