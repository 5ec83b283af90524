import { type Loopback, loopback } from '../test/support/loopback';
import { createApiClient } from './apiClient';

let server: Loopback | undefined;
const serve = async (...args: Parameters<typeof loopback>) => (server = await loopback(...args));
afterEach(async () => {
	await server?.close();
	server = undefined;
});

const client = (baseUrl: string) => createApiClient({ baseUrl, headers: { authorization: 'Bearer top-secret-key' }, secrets: ['top-secret-key'] });

it('sends method, path, query, headers and JSON as asked, and gives any status as an answer', async () => {
	const { url } = await serve((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => response.writeHead(418, { 'X-Kind': 'tea' }).end(JSON.stringify({ method: request.method, url: request.url, type: request.headers['content-type'], extra: request.headers['x-extra'], body })));
	});
	const answer = await client(url).send({ method: 'POST', path: '/v1/a', query: { limit: 1, cursor: undefined, q: 'ä b' }, json: { prompt: '灯塔' }, headers: { 'x-extra': '1' } });
	expect(answer.status).toBe(418);
	expect(answer.headers['x-kind']).toBe('tea');
	expect(JSON.parse(answer.text)).toEqual({ method: 'POST', url: '/v1/a?limit=1&q=%C3%A4+b', type: 'application/json', extra: '1', body: '{"prompt":"灯塔"}' });
});

it('fifty calls one after the other share a connection', async () => {
	const { url, connections } = await serve((_request, response) => response.end('{}'));
	const api = client(url);
	for (let n = 0; n < 50; n++) await api.send({ method: 'GET', path: '/' });
	expect(connections()).toBeLessThanOrEqual(2);
});

it('the secret is in no answer that repeats it', async () => {
	const { url } = await serve((request, response) => response.end(JSON.stringify({ youSent: request.headers.authorization })));
	expect((await client(url).send({ method: 'GET', path: '/' })).text).toBe('{"youSent":"Bearer ***"}');
});

it('a redirect is not followed, since it would carry the key elsewhere', async () => {
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
	await expect(client(url).send({ method: 'POST', path: '/', timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout', delivery: 'ambiguous', retryable: true });
});

it('an answer larger than allowed is refused and not read on', async () => {
	const { url } = await serve((_request, response) => response.end('x'.repeat(10_000)));
	await expect(client(url).send({ method: 'GET', path: '/', maxBytes: 1_000 })).rejects.toMatchObject({ code: 'malformedResponse', delivery: 'ambiguous' });
});

it('stopping ends a call at once', async () => {
	const { url } = await serve(() => undefined);
	const stop = new AbortController();
	const answer = client(url).send({ method: 'GET', path: '/', signal: stop.signal });
	setImmediate(() => stop.abort());
	await expect(answer).rejects.toMatchObject({ code: 'canceled' });
	await expect(client(url).send({ method: 'GET', path: '/', signal: stop.signal })).rejects.toMatchObject({ code: 'canceled', delivery: 'notSent' });
});

it('where nothing listens nothing was sent, and the message names the address and no key', async () => {
	const gone = await loopback(() => undefined);
	await gone.close();
	const failure: unknown = await client(gone.url).send({ method: 'POST', path: '/secret-path' }).catch((error: unknown) => error);
	expect(failure).toMatchObject({ code: 'network', delivery: 'notSent', message: `Connection failed: nothing listens at ${gone.url}` });
	expect(JSON.stringify(failure) + String((failure as Error).stack) + String((failure as Error).cause)).not.toContain('top-secret-key');
});

it('a connection cut after the request leaves open what became of it', async () => {
	const { url } = await serve((request) => request.on('data', () => undefined).on('end', () => request.socket.resetAndDestroy()));
	await expect(client(url).send({ method: 'POST', path: '/', json: {} })).rejects.toMatchObject({ code: 'network', delivery: 'ambiguous' });
});
