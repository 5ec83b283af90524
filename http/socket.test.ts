import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { createApiClient } from './apiClient';

let server: Server | undefined;
let sockets: WebSocketServer | undefined;
afterEach(async () => {
	for (const client of sockets?.clients ?? []) client.terminate();
	await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});

/** A real WebSocket server; `act` runs for each client. */
async function serve(act: (client: WebSocket, headers: Record<string, unknown>) => void) {
	server = createServer((_request, response) => response.writeHead(404).end('404 page not found'));
	sockets = new WebSocketServer({ noServer: true });
	server.on('upgrade', (request, socket, head) => {
		if (request.url !== '/api/ws/1') return void socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
		sockets?.handleUpgrade(request, socket, head, (client) => act(client, request.headers));
	});
	await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	return createApiClient({
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
		headers: { 'x-key': 'top-secret-key' },
		secrets: ['top-secret-key'],
	});
}

const collect = async (messages: AsyncIterable<string>) => {
	const got: string[] = [];
	try {
		for await (const message of messages) got.push(message);
		return { got, error: null };
	} catch (error) {
		return { got, error };
	}
};

it('gives the messages in order, sends the headers, masks the secret, and ends with a normal close', async () => {
	const api = await serve((client, headers) => {
		client.send('one');
		client.send(Buffer.from([1, 2]));
		client.send(`you are ${String(headers['x-key'])}`);
		client.close(1000);
	});
	expect(await collect(api.socket('/ws/1', {}))).toEqual({ got: ['one', 'you are ***'], error: null });
});

it.each([
	[1013, { code: 'overloaded' }],
	[1011, { code: 'network' }],
	[1001, { code: 'network' }],
])('a close with %d is an error', async (code, error) => {
	const api = await serve((client) => {
		client.send('one');
		client.close(code);
	});
	expect(await collect(api.socket('/ws/1', {}))).toMatchObject({ got: ['one'], error });
});

it('a connection that breaks is an error, and the received part is kept', async () => {
	const api = await serve((client) => client.send('one', () => client.terminate()));
	expect(await collect(api.socket('/ws/1', {}))).toMatchObject({
		got: ['one'],
		error: { code: 'network', retryable: true },
	});
});

it('a server without sockets, and one that is not there, are errors', async () => {
	const api = await serve(() => undefined);
	expect(await collect(api.socket('/nothing', {}))).toMatchObject({ got: [], error: { code: 'network' } });
	const noServer = createApiClient({ baseUrl: 'http://127.0.0.1:1', headers: {}, secrets: [] });
	expect(await collect(noServer.socket('/ws/1', {}))).toMatchObject({ got: [], error: { code: 'network' } });
});

it('a signal closes it', async () => {
	const stop = new AbortController();
	const closed = Promise.withResolvers<unknown>();
	const api = await serve((client) => {
		client.on('close', () => closed.resolve(null));
		client.send('one');
	});
	const messages = api.socket('/ws/1', { signal: stop.signal })[Symbol.asyncIterator]();
	expect(await messages.next()).toEqual({ done: false, value: 'one' });
	stop.abort();
	await expect(messages.next()).rejects.toMatchObject({ code: 'canceled' });
	await closed.promise;
});

it('a reader that stops early closes it, and a message that is too long is an error', async () => {
	const closed = Promise.withResolvers<unknown>();
	const api = await serve((client) => {
		client.on('close', () => closed.resolve(null));
		client.send('one');
		client.send('x'.repeat(5000));
	});
	for await (const message of api.socket('/ws/1', {})) {
		expect(message).toBe('one');
		break;
	}
	await closed.promise;
	expect(await collect(api.socket('/ws/1', { maxBytes: 1000 }))).toMatchObject({
		got: ['one'],
		error: { code: 'network' },
	});
});

it('a close without a code is a normal end', async () => {
	const api = await serve((client) => {
		client.send('one');
		client.close();
	});
	expect(await collect(api.socket('/ws/1', {}))).toEqual({ got: ['one'], error: null });
});

it.each([
	[1013, 'overloaded', /127\.0\.0\.1/],
	[1011, 'network', /127\.0\.0\.1.*\(1011\)/],
])('the error of a close with %d names the server', async (number, code, message) => {
	const api = await serve((client) => client.close(number));
	const { error } = await collect(api.socket('/ws/1', {}));
	expect(error).toMatchObject({ code, delivery: 'answered' });
	expect(String(error)).toMatch(message);
});

it('a message of exactly the largest size is taken', async () => {
	const api = await serve((client) => client.send('x'.repeat(1000), () => client.close(1000)));
	expect(await collect(api.socket('/ws/1', { maxBytes: 1000 }))).toEqual({ got: ['x'.repeat(1000)], error: null });
});

it('a redirect is not followed: it would send the key to another server', async () => {
	await serve(() => undefined);
	let visits = 0;
	server?.removeAllListeners('upgrade');
	server?.on('upgrade', (request, socket) => {
		visits++;
		socket.end(`HTTP/1.1 302 Found\r\nlocation: ws://${request.headers.host ?? ''}/other\r\n\r\n`);
	});
	const api = createApiClient({
		baseUrl: `http://127.0.0.1:${(server?.address() as AddressInfo).port}/api`,
		headers: {},
		secrets: [],
	});
	expect(await collect(api.socket('/ws/1', {}))).toMatchObject({ got: [], error: { code: 'network' } });
	expect(visits).toBe(1);
});

it('a server that does not answer the handshake is given up', async () => {
	await serve(() => undefined);
	server?.removeAllListeners('upgrade');
	const pending: Array<{ destroy: () => void }> = [];
	server?.on('upgrade', (_request, socket) => pending.push(socket));
	const api = createApiClient({
		baseUrl: `http://127.0.0.1:${(server?.address() as AddressInfo).port}/api`,
		headers: {},
		secrets: [],
	});
	const { error } = await collect(api.socket('/ws/1', { handshakeTimeoutMs: 100 }));
	expect(error).toMatchObject({ retryable: true });
	for (const socket of pending) socket.destroy();
});

it('a reader that is slow stops the flood at the server, and loses nothing', async () => {
	const sent = 20_000;
	let server: WebSocket | undefined;
	const api = await serve((client) => {
		server = client;
		for (let number = 0; number < sent; number++)
			client.send(JSON.stringify({ number, filler: 'x'.repeat(1_000) }));
		client.close(1000);
	});
	let received = 0;
	let unsentAtFirst = 0;
	for await (const text of api.socket('/ws/1', {})) {
		if (received === 0) {
			// Long enough for everything to arrive, if it were read.
			for (let turn = 0; turn < 2_000; turn++) await new Promise((resolve) => setImmediate(resolve));
			unsentAtFirst = server?.bufferedAmount ?? 0;
		}
		expect((JSON.parse(text) as { number: number }).number).toBe(received++);
	}
	expect(received).toBe(sent);
	expect(unsentAtFirst).toBeGreaterThan(1_000_000);
});
