import { gzipSync } from 'node:zlib';
import { type Loopback, loopback } from '../test/support/loopback';
import { createApiClient } from './apiClient';

let server: Loopback | undefined;
const serve = async (...args: Parameters<typeof loopback>) => (server = await loopback(...args));
afterEach(async () => {
	await server?.close();
	server = undefined;
});

const client = (baseUrl: string) =>
	createApiClient({ baseUrl, headers: { authorization: 'Bearer top-secret-key' }, secrets: ['top-secret-key'] });

it('sends method, path, query, headers and JSON as asked, and gives any status as an answer', async () => {
	const { url } = await serve((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () =>
			response.writeHead(418, { 'X-Kind': 'tea' }).end(
				JSON.stringify({
					method: request.method,
					url: request.url,
					type: request.headers['content-type'],
					extra: request.headers['x-extra'],
					body,
				}),
			),
		);
	});
	const answer = await client(url).send({
		method: 'POST',
		path: '/v1/a',
		query: { limit: 1, cursor: undefined, q: 'ä b' },
		json: { prompt: '灯塔' },
		headers: { 'x-extra': '1' },
	});
	expect(answer.status).toBe(418);
	expect(answer.headers['x-kind']).toBe('tea');
	expect(JSON.parse(answer.text)).toEqual({
		method: 'POST',
		url: '/v1/a?limit=1&q=%C3%A4+b',
		type: 'application/json',
		extra: '1',
		body: '{"prompt":"灯塔"}',
	});
});

it('the key is masked in the headers of an answer, also of one that is streamed', async () => {
	const { url } = await serve((request, response) => {
		const key = encodeURIComponent(request.headers.authorization ?? '');
		response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${key}.png`).end('{}');
	});
	const sent = await client(url).send({ method: 'GET', path: '/' });
	const opened = await client(url).open({ method: 'GET', path: '/' });
	opened.body.destroy();
	for (const { headers } of [sent, opened])
		expect(headers['content-disposition']).toBe("attachment; filename*=UTF-8''Bearer%20***.png");
});

it('fifty calls one after the other share a connection', async () => {
	const { url, connections } = await serve((_request, response) => response.end('{}'));
	const api = client(url);
	for (let n = 0; n < 50; n++) await api.send({ method: 'GET', path: '/' });
	expect(connections()).toBeLessThanOrEqual(2);
});

it('calls that take long by nature keep no others waiting for a connection', async () => {
	const { url } = await serve((request, response) => {
		if (request.url === '/quick') response.end('{}');
	});
	const api = client(url);
	const stop = new AbortController();
	const slow = Array.from({ length: 40 }, () =>
		api.send({ method: 'GET', path: '/slow', timeoutMs: 300_000, signal: stop.signal }).catch(() => undefined),
	);
	expect((await api.send({ method: 'GET', path: '/quick' })).status).toBe(200);
	stop.abort();
	await Promise.all(slow);
});

it('the secret is in no answer that repeats it', async () => {
	const { url } = await serve((request, response) =>
		response.end(JSON.stringify({ youSent: request.headers.authorization })),
	);
	expect((await client(url).send({ method: 'GET', path: '/' })).text).toBe('{"youSent":"Bearer ***"}');
});

it('a redirect is not followed, since it would send the key to another server', async () => {
	let calls = 0;
	const { url } = await serve((_request, response) => {
		calls++;
		response.writeHead(302, { location: '/elsewhere' }).end();
	});
	expect((await client(url).send({ method: 'GET', path: '/' })).status).toBe(302);
	expect(calls).toBe(1);
});

it('a server that does not answer is a time-out, and the request may have been acted on', async () => {
	const { url } = await serve(() => undefined);
	await expect(client(url).send({ method: 'POST', path: '/', timeoutMs: 50 })).rejects.toMatchObject({
		code: 'timeout',
		delivery: 'ambiguous',
		retryable: true,
	});
});

it('an answer larger than allowed is an error and is not read to its end', async () => {
	const { url } = await serve((_request, response) => response.end('x'.repeat(10_000)));
	await expect(client(url).send({ method: 'GET', path: '/', maxBytes: 1_000 })).rejects.toMatchObject({
		code: 'malformedResponse',
		delivery: 'ambiguous',
	});
});

it('stopping ends a call at once', async () => {
	const { url } = await serve(() => undefined);
	const stop = new AbortController();
	const answer = client(url).send({ method: 'GET', path: '/', signal: stop.signal });
	setImmediate(() => stop.abort());
	await expect(answer).rejects.toMatchObject({ code: 'canceled' });
	await expect(client(url).send({ method: 'GET', path: '/', signal: stop.signal })).rejects.toMatchObject({
		code: 'canceled',
		delivery: 'notSent',
	});
});

it('where nothing listens nothing was sent, and the message names the address and no key', async () => {
	const gone = await loopback(() => undefined);
	await gone.close();
	const failure: unknown = await client(gone.url)
		.send({ method: 'POST', path: '/secret-path' })
		.catch((error: unknown) => error);
	expect(failure).toMatchObject({
		code: 'network',
		delivery: 'notSent',
		message: `Connection failed: nothing listens at ${gone.url}`,
	});
	expect(JSON.stringify(failure) + String((failure as Error).stack) + String((failure as Error).cause)).not.toContain(
		'top-secret-key',
	);
});

it('a connection cut after the request leaves open what became of it', async () => {
	const { url } = await serve((request) =>
		request.on('data', () => undefined).on('end', () => request.socket.resetAndDestroy()),
	);
	await expect(client(url).send({ method: 'POST', path: '/', json: {} })).rejects.toMatchObject({
		code: 'network',
		delivery: 'ambiguous',
	});
});

it('a call that is stopped while it waits ends, and its connection with it', async () => {
	const gone = Promise.withResolvers<null>();
	const arrived = Promise.withResolvers<null>();
	const { url } = await serve((request) => {
		request.socket.on('close', () => gone.resolve(null));
		arrived.resolve(null);
	});
	const stop = new AbortController();
	const answer = client(url).send({ method: 'GET', path: '/', signal: stop.signal });
	await arrived.promise;
	stop.abort();
	await expect(answer).rejects.toMatchObject({ code: 'canceled', delivery: 'ambiguous' });
	await gone.promise;
});

it('many calls at once share a handful of connections', async () => {
	const { url, connections } = await serve((_request, response) => setImmediate(() => response.end('{}')));
	const api = client(url);
	await Promise.all(Array.from({ length: 200 }, () => api.send({ method: 'GET', path: '/' })));
	expect(connections()).toBeLessThanOrEqual(16);
});

it('an answer that breaks off is an error, not half an answer', async () => {
	const { url } = await serve((_request, response) => {
		response.writeHead(200, { 'content-length': '1000' });
		response.write('{"jobId":', () => response.destroy());
	});
	await expect(client(url).send({ method: 'POST', path: '/' })).rejects.toMatchObject({
		code: 'network',
		delivery: 'ambiguous',
	});
});

it('an answer that stops flowing is a time-out', async () => {
	const { url } = await serve((_request, response) => {
		response.writeHead(200);
		response.write('{');
	});
	await expect(client(url).send({ method: 'GET', path: '/', timeoutMs: 60 })).rejects.toMatchObject({
		code: 'timeout',
		message: expect.stringContaining('0.06 s') as string,
	});
});

it('an answer that is small when compressed and too large when unpacked is an error', async () => {
	const { url } = await serve((_request, response) =>
		response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000))),
	);
	await expect(client(url).send({ method: 'GET', path: '/', maxBytes: 100_000 })).rejects.toMatchObject({
		code: 'malformedResponse',
	});
});

it('a host of several addresses where none listens: nothing was sent', async () => {
	const gone = await loopback(() => undefined);
	await gone.close();
	await expect(
		client(gone.url.replace('127.0.0.1', 'localhost')).send({ method: 'POST', path: '/' }),
	).rejects.toMatchObject({ code: 'network', delivery: 'notSent' });
});

it('a host that does not exist: nothing was sent', async () => {
	await expect(client('http://nobody.invalid').send({ method: 'POST', path: '/' })).rejects.toMatchObject({
		code: 'network',
		delivery: 'notSent',
	});
});

it('a request without a body has no body headers, and no header is lost', async () => {
	const { url } = await serve((request, response) =>
		response
			.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] })
			.end(
				JSON.stringify([
					request.headers['content-type'] ?? null,
					request.headers.accept,
					request.headers.authorization,
				]),
			),
	);
	const answer = await client(url).send({ method: 'DELETE', path: '/' });
	expect(JSON.parse(answer.text)).toEqual([null, 'application/json', 'Bearer ***']);
	expect(answer.headers['set-cookie']).toBe('a=1,b=2');
});

it('a text is sent as it is, under the given type, and nothing is added to a request without a body', async () => {
	const { url } = await serve((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => response.end(JSON.stringify([request.headers['content-type'] ?? null, body])));
	});
	const sent = async (more: object) =>
		JSON.parse((await client(url).send({ method: 'POST', path: '/', ...more })).text) as unknown;
	const headers = { 'content-type': 'application/jsonl' };
	expect(await sent({ text: '{"a":1}\n{"b":2}', headers })).toEqual(['application/jsonl', '{"a":1}\n{"b":2}']);
	expect(await sent({ text: '', headers })).toEqual(['application/jsonl', '']);
	expect(await sent({ json: { a: 1 } })).toEqual(['application/json', '{"a":1}']);
	expect(await sent({ json: null })).toEqual(['application/json', 'null']);
	expect((await sent({})) as unknown[]).toContain('');
});

it.each([
	['many objects', `[${'{},'.repeat(1_000_000)}{}]`, 'has more than 100000 values'],
	['a deep list', '['.repeat(1_000_000), 'is nested deeper than 64 levels'],
])('an answer of %s is refused before it is parsed', async (_what, body, problem) => {
	const { url } = await serve((_request, response) =>
		response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body)),
	);
	await expect(client(url).send({ method: 'GET', path: '/' })).rejects.toMatchObject({
		code: 'malformedResponse',
		message: `The answer of ${url} ${problem}`,
		delivery: 'ambiguous',
	});
});

it('a failure keeps its status whatever its body, and a body of lines has no limit as a whole', async () => {
	let status = 500;
	const { url } = await serve((_request, response) => response.writeHead(status).end('['.repeat(100)));
	expect(await client(url).send({ method: 'GET', path: '/' })).toMatchObject({ status: 500 });
	status = 200;
	expect(await client(url).send({ method: 'GET', path: '/', isLines: true })).toMatchObject({ status: 200 });
});
