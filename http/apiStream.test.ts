import { buffer } from 'node:stream/consumers';
import { type Loopback, loopback } from '../test/support/loopback';
import { parseForm } from '../test/support/form';
import { createApiClient } from './apiClient';

let server: Loopback | undefined;
const serve = async (...args: Parameters<typeof loopback>) => (server = await loopback(...args));
afterEach(async () => {
	await server?.close();
	server = undefined;
});
const client = (baseUrl: string) => createApiClient({ baseUrl, headers: {}, secrets: ['top-secret-key'] });
const listen = async (events: AsyncIterable<string>) => {
	const got: string[] = [];
	try {
		for await (const data of events) got.push(data);
		return { got, error: null };
	} catch (error) {
		return { got, error };
	}
};

it('a file comes as it is, byte for byte, whatever its status', async () => {
	const bytes = Buffer.from([0, 255, 128, 10]);
	const { url } = await serve((_request, response) =>
		response.writeHead(206, { 'content-type': 'application/zip' }).end(bytes),
	);
	const answer = await client(url).open({ method: 'GET', path: '/a' });
	expect(answer).toMatchObject({ status: 206, headers: { 'content-type': 'application/zip' } });
	expect(await buffer(answer.body)).toEqual(bytes);
});

it('an error that came instead of a file is read as text, without secrets', async () => {
	const { url } = await serve((_request, response) => response.writeHead(500).end('导出失败: top-secret-key'));
	const answer = await client(url).open({ method: 'POST', path: '/export', json: {} });
	expect([answer.status, await answer.text()]).toEqual([500, '导出失败: ***']);
});

it('a file that is larger than allowed is stopped', async () => {
	const { url } = await serve((_request, response) => response.end(Buffer.alloc(50_000)));
	const answer = await client(url).open({ method: 'GET', path: '/', maxBytes: 10_000 });
	await expect(answer.text()).rejects.toMatchObject({
		code: 'malformedResponse',
		message: expect.stringContaining('larger than 10000') as string,
	});
});

it('a form arrives with its fields and files', async () => {
	const { url } = await serve(
		(request, response) =>
			void buffer(request).then(async (body) => {
				const form = await parseForm(body, request.headers['content-type']);
				response.end(
					JSON.stringify({
						length: Number(request.headers['content-length']) === body.length,
						prompt: form.get('prompt'),
						file: (form.get('file') as File).size,
					}),
				);
			}),
	);
	const { Readable } = await import('node:stream');
	const answer = await client(url).send({
		method: 'POST',
		path: '/',
		form: [
			{ name: 'prompt', value: '灯塔' },
			{
				name: 'file',
				fileName: 'a.png',
				mimeType: 'image/png',
				bytes: 300_000,
				open: async () => Readable.from([Buffer.alloc(300_000)]),
			},
		],
	});
	expect(JSON.parse(answer.text)).toEqual({ length: true, prompt: '灯塔', file: 300_000 });
});

it('events come one by one, without secrets; a cut stream is an error, and the received part is kept', async () => {
	const { url } = await serve((request, response) => {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		response.write('data: one\n\ndata: top-secret-key\n\n', () =>
			request.url === '/cut' ? response.destroy() : response.end('data: [DONE]\n\n'),
		);
	});
	expect(await listen((await client(url).open({ method: 'GET', path: '/' })).events())).toEqual({
		got: ['one', '***', '[DONE]'],
		error: null,
	});
	expect(await listen((await client(url).open({ method: 'GET', path: '/cut' })).events())).toMatchObject({
		got: ['one', '***'],
		error: { code: 'network' },
	});
});

it('n8n does other work during a flood of events that come in one piece', async () => {
	const { url } = await serve((_request, response) => response.end('data: x\n\n'.repeat(5_000)));
	let turns = 0;
	let isDone = false;
	const count = () => {
		turns++;
		if (!isDone) setImmediate(count);
	};
	const { body: _body, ...answer } = await client(url).open({ method: 'GET', path: '/' });
	let events = 0;
	for await (const data of answer.events()) {
		expect(data).toBe('x');
		if (events++ === 0) setImmediate(count);
		// What the reader does with an event: without breaks, all of them would be one turn of a fifth of a second.
		for (const from = performance.now(); performance.now() - from < 0.05; );
	}
	isDone = true;
	expect(events).toBe(5_000);
	expect(turns).toBeGreaterThan(4);
});

it('who stops listening closes the connection', async () => {
	const closed = Promise.withResolvers<unknown>();
	const { url } = await serve((_request, response) => {
		response.on('close', () => closed.resolve(null));
		response.writeHead(200).write('data: one\n\n');
	});
	for await (const data of (await client(url).open({ method: 'GET', path: '/' })).events()) {
		expect(data).toBe('one');
		break;
	}
	await closed.promise;
});

it('a server that stops speaking half way is a time-out', async () => {
	const { url } = await serve((_request, response) => void response.writeHead(200).write('data: one\n\n'));
	const answer = await client(url).open({ method: 'GET', path: '/', timeoutMs: 100 });
	expect(await listen(answer.events())).toMatchObject({ got: ['one'], error: { code: 'timeout' } });
});
