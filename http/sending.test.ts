import { Readable } from 'node:stream';
import { type Loopback, loopback } from '../test/support/loopback';
import { createApiClient } from './apiClient';

let server: Loopback | undefined;
afterEach(() => server?.close());

const clientOf = ({ url }: Loopback) => createApiClient({ baseUrl: url, headers: {}, secrets: [] });

it('a connection that is reset once the request is written leaves open whether it arrived', async () => {
	server = await loopback((request) => void request.resume().on('end', () => request.socket.destroy()));
	await expect(clientOf(server).send({ method: 'POST', path: '/', json: { prompt: 'A cat' } })).rejects.toMatchObject(
		{ code: 'network', delivery: 'ambiguous' },
	);
});

it('a connection that is reset while the request is being written cannot have brought it', async () => {
	server = await loopback((request) => void request.once('data', () => request.socket.destroy()));
	const endless = async () =>
		Readable.from(
			(async function* () {
				for (;;)
					yield await new Promise<Buffer>((resolve) => setTimeout(() => resolve(Buffer.alloc(64 * 1024)), 1));
			})(),
		);
	const form = [{ name: 'image', fileName: 'a.png', mimeType: 'image/png', bytes: null, open: endless }];
	await expect(clientOf(server).send({ method: 'POST', path: '/', form })).rejects.toMatchObject({
		delivery: 'notSent',
	});
}, 20_000);

it('a call that asks for a connection of its own gets one', async () => {
	const sockets = new Set<unknown>();
	server = await loopback((request, response) => {
		sockets.add(request.socket);
		response.end('{}');
	});
	const client = clientOf(server);
	for (const freshConnection of [false, true, true, false])
		await client.send({ method: 'POST', path: '/', json: {}, freshConnection });
	expect(sockets.size).toBe(3);
});
