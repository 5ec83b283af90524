import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Loopback, loopback } from '../test/support/loopback';
import { keepAliveAgents } from './agents';

let proxy: Loopback | undefined;
afterEach(() => proxy?.close());

const fetchBy = async (url: string, proxyEnv: NodeJS.ProcessEnv) => {
	const { httpAgent } = keepAliveAgents(2, { proxyEnv });
	return await new Promise<string>((resolve, reject) =>
		get(url, { agent: httpAgent }, (response) => resolve(text(response))).on('error', reject),
	).finally(() => httpAgent.destroy());
};

it('a proxy of the environment is used, and hosts that NO_PROXY names are reached directly', async () => {
	proxy = await loopback((request, response) => response.end(`proxy was asked for ${request.url ?? ''}`));
	expect(await fetchBy('http://images.example/v1/jobs', { HTTP_PROXY: proxy.url })).toBe(
		'proxy was asked for http://images.example/v1/jobs',
	);
	expect(await fetchBy(`${proxy.url}/direct`, { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' })).toBe(
		'proxy was asked for /direct',
	);
});

it('an idle connection is closed, also if the server leaves it open', async () => {
	const closed = Promise.withResolvers<boolean>();
	const server = await loopback((request, response) => {
		request.socket.once('close', closed.resolve).setTimeout(0);
		response.end();
	});
	const agents = keepAliveAgents(2, { timeout: 100 });
	const usual = keepAliveAgents(2).httpAgent as unknown as { options: { timeout: number } };
	await new Promise((resolve, reject) =>
		get(server.url, { agent: agents.httpAgent }, (response) => response.resume().once('end', resolve)).on(
			'error',
			reject,
		),
	);
	expect(await closed.promise).toBe(false);
	expect(usual.options.timeout).toBeGreaterThan(0);
	await server.close();
});
