import { connect } from 'node:net';
import { startTestClient, type TestClient } from '../testClient';

let client: TestClient;

beforeAll(async () => {
	client = await startTestClient({ dialect: 'real' });
});
beforeEach(() => client.sandbox.reset());
afterAll(() => client.sandbox.close());

/** Sends header values byte for byte. The client of Node or of a browser would encode or reject some of them. */
const send = (keys: string[]) =>
	new Promise<number>((resolve, reject) => {
		const body = '{"prompt":"x"}';
		const lines = [
			'POST /v1/images/generate HTTP/1.1',
			'host: x',
			'connection: close',
			'authorization: Bearer img_test_dev_123456789',
			'content-type: application/json',
			`content-length: ${body.length}`,
			...keys.map((key) => `Idempotency-Key: ${key}`),
		];
		const socket = connect(client.sandbox.port, '127.0.0.1').on('error', reject);
		socket.on('data', (answer) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer.toString())?.[1])));
		socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'));
	});
const keysInBooks = () => client.sandbox.books().jobs.map(({ idempotencyKey }) => idempotencyKey);

test.each([
	['plain text', 'order-1/ä b'],
	['inner spaces and quotes', '"a  b"'],
	['UTF-8', Buffer.from('заказ 1').toString('latin1')],
	['UTF-8, which differs in one byte', Buffer.from('заказ 2').toString('latin1')],
	['two spaces of another kind', '\u00a0key\u00a0'],
	['very long', 'k'.repeat(4000)],
])('%s is booked as it arrived, a character for a byte', async (_what, key) => {
	for (const dialect of ['document', 'real'] as const) {
		client.sandbox.reset();
		client.sandbox.settings({ dialect });
		expect([await send([key]), await send([key])]).toEqual([202, 202]);
		expect(keysInBooks()).toEqual([key]);
	}
});

test('keys that differ in a byte are two keys', async () => {
	for (const text of ['заказ 1', 'заказ 2', 'a', 'A', 'a.']) await send([Buffer.from(text).toString('latin1')]);
	expect(new Set(keysInBooks()).size).toBe(5);
});

test('two keys are rejected; the real server joins them', async () => {
	expect(await send(['a', 'b'])).toBe(202);
	expect(keysInBooks()).toEqual(['a, b']);
	client.sandbox.settings({ dialect: 'document' });
	expect([await send(['a', 'b']), await send([''])]).toEqual([400, 400]);
	expect(client.sandbox.books().jobs).toHaveLength(1);
});
