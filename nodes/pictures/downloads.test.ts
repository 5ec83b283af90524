import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Loopback, loopback } from '../../test/support/loopback';
import { downloadPicture } from './downloadFile';
import { openDownload } from './downloads';

const limits = { maxBytes: 1_000, timeoutMs: 5_000 };
const servers: Loopback[] = [];
const serve = async (...args: Parameters<typeof loopback>) => {
	const server = await loopback(...args);
	servers.push(server);
	return server.url;
};
afterEach(async () => {
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
});
const read = async (baseUrl: string | null, url: string, allowedHosts: string[] = []) =>
	await text((await openDownload({ config: { baseUrl, allowedHosts } }, url, limits, undefined)).stream);

it("the base URL's own origin is trusted, under each name of this machine", async () => {
	const url = await serve((_request, response) => response.end('picture'));
	await expect(read(url, `${url}/a.png`)).resolves.toBe('picture');
	await expect(read(url.replace('127.0.0.1', 'localhost'), `${url}/a.png`)).resolves.toBe('picture');
	await expect(read(url, `${url.replace('127.0.0.1', 'localhost')}/a.png`)).resolves.toBe('picture');
});

it.each(['127.0.0.1', 'localhost'])('another port of its host %s is not, unless it is named', async (host) => {
	let asked = 0;
	const base = (await serve((_request, response) => response.end())).replace('127.0.0.1', host);
	const other = await serve((_request, response) => {
		asked++;
		response.end('settings');
	});
	const { port } = new URL(other);
	const url = `http://${host}:${port}/rest/settings`;
	await expect(read(base, url)).rejects.toMatchObject({
		code: 'invalidRequest',
		message: expect.stringContaining('are not allowed') as string,
	});
	expect(asked).toBe(0);
	await expect(read(base, url, [`${host}:${port}`])).resolves.toBe('settings');
});

it('a redirect from its origin to another port of its host is refused', async () => {
	let asked = 0;
	const other = await serve((_request, response) => {
		asked++;
		response.end('settings');
	});
	const base = await serve((_request, response) => response.writeHead(302, { location: other }).end());
	await expect(read(base, base)).rejects.toMatchObject({ code: 'invalidRequest' });
	expect(asked).toBe(0);
});

it('the same port by another scheme is another origin', async () => {
	const base = await serve((_request, response) => response.end());
	await expect(read(base, base.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'invalidRequest' });
});

it('an answer that is no image is not quoted: the error has its type and its length', async () => {
	const secret = '{"encryptionKey":"fox"}';
	const url = await serve((_request, response) =>
		response
			.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': secret.length })
			.end(secret),
	);
	const context = { helpers: {} } as Parameters<typeof downloadPicture>[0];
	const host = { config: { baseUrl: url, allowedHosts: [] } };
	const error: unknown = await downloadPicture(context, url, host, undefined).catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({
		code: 'malformedResponse',
		message: 'The file is not an image of a known format (application/json, 23 bytes)',
	});
	expect(JSON.stringify(error) + String(error)).not.toMatch(/encryption|fox/);
});

it('any number of policies leave few connections behind, and a download under way goes on', async () => {
	const open = new Set<Socket>();
	let last: ServerResponse | undefined;
	const url = await serve((request, response) => {
		const { socket } = request;
		if (!open.has(socket)) socket.once('close', () => open.delete(socket));
		open.add(socket);
		if (request.url === '/slow') (last = response).write('slow');
		else response.end('done');
	});
	const slow = read(url, `${url}/slow`, ['slow.example']);
	for (let n = 0; n < 300; n++) await read(url, url, [`host-${n}.example`]);
	expect(open.size).toBeLessThanOrEqual(120);
	last?.end(' and whole');
	expect(await slow).toBe('slow and whole');
});
