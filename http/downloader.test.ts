import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { type Loopback, loopback } from '../test/support/loopback';
import { createDownloader } from './downloader';

const limits = { maxBytes: 1_000, timeoutMs: 5_000 };
const policy = { allowedHosts: ['127.0.0.1'], allowedRanges: [], blockedHosts: [], blockedRanges: [] };
const downloader = createDownloader(policy);

let server: Loopback | undefined;
const serve = async (...args: Parameters<typeof loopback>) => (server = await loopback(...args));
afterEach(async () => {
	await server?.close();
	server = undefined;
});

it('streams what lies at an allowed host, without any credentials', async () => {
	const { url } = await serve((request, response) =>
		response.end(JSON.stringify(request.headers.authorization ?? null)),
	);
	const { stream, contentLength } = await downloader.open(`${url}/a.png`, limits);
	expect(await text(stream)).toBe('null');
	expect(contentLength).toBe(4);
});

it('loopback is blocked unless it is allowed, and no request is sent', async () => {
	let asked = 0;
	const { url } = await serve((_request, response) => {
		asked++;
		response.end();
	});
	await expect(createDownloader({ ...policy, allowedHosts: [] }).open(url, limits)).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('not a public address'),
	});
	expect(asked).toBe(0);
});

it('a name of a private address is blocked by the socket itself', async () => {
	const { url } = await serve((_request, response) => response.end());
	const resolving = createDownloader(policy, (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]));
	await expect(resolving.open(`http://pictures.example:${new URL(url).port}/`, limits)).rejects.toMatchObject({
		code: 'invalidRequest',
	});
});

describe('behind a proxy', () => {
	const seen: string[] = [];
	const proxied = async (policyHere: Parameters<typeof createDownloader>[0], address: string, noProxy = '') => {
		seen.length = 0;
		const proxy = await serve((request, response) => {
			seen.push(request.url ?? '');
			response.end('picture');
		});
		return createDownloader(policyHere, (_name, done) => done(null, [{ address, family: 4 }]), {
			HTTP_PROXY: proxy.url,
			NO_PROXY: noProxy,
		});
	};
	const none = { ...policy, allowedHosts: [] };

	it('a private name is refused and the proxy is not asked', async () => {
		const behind = await proxied(none, '10.0.0.1');
		await expect(behind.open('http://pictures.example/a.png', limits)).rejects.toMatchObject({
			code: 'invalidRequest',
		});
		expect(seen).toEqual([]);
	});

	it('a public name, and a private one that is named, are fetched through it', async () => {
		const behind = await proxied(none, '93.184.216.34');
		expect(await text((await behind.open('http://pictures.example/a.png', limits)).stream)).toBe('picture');
		expect(seen).toEqual(['http://pictures.example/a.png']);
		await server?.close();
		const named = await proxied({ ...none, allowedHosts: ['minio:9000'] }, '10.0.0.1');
		expect(await text((await named.open('http://minio:9000/a.png', limits)).stream)).toBe('picture');
		expect(seen).toEqual(['http://minio:9000/a.png']);
	});

	it('a host of NO_PROXY is reached directly, and checked like any other', async () => {
		const open = await proxied({ ...none, allowedRanges: ['127.0.0.1'] }, '127.0.0.1', 'direct.example');
		const { port } = new URL(server?.url ?? '');
		const direct = `http://direct.example:${port}/a.png`;
		expect(await text((await open.open(direct, limits)).stream)).toBe('picture');
		// The path alone, as a server gets it; a proxy gets the whole address.
		expect(seen).toEqual(['/a.png']);
		await server?.close();
		const closed = await proxied(none, '127.0.0.1', 'direct.example');
		await expect(closed.open('http://direct.example/a.png', limits)).rejects.toMatchObject({
			code: 'invalidRequest',
		});
		expect(seen).toEqual([]);
	});
});

it('each redirect is checked like the first address', async () => {
	const { url } = await serve((_request, response) =>
		response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
	);
	await expect(downloader.open(url, limits)).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('169.254.169.254'),
	});
});

it('redirects are followed, also relative ones, up to a limit', async () => {
	const { url } = await serve((request, response) =>
		request.url === '/there'
			? response.end('picture')
			: response.writeHead(302, { location: request.url === '/here' ? '/there' : '/again' }).end(),
	);
	expect(await text((await downloader.open(`${url}/here`, limits)).stream)).toBe('picture');
	await expect(downloader.open(`${url}/again`, limits)).rejects.toMatchObject({
		message: expect.stringContaining('More than 5 redirects'),
	});
});

it('a file is not fetched if its Content-Length is too large', async () => {
	const { url } = await serve((_request, response) => response.end('x'.repeat(1_001)));
	await expect(downloader.open(url, limits)).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('1001 bytes'),
	});
});

it.each([
	[404, 'notFound', false],
	[410, 'notFound', false],
	[403, 'auth', false],
	[429, 'rateLimited', true],
	[500, 'upstream', true],
	[503, 'overloaded', true],
])('status %i is %s', async (status, code, retryable) => {
	const { url } = await serve((_request, response) => response.writeHead(status).end());
	await expect(downloader.open(url, limits)).rejects.toMatchObject({ code, retryable, httpStatus: status });
});

it('an invalid URL is an error that says so', async () => {
	await expect(downloader.open('not a url', limits)).rejects.toMatchObject({ code: 'malformedResponse' });
});

it('the socket connects to the checked address, even if the name resolves differently later', async () => {
	const { url } = await serve((request, response) =>
		response.writeHead(200, { connection: 'close' }).end(request.headers.host),
	);
	const { port } = new URL(url);
	let asked = 0;
	const rebinding = createDownloader({ ...policy, allowedHosts: [], allowedRanges: ['127.0.0.1'] }, (_name, done) =>
		done(null, [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }]),
	);
	expect(await text((await rebinding.open(`http://pictures.example:${port}/`, limits)).stream)).toBe(
		`pictures.example:${port}`,
	);
	expect(asked).toBe(1);
	// A new connection resolves the name again, and the same rule applies.
	await expect(rebinding.open(`http://pictures.example:${port}/`, limits)).rejects.toMatchObject({
		code: 'invalidRequest',
		delivery: 'notSent',
	});
	expect(asked).toBe(2);
});

it('an allowed name leads where it leads, at its port only', async () => {
	const { url } = await serve((_request, response) => response.end('picture'));
	const { port } = new URL(url);
	const named = createDownloader({ ...policy, allowedHosts: [`minio:${port}`] }, (_name, done) =>
		done(null, [{ address: '127.0.0.1', family: 4 }]),
	);
	expect(await text((await named.open(`http://minio:${port}/a.png`, limits)).stream)).toBe('picture');
	await expect(named.open('http://minio:1/a.png', limits)).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('port') as string,
	});
	await expect(named.open(`http://other:${port}/a.png`, limits)).rejects.toMatchObject({ code: 'invalidRequest' });
});

it.each(['file:///etc/passwd', 'ftp://127.0.0.1/a.png', 'gopher://127.0.0.1/', 'http://user:secret@127.0.0.1/'])(
	'a redirect to %s is blocked',
	async (location) => {
		const { url } = await serve((_request, response) => response.writeHead(301, { location }).end());
		await expect(downloader.open(url, limits)).rejects.toMatchObject({ code: 'invalidRequest' });
	},
);

it.each([301, 302, 303, 307, 308])('a %i is followed, and the final URL is reported', async (status) => {
	const { url } = await serve((request, response) =>
		request.url === '/there' ? response.end('picture') : response.writeHead(status, { location: '/there' }).end(),
	);
	const { stream, url: end } = await downloader.open(`${url}/here`, limits);
	expect(await text(stream)).toBe('picture');
	expect(end).toBe(`${url}/there`);
});

it('five redirects are followed, six are not', async () => {
	const { url } = await serve((request, response) => {
		const left = Number((request.url ?? '').slice(1));
		return left === 0 ? response.end('picture') : response.writeHead(302, { location: `/${left - 1}` }).end();
	});
	expect(await text((await downloader.open(`${url}/5`, limits)).stream)).toBe('picture');
	await expect(downloader.open(`${url}/6`, limits)).rejects.toMatchObject({
		code: 'malformedResponse',
		retryable: false,
	});
});

it('a redirect that leads nowhere is an error', async () => {
	const { url } = await serve((request, response) =>
		request.url === '/bare'
			? response.writeHead(302).end()
			: response.writeHead(302, { location: 'http://[' }).end(),
	);
	await expect(downloader.open(`${url}/bare`, limits)).rejects.toMatchObject({
		code: 'invalidRequest',
		httpStatus: 302,
	});
	await expect(downloader.open(`${url}/broken`, limits)).rejects.toMatchObject({
		code: 'malformedResponse',
		retryable: false,
	});
});

it('exactly as much as is allowed is fetched', async () => {
	const { url } = await serve((_request, response) => response.end('x'.repeat(1_000)));
	expect(await text((await downloader.open(url, limits)).stream)).toHaveLength(1_000);
});

it('what does not say how long it is comes without a length', async () => {
	const { url } = await serve((_request, response) => {
		response.write('a');
		response.end('b');
	});
	const { stream, contentLength } = await downloader.open(url, limits);
	expect([await text(stream), contentLength]).toEqual(['ab', null]);
});

it.each([
	[206, 'malformedResponse', true],
	[204, 'malformedResponse', true],
	[400, 'invalidRequest', false],
])('status %i is no picture', async (status, code, retryable) => {
	const { url } = await serve((_request, response) => response.writeHead(status).end());
	await expect(downloader.open(url, limits)).rejects.toMatchObject({ code, retryable, hint: null });
});

it.each([401, 403, 404, 410])('the hint for status %i is that links expire', async (status) => {
	const { url } = await serve((_request, response) => response.writeHead(status).end());
	await expect(downloader.open(url, limits)).rejects.toMatchObject({
		hint: expect.stringContaining('expire') as string,
	});
});

const dripping = () =>
	serve((_request, response) => {
		response.writeHead(200, { 'content-length': '1000' });
		response.write('half');
	});
const fail = async (stream: NodeJS.ReadableStream) =>
	await text(stream).then(
		() => 'whole',
		(error: unknown) => error,
	);

it('a server that is silent, or that stops half way, is timed out', async () => {
	const silent = await serve(() => undefined);
	await expect(downloader.open(silent.url, { ...limits, timeoutMs: 60 })).rejects.toMatchObject({
		code: 'timeout',
		retryable: true,
	});
	await silent.close();
	const { url } = await dripping();
	const { stream } = await downloader.open(url, { ...limits, timeoutMs: 60 });
	expect(await fail(stream)).not.toBe('whole');
});

it('a server that is silent for too long is given up, before its answer and within it', async () => {
	const silent = await serve(() => undefined);
	await expect(downloader.open(silent.url, { ...limits, idleMs: 60 })).rejects.toMatchObject({ code: 'timeout' });
	await silent.close();
	const { url } = await dripping();
	const { stream } = await downloader.open(url, { ...limits, idleMs: 60 });
	expect(await fail(stream)).toMatchObject({ code: 'timeout', retryable: true });
});

it('a download that nobody reads ends without an error of the process', async () => {
	const { url } = await serve((request, response) =>
		request.url === '/whole' ? response.end() : response.writeHead(200).write('half'),
	);
	const streams = [];
	for (const path of ['whole', 'half'])
		streams.push((await downloader.open(`${url}/${path}`, { ...limits, idleMs: 20 })).stream);
	await setTimeout(100);
	expect(streams.map((stream) => stream.errored)).toEqual([null, null]);
});

it('a reader that is slow is not taken for a silent server', async () => {
	const { url } = await serve((_request, response) => response.end('picture'));
	const { stream } = await downloader.open(url, { ...limits, idleMs: 20 });
	await once(stream, 'readable');
	await setTimeout(100);
	expect(await text(stream)).toBe('picture');
});

it('the type of the answer is known, and nothing else of its header', async () => {
	const { url } = await serve((request, response) =>
		response.writeHead(200, { 'content-type': decodeURI(request.url ?? '').slice(1) }).end(),
	);
	const typeOf = async (header: string) => (await downloader.open(`${url}/${header}`, limits)).contentType;
	expect(await typeOf('Image/PNG')).toBe('image/png');
	expect(await typeOf('text/html;charset=utf-8')).toBe('text/html');
	expect(await typeOf('key=secret')).toBeNull();
	expect(await typeOf(`text/${'x'.repeat(100)}`)).toBeNull();
});

it('a download that is stopped ends, before its answer and within it', async () => {
	const stop = new AbortController();
	const { url } = await dripping();
	const { stream } = await downloader.open(url, limits, stop.signal);
	setImmediate(() => stop.abort());
	expect(await fail(stream)).not.toBe('whole');
	await expect(downloader.open(url, limits, stop.signal)).rejects.toMatchObject({ code: 'canceled' });
});

it('a connection that breaks half way is a failure, not a short picture', async () => {
	const { url } = await serve((_request, response) => {
		response.writeHead(200, { 'content-length': '1000' });
		response.write('half', () => response.destroy());
	});
	expect(await fail((await downloader.open(url, limits)).stream)).not.toBe('whole');
});

it('a server that is too busy may say how long to wait', async () => {
	const { url } = await serve((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end());
	await expect(downloader.open(url, limits)).rejects.toMatchObject({
		code: 'rateLimited',
		httpStatus: 429,
		retryAfterMs: 7_000,
	});
});

it.each([300, 301, 303, 307, 308, 399])('a redirect with %i is followed', async (status) => {
	const { url } = await serve((request, response) =>
		request.url === '/there'
			? response.end('picture')
			: response.writeHead(status, { location: '/there' }).end('moved'),
	);
	const { stream, url: final } = await downloader.open(`${url}/here`, limits);
	expect([await text(stream), final]).toEqual(['picture', `${url}/there`]);
});

it('a redirect without an address is an error', async () => {
	const { url } = await serve((_request, response) => response.writeHead(302).end());
	await expect(downloader.open(url, limits)).rejects.toMatchObject({ httpStatus: 302 });
});
