import { text } from 'node:stream/consumers';
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
	const { url } = await serve((request, response) => response.end(JSON.stringify(request.headers.authorization ?? null)));
	const { stream, contentLength } = await downloader.open(`${url}/a.png`, limits);
	expect(await text(stream)).toBe('null');
	expect(contentLength).toBe(4);
});

it('loopback is refused where nobody allowed it, and nothing is asked', async () => {
	let asked = 0;
	const { url } = await serve((_request, response) => {
		asked++;
		response.end();
	});
	await expect(createDownloader({ ...policy, allowedHosts: [] }).open(url, limits)).rejects.toMatchObject({ code: 'invalidRequest', message: expect.stringContaining('not a public address') });
	expect(asked).toBe(0);
});

it('a name that leads to a private address is refused by the socket itself', async () => {
	const { url } = await serve((_request, response) => response.end());
	const resolving = createDownloader(policy, (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]));
	await expect(resolving.open(`http://pictures.example:${new URL(url).port}/`, limits)).rejects.toMatchObject({ code: 'invalidRequest' });
});

it('each redirect is checked like the first address', async () => {
	const { url } = await serve((_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end());
	await expect(downloader.open(url, limits)).rejects.toMatchObject({ code: 'invalidRequest', message: expect.stringContaining('169.254.169.254') });
});

it('redirects are followed, relative ones too, but not for ever', async () => {
	const { url } = await serve((request, response) => (request.url === '/there' ? response.end('picture') : response.writeHead(302, { location: request.url === '/here' ? '/there' : '/again' }).end()));
	expect(await text((await downloader.open(`${url}/here`, limits)).stream)).toBe('picture');
	await expect(downloader.open(`${url}/again`, limits)).rejects.toMatchObject({ message: expect.stringContaining('More than 5 redirects') });
});

it('what says it is too large is not fetched', async () => {
	const { url } = await serve((_request, response) => response.end('x'.repeat(1_001)));
	await expect(downloader.open(url, limits)).rejects.toMatchObject({ code: 'malformedResponse', message: expect.stringContaining('1001 bytes') });
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

it('an address that is none is said so', async () => {
	await expect(downloader.open('not a url', limits)).rejects.toMatchObject({ code: 'malformedResponse' });
});
