import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Loopback, loopback } from '../test/support/loopback';
import { createDownloader } from './downloader';
import { resumes } from './resume';

const policy = { allowedHosts: ['127.0.0.1'], allowedRanges: [], blockedHosts: [], blockedRanges: [] };
const limits = { maxBytes: 1_000_000, timeoutMs: 5_000 };
const file = Buffer.from(Array.from({ length: 200_000 }, (_, n) => n % 251));
const other = Buffer.from(file.map((byte) => byte ^ 1));
const old = 'Wed, 01 Jan 2020 00:00:00 GMT';

let server: Loopback | undefined;
const preset = { ...resumes };
beforeEach(() => Object.assign(resumes, { pauseMs: 1 }));
afterEach(async () => {
	Object.assign(resumes, preset);
	await server?.close();
	server = undefined;
});

interface Host {
	/** Bytes of each answer before the connection is cut; the last number counts for all further answers. */
	cuts: number[];
	headers?: Record<string, string>;
	/** Answers a request for the rest, in place of an honest server. */
	answerRest?: (request: IncomingMessage, response: ServerResponse, from: number) => void;
}

/** An image host that cuts its answers. Gives every request's `Range` and `If-Range`. */
async function hostOf({ cuts, headers = { etag: '"one"' }, answerRest }: Host) {
	const ranges: Array<[string | undefined, unknown]> = [];
	server = await loopback((request, response) => {
		ranges.push([request.headers.range, request.headers['if-range']]);
		const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
		if (from > 0 && answerRest) return answerRest(request, response, from);
		send(response, from, cuts[ranges.length - 1] ?? cuts.at(-1) ?? 0, headers);
	});
	return { url: `${server.url}/a.png`, ranges };
}

function send(
	response: ServerResponse,
	from: number,
	cut: number,
	headers: Record<string, string>,
	bytes = file,
): void {
	const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
	const rest = bytes.subarray(from);
	response.writeHead(from > 0 ? 206 : 200, {
		...{ 'accept-ranges': 'bytes', 'content-length': rest.length, ...(from > 0 ? range : {}), ...headers },
	});
	if (cut >= rest.length) response.end(rest);
	else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
}

const received = async (url: string) => {
	const { stream } = await createDownloader(policy).open(url, limits);
	return await buffer(stream);
};

it.each([
	['an ETag', { etag: '"one"' }, '"one"'],
	['an old Last-Modified', { 'last-modified': old }, old],
])('a download that breaks goes on where it broke, if the server has %s', async (_what, headers, version) => {
	const { url, ranges } = await hostOf({ cuts: [70_000, 50_000, 200_000], headers });
	expect((await received(url)).equals(file)).toBe(true);
	expect(ranges).toEqual([
		[undefined, undefined],
		['bytes=70000-', version],
		['bytes=120000-', version],
	]);
});

it.each([
	['no ranges', { 'accept-ranges': 'none', etag: '"one"' }],
	['a weak ETag', { etag: 'W/"one"' }],
	['no version', {}],
	['a Last-Modified of this moment', { 'last-modified': new Date().toUTCString() }],
	['compressed bytes', { etag: '"one"', 'content-encoding': 'gzip' }],
])('with %s the rest is not requested, and the download fails', async (_what, headers) => {
	const { url, ranges } = await hostOf({ cuts: [70_000], headers });
	await expect(received(url)).rejects.toThrow();
	expect(ranges).toHaveLength(1);
});

it.each<[string, NonNullable<Host['answerRest']>]>([
	['the whole new file', (_request, response) => send(response, 0, 1e9, { etag: '"two"' }, other)],
	['the rest of a new file', (_request, response, from) => send(response, from, 1e9, { etag: '"two"' }, other)],
	['a rest without its version', (_request, response, from) => send(response, from, 1e9, {}, other)],
	[
		'the rest of a longer file',
		(_request, response, from) => send(response, from, 1e9, { etag: '"one"' }, Buffer.concat([file, file])),
	],
	['a rest from another byte', (_request, response, from) => send(response, from - 1, 1e9, { etag: '"one"' })],
	['that there is no such rest', (_request, response) => response.writeHead(416).end()],
	['that the link has expired', (_request, response) => response.writeHead(403).end()],
])('a server that answers with %s gets no further request, and nothing of it is used', async (_what, answerRest) => {
	const { url, ranges } = await hostOf({ cuts: [70_000], answerRest });
	const { stream } = await createDownloader(policy).open(url, limits);
	const chunks: Buffer[] = [];
	stream.on('data', (chunk: Buffer) => chunks.push(chunk));
	await expect(new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject))).rejects.toThrow();
	expect(Buffer.concat(chunks).equals(file.subarray(0, 70_000))).toBe(true);
	expect(ranges).toHaveLength(2);
});

it('the rest is requested a few times, also if the server cannot be reached meanwhile', async () => {
	const { url, ranges } = await hostOf({ cuts: [10], answerRest: (request) => request.socket.destroy() });
	await expect(received(url)).rejects.toThrow();
	expect(ranges).toHaveLength(1 + resumes.max);
});

it('a rest at an address that is not allowed is not fetched', async () => {
	const { url, ranges } = await hostOf({
		cuts: [10],
		answerRest: (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/a.png' }).end(),
	});
	await expect(received(url)).rejects.toThrow();
	expect(ranges.length).toBeLessThanOrEqual(1 + resumes.max);
});

it('a reader that leaves ends the download, also while the server is silent', async () => {
	const closed = Promise.withResolvers<null>();
	const { url } = await hostOf({
		cuts: [10],
		answerRest: (request) => request.socket.once('close', () => closed.resolve(null)),
	});
	const { stream } = await createDownloader(policy).open(url, limits);
	stream.resume();
	setTimeout(() => stream.destroy(), 100);
	await closed.promise;
});
