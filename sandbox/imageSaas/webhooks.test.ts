import { createHmac } from 'node:crypto';
import { startReceiver, startTestClient, type TestClient, until } from '../testClient';

let client: TestClient;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
	client = await startTestClient();
});
beforeEach(async () => {
	client.sandbox.reset();
	receiver = await startReceiver();
	client.sandbox.settings({ webhookUrl: receiver.url });
});
afterEach(() => receiver.close());
afterAll(() => client.sandbox.close());

const signed = (body: string, secret = 'whsec_sandbox') =>
	`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const arrived = (count: number) => until(() => (receiver.received.length >= count ? receiver.received : null));

test('an end is announced with the documented payload, signed over its very bytes', async () => {
	const id = await client.submit({ prompt: 'Straße 灯塔' });
	const [only] = await arrived(1);
	expect(only?.json()).toEqual({
		eventId: expect.stringMatching(/^evt_\d{10}$/),
		jobId: id,
		tenantId: 'cmktx999f0000ssga7o497182',
		status: 'SUCCEEDED',
		resultUrls: [`${client.sandbox.url}/assets/${id}/image_1.png`],
		error: null,
		timestamp: expect.any(Number),
	});
	expect(only?.signature).toBe(signed(String(only?.body)));
	expect(Math.abs(Date.now() - Number(only?.json()['timestamp']))).toBeLessThan(3000);
});

test('failed and canceled jobs are announced too', async () => {
	const failed = await client.submit({ prompt: '[fail:SERVICE_OVERLOAD]' });
	const canceled = await client.submit({ prompt: '[queue]' });
	await client.call('DELETE', `/v1/jobs/${canceled}`);
	const events = (await arrived(2)).map((one) => one.json());
	expect(events.find((event) => event['jobId'] === failed)).toMatchObject({
		status: 'FAILED',
		resultUrls: [],
		error: { code: 'SERVICE_OVERLOAD' },
	});
	expect(events.find((event) => event['jobId'] === canceled)).toMatchObject({ status: 'CANCELED', error: null });
});

test('a delivery without a 2xx answer is repeated unchanged, once per delay', async () => {
	await receiver.close();
	receiver = await startReceiver(500, 302, 503, 503);
	client.sandbox.settings({ webhookUrl: receiver.url });
	await client.submit({ prompt: 'x' });
	const attempts = await until(() =>
		client.sandbox.books().webhooks.length === 3 ? client.sandbox.books().webhooks : null,
	);
	expect(attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
		[1, 500],
		[2, 302],
		[3, 503],
	]);
	expect(new Set(receiver.received.map((one) => one.body)).size).toBe(1);
});

test('a receiver that is not there is tried again', async () => {
	await receiver.close();
	await client.submit({ prompt: 'x' });
	const attempts = await until(() =>
		client.sandbox.books().webhooks.length === 3 ? client.sandbox.books().webhooks : null,
	);
	expect(attempts.map(({ status }) => status)).toEqual([null, null, null]);
	receiver = await startReceiver();
});

test("another tenant's jobs are not announced", async () => {
	client.sandbox.settings({ apiKeys: { second: 'tenant-2' } });
	await client.submit({ prompt: 'x [slow:0]' }, { authorization: 'Bearer second' });
	const mine = await client.submit({ prompt: 'x' });
	expect((await arrived(1)).map((one) => one.json()['jobId'])).toEqual([mine]);
});

describe('drills', () => {
	let jobId = '';
	beforeEach(async () => {
		client.sandbox.settings({ webhookUrl: null });
		jobId = await client.submit({ prompt: 'x' });
		await client.reach(jobId, 'SUCCEEDED');
		client.sandbox.settings({ webhookUrl: receiver.url });
	});
	const drill = async (body: Record<string, unknown>) => {
		const answer = await client.call('POST', '/__sandbox/webhooks', { jobId, ...body });
		return { ...answer, received: receiver.received };
	};

	test('a plain one is valid, and its answer contains the answer of the receiver', async () => {
		const { json, received } = await drill({});
		expect(json['deliveries']).toEqual([expect.objectContaining({ jobId, attempt: 1, status: 200 })]);
		expect(received[0]?.signature).toBe(signed(String(received[0]?.body)));
	});

	test('signatures can be missing, forged, or made with another secret', async () => {
		const answers = [
			await drill({ how: 'unsigned' }),
			await drill({ how: 'forged' }),
			await drill({ how: 'wrongSecret' }),
		];
		expect(answers.map((one) => one.status)).toEqual([200, 200, 200]);
		const [first, second, third] = receiver.received;
		expect(first?.signature).toBeUndefined();
		for (const one of [second, third]) {
			expect(one?.signature).toMatch(/^sha256=[0-9a-f]{64}$/);
			expect(one?.signature).not.toBe(signed(String(one?.body)));
		}
	});

	test('stale ones are old but signed', async () => {
		const { received } = await drill({ how: 'stale', ageMs: 600_000 });
		expect(Date.now() - Number(received[0]?.json()['timestamp'])).toBeGreaterThanOrEqual(600_000);
		expect(received[0]?.signature).toBe(signed(String(received[0]?.body)));
	});

	test('duplicates are the same bytes twice', async () => {
		const { received } = await drill({ how: 'duplicate' });
		expect(received).toHaveLength(2);
		expect(received[1]?.body).toBe(received[0]?.body);
	});

	test('reordered, the end arrives before the news of the run', async () => {
		const { received } = await drill({ how: ['reordered', 'late'], delayMs: 1 });
		expect(received.map((one) => one.json()['status'])).toEqual(['SUCCEEDED', 'RUNNING']);
		expect(Number(received[1]?.json()['timestamp'])).toBeLessThan(Number(received[0]?.json()['timestamp']));
	});

	test('bodies can be oversized, broken, or contain unknown values', async () => {
		await drill({ how: 'oversized', bytes: 300_000 });
		await drill({ how: 'invalidJson' });
		await drill({ how: ['unknownStatus', 'extraFields'] });
		const [large, broken, odd] = receiver.received;
		expect(large?.body.length).toBeGreaterThan(300_000);
		expect(() => broken?.json()).toThrow();
		expect(broken?.signature).toBe(signed(String(broken?.body)));
		expect(odd?.json()).toMatchObject({ status: 'PAUSED', schemaVersion: 2, jobId });
	});

	test('a given payload is sent unchanged', async () => {
		await client.call('POST', '/__sandbox/webhooks', { payload: { hello: 1 } });
		expect(receiver.received[0]?.json()).toEqual({ hello: 1 });
	});

	test('a drill for an unknown job, or without a receiver, is rejected', async () => {
		expect((await drill({ jobId: 'nobody' })).status).toBe(404);
		client.sandbox.settings({ webhookUrl: null });
		expect((await drill({})).status).toBe(409);
		expect((await drill({ how: 'upside-down' })).status).toBe(400);
	});
});
