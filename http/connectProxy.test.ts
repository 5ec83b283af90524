import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { certificateFor } from '../test/support/certificate';
import type { AddressPolicy } from './addressGuard';
import { createApiClient } from './apiClient';
import { createDownloader } from './downloader';

/*
 * HTTPS through a proxy: the pack asks the proxy with CONNECT for a tunnel, and checks the server's certificate itself.
 */
const host = 'pictures.example';
const limits = { maxBytes: 1_000, timeoutMs: 5_000 };
const none: AddressPolicy = { allowedHosts: [], allowedRanges: [], blockedHosts: [], blockedRanges: [] };
const certificate = certificateFor(host);
const authorities = getCACertificates('default');

const sockets = new Set<Socket>();
const servers: Server[] = [];
async function listening(server: Server): Promise<number> {
	servers.push(server);
	server.on('connection', (socket: Socket) => sockets.add(socket));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

/** The tunnels that the proxy was asked for. */
let asked: string[] = [];
/** What the proxy does, and what the server behind it does. */
let proxyAnswers: 'tunnel' | 'nothing' | '407' | '502' = 'tunnel';
let serverAnswers: 'picture' | 'nothing' | 'redirect' = 'picture';
let env: NodeJS.ProcessEnv = {};
let target = 0;

beforeAll(async () => {
	setDefaultCACertificates([...authorities, certificate.cert]);
	target = await listening(
		createHttps(certificate, (_request, response) => {
			if (serverAnswers === 'redirect') response.writeHead(302, { location: 'https://inner.example/' }).end();
			else if (serverAnswers === 'picture') response.end('picture');
		}),
	);
	const proxy = createHttp();
	proxy.on('connect', ({ url }, socket: Socket) => {
		asked.push(url ?? '');
		sockets.add(socket);
		socket.on('error', () => undefined);
		if (proxyAnswers === 'nothing') return;
		if (proxyAnswers !== 'tunnel') return socket.end(`HTTP/1.1 ${proxyAnswers} No\r\n\r\n`);
		const tunnel = connect(target, '127.0.0.1', () => {
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			tunnel.pipe(socket).pipe(tunnel);
		});
		sockets.add(tunnel);
		tunnel.on('error', () => undefined);
	});
	env = { HTTPS_PROXY: `http://127.0.0.1:${await listening(proxy)}` };
});
beforeEach(() => {
	asked = [];
	[proxyAnswers, serverAnswers] = ['tunnel', 'picture'];
});
afterAll(() => {
	setDefaultCACertificates(authorities);
	for (const socket of sockets) socket.destroy();
	for (const server of servers) server.close();
});

/** A downloader for which names stand for these addresses. */
const resolving = (addresses: Record<string, string>, policy = none, more: NodeJS.ProcessEnv = {}) =>
	createDownloader(policy, (name, done) => done(null, [{ address: addresses[name] ?? '192.168.0.1', family: 4 }]), {
		...env,
		...more,
	});
const publicHost = { [host]: '93.184.216.34' };
const url = `https://${host}/a.png`;

it('a picture is fetched through a tunnel, from a server with the right certificate', async () => {
	expect(await text((await resolving(publicHost).open(url, limits)).stream)).toBe('picture');
	expect(asked).toEqual([`${host}:443`]);
});

it('a server with the certificate of another host is refused', async () => {
	const open = resolving({ 'other.example': '93.184.216.34' }).open('https://other.example/a.png', limits);
	await expect(open).rejects.toMatchObject({ code: 'network' });
});

it.each(['https://inner.example/', 'https://10.0.0.1/', 'https://169.254.169.254/', 'https://[::1]/'])(
	'no tunnel to %s is asked for',
	async (address) => {
		await expect(resolving(publicHost).open(address, limits)).rejects.toMatchObject({ code: 'invalidRequest' });
		expect(asked).toEqual([]);
	},
);

it('a redirect to a private name is not followed through the proxy', async () => {
	serverAnswers = 'redirect';
	await expect(resolving(publicHost).open(url, limits)).rejects.toMatchObject({ code: 'invalidRequest' });
	expect(asked).toEqual([`${host}:443`]);
});

it('a host of NO_PROXY is reached directly, and checked like any other', async () => {
	const direct = `https://${host}:${target}/a.png`;
	const own = { [host]: '127.0.0.1' };
	const open = resolving(own, { ...none, allowedRanges: ['127.0.0.1'] }, { NO_PROXY: host });
	expect(await text((await open.open(direct, limits)).stream)).toBe('picture');
	await expect(resolving(own, none, { NO_PROXY: host }).open(direct, limits)).rejects.toMatchObject({
		code: 'invalidRequest',
	});
	expect(asked).toEqual([]);
});

describe.each([
	['the proxy', () => (proxyAnswers = 'nothing')],
	['the server behind the proxy', () => (serverAnswers = 'nothing')],
])('%s is silent', (_who, silence) => {
	beforeEach(silence);

	it('a download is given up in time', async () => {
		const open = resolving(publicHost).open(url, { ...limits, idleMs: 200 });
		await expect(open).rejects.toMatchObject({ code: 'timeout' });
		expect(asked).toHaveLength(1);
	});

	it('a stop ends a download within a second', async () => {
		const stop = new AbortController();
		const open = resolving(publicHost).open(url, limits, stop.signal);
		const stopped = expect(open).rejects.toMatchObject({ code: 'canceled' });
		await untilAsked();
		const began = performance.now();
		stop.abort();
		await stopped;
		expect(performance.now() - began).toBeLessThan(1_000);
	});
});

it.each(['407', '502'] as const)('a proxy that answers %s ends the download with an error', async (status) => {
	proxyAnswers = status;
	await expect(resolving(publicHost).open(url, limits)).rejects.toMatchObject({ code: 'network' });
});

describe('the API plane', () => {
	const before = process.env['HTTPS_PROXY'];
	beforeAll(() => Object.assign(process.env, env));
	afterAll(() => {
		if (before === undefined) delete process.env['HTTPS_PROXY'];
		else process.env['HTTPS_PROXY'] = before;
	});
	const api = () => createApiClient({ baseUrl: `https://${host}`, headers: {}, secrets: [] });
	const post = { method: 'POST', path: '/v1/jobs', json: {} } as const;

	it('sends its requests through a tunnel', async () => {
		expect(await api().send(post)).toMatchObject({ status: 200, text: 'picture' });
	});

	it.each(['407', '502'] as const)(
		'a request that a proxy refuses with %s was certainly not sent',
		async (status) => {
			proxyAnswers = status;
			const sent = api().send({ ...post, freshConnection: true });
			await expect(sent).rejects.toMatchObject({ code: 'network', delivery: 'notSent' });
		},
	);

	it('a silent proxy holds a request for its time, and a stop ends it at once; nothing was sent', async () => {
		proxyAnswers = 'nothing';
		const silent = { ...post, freshConnection: true };
		const timedOut = api().send({ ...silent, timeoutMs: 200 });
		await expect(timedOut).rejects.toMatchObject({ code: 'timeout', delivery: 'notSent' });
		const stop = new AbortController();
		asked = [];
		const stopped = expect(api().send({ ...silent, signal: stop.signal })).rejects.toMatchObject({
			code: 'canceled',
			delivery: 'notSent',
		});
		await untilAsked();
		stop.abort();
		await stopped;
	});
});

async function untilAsked(): Promise<void> {
	while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
}
