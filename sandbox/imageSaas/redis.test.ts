import { startReceiver, startTestClient, type TestClient, until } from '../testClient';

let client: TestClient;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
	client = await startTestClient({ dialect: 'real' });
});
beforeEach(async () => {
	client.sandbox.reset();
	receiver = await startReceiver();
	client.sandbox.settings({ webhookUrl: receiver.url });
});
afterEach(() => receiver.close());
afterAll(() => client.sandbox.close());

const eventIds = () => receiver.received.map((one) => one.json()['eventId']);
const arrived = (count: number) => until(() => (receiver.received.length >= count ? true : null));
const errorOf = async (id: string) => (await client.reach(id, 'FAILED'))['error'];

describe("the real server's Redis", () => {
	test('emptied, it counts events from 1 again, over the control path too', async () => {
		await client.submit({ prompt: 'x' });
		await arrived(1);
		expect(Number(eventIds()[0])).toBeGreaterThan(1_700_000_000);
		client.sandbox.flushRedis();
		await client.submit({ prompt: 'x' });
		await arrived(2);
		expect((await client.call('POST', '/__sandbox/flush-redis')).status).toBe(204);
		await client.submit({ prompt: 'x' });
		await arrived(3);
		await client.submit({ prompt: 'x' });
		await arrived(4);
		expect(eventIds().slice(1)).toEqual(['1', '1', '2']);
	});

	test('idempotency keys are not in Redis: an old one still finds its job', async () => {
		const headers = { 'idempotency-key': 'kept' };
		const id = await client.submit({ prompt: 'x' }, headers);
		client.sandbox.flushRedis();
		expect(await client.submit({ prompt: 'x' }, headers)).toBe(id);
		expect(client.sandbox.books().jobs).toHaveLength(1);
	});

	test('it holds the counters of running jobs: emptied, one more is let in', async () => {
		client.sandbox.settings({ maxConcurrent: 1 });
		const running = await client.submit({ prompt: '[hang]' });
		await client.reach(running, 'RUNNING');
		await client.reach(await client.submit({ prompt: 'held back' }), 'RETRYING');
		client.sandbox.flushRedis();
		await client.reach(await client.submit({ prompt: 'let in' }), 'SUCCEEDED');
		await client.reach(running, 'RUNNING');
	});

	test('it holds the queue: waiting jobs then never start, running jobs end', async () => {
		const running = await client.submit({ prompt: '[queue:0][slow:60]' });
		await client.reach(running, 'RUNNING');
		const waiting = await client.submit({ prompt: '[queue:150]' });
		client.sandbox.flushRedis();
		await client.reach(running, 'SUCCEEDED');
		await client.reach(await client.submit({ prompt: '[slow:250]' }), 'SUCCEEDED');
		expect((await client.call('GET', `/v1/jobs/${waiting}`)).json['status']).toBe('QUEUED');
	});

	test('it holds the deliveries that are to be repeated', async () => {
		await receiver.close();
		receiver = await startReceiver(500, 500, 500);
		client.sandbox.settings({ webhookUrl: receiver.url, webhookRetryDelaysMs: [150] });
		await client.submit({ prompt: 'x' });
		await until(() => (client.sandbox.books().webhooks.length === 1 ? true : null));
		client.sandbox.flushRedis();
		await new Promise((resolve) => setTimeout(resolve, 250));
		expect(receiver.received).toHaveLength(1);
	});

	test("the document's server has none of this: its events keep their numbers", async () => {
		client.sandbox.settings({ dialect: 'document' });
		const waiting = await client.submit({ prompt: '[queue:10]' });
		client.sandbox.flushRedis();
		await client.reach(waiting, 'SUCCEEDED');
		await arrived(1);
		expect(eventIds()[0]).toMatch(/^evt_\d{10}$/);
	});
});

describe("the server's key of its provider", () => {
	test('rests after five failures in a row, and every job fails at once', async () => {
		client.sandbox.settings({ providerKeyFailures: 5 });
		for (let n = 0; n < 5; n++)
			expect(await errorOf(await client.submit({ prompt: '[fail:PROVIDER_ERROR]' }))).toMatchObject({
				code: 'PROVIDER_ERROR',
			});
		expect(await errorOf(await client.submit({ prompt: 'x' }))).toMatchObject({ code: 'NO_PROVIDER_KEY' });
		await arrived(6);
		expect(receiver.received.at(-1)?.json()).toMatchObject({
			status: 'FAILED',
			error: { code: 'NO_PROVIDER_KEY' },
		});
		expect(client.sandbox.books().generationsBilled).toBe(0);
	});

	test('a success resets the count, and a pause ends', async () => {
		client.sandbox.settings({ providerKeyFailures: 2, providerKeyRestMs: 300 });
		const run = async (prompt: string, status: string) =>
			await client.reach(await client.submit({ prompt }), status);
		await run('[fail:PROVIDER_ERROR]', 'FAILED');
		await run('x', 'SUCCEEDED');
		await run('[fail:PROVIDER_ERROR]', 'FAILED');
		await run('x', 'SUCCEEDED');
		await run('[fail:PROVIDER_ERROR]', 'FAILED');
		await run('[fail:PROVIDER_ERROR]', 'FAILED');
		expect(await run('x', 'FAILED')).toMatchObject({ error: { code: 'NO_PROVIDER_KEY' } });
		await new Promise((resolve) => setTimeout(resolve, 350));
		await run('x', 'SUCCEEDED');
	});

	test("a tenant's own limit counts against it too", async () => {
		client.sandbox.settings({ providerKeyFailures: 1, maxConcurrent: 1 });
		await client.reach(await client.submit({ prompt: '[hang]' }), 'RUNNING');
		const held = await client.submit({ prompt: 'x' });
		expect(await errorOf(held)).toMatchObject({ code: 'NO_PROVIDER_KEY' });
	});

	test('by default it never rests', async () => {
		for (let n = 0; n < 6; n++)
			await client.reach(await client.submit({ prompt: '[fail:PROVIDER_ERROR]' }), 'FAILED');
		await client.reach(await client.submit({ prompt: 'x' }), 'SUCCEEDED');
	});
});
