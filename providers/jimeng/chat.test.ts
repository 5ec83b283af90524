import { Readable } from 'node:stream';
import fc from 'fast-check';
import type { ApiStream, ApiTransport } from '../../http/apiClient';
import { ImageError } from '../../model/errors';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { readChatStream } from './chat';
import { createJimengClient } from './client';

const url = 'https://img.example/1.png';
const chunk = (content: string, finish_reason: string | null = null, index = 0) =>
	JSON.stringify({ id: 'c', choices: [{ index, delta: { content }, finish_reason }] });
const picture = chunk(`![image](${url})`, 'stop');
const body = { model: 'jimeng-4.0', messages: [{ role: 'user', content: 'A fox' }] };
const options = { timeoutMs: 1_000 };
const cut = () =>
	new ImageError('network', {
		message: 'Connection failed: the connection was cut',
		hint: 'Check the base URL in the credential',
		delivery: 'ambiguous',
	});
const late = () =>
	new ImageError('timeout', {
		message: 'did not answer within 1 s',
		hint: 'The server may be busy, or the base URL may be wrong',
		delivery: 'ambiguous',
	});
const notRepeated = { retryable: false, hint: expect.stringContaining('Check the site') as string };

/** A stream of these events. An error breaks it off. */
async function* stream(...events: Array<string | ImageError>): AsyncGenerator<string> {
	for (const event of events) {
		if (event instanceof ImageError) throw event;
		yield event;
	}
}

/** Runs a streamed chat against a server with this answer. */
async function chatting(answer: Partial<ApiStream> & { reported?: string }) {
	const { reported: reported = '', ...rest } = answer;
	const whole: ApiStream = {
		status: 200,
		headers: { 'content-type': 'text/event-stream' },
		body: Readable.from([]),
		text: async () => reported,
		events: () => stream(),
		...rest,
	};
	const transport: ApiTransport = { ...jsonServer(() => ({})).transport, open: async () => whole };
	return await readChatStream(createJimengClient(transport).chatStream(body, options), []);
}

describe('a stream', () => {
	it('that repeats the key, in parts or with escapes, is read without it', async () => {
		for (const parts of [
			['the key session-', 'cn-12', '345 https://img.example/1.png?k=session-cn-', '12345'],
			['the key session%2Dcn%2', 'D12345 https://img.example/1.png?k=', 'session-cn-12345'],
		]) {
			const events = stream(...parts.map((part) => chunk(part)), '[DONE]');
			const result = await readChatStream(events, ['session-cn-12345']);
			const urls = ['https://img.example/1.png?k=***'];
			expect(result).toMatchObject({ text: `the key *** ${urls.join('')}`, urls, error: null });
		}
		const failed = await readChatStream(stream(chunk('失败: sess'), chunk('ion-cn-12345'), '[DONE]'), [
			'session-cn-12345',
		]);
		expect(failed.error?.message).toBe('Jimeng answered: 失败: ***');
	});

	it.each([
		['cut', cut()],
		['timed out', late()],
	])('that is %s keeps the received part, and is not repeated', async (_what, error) => {
		for (const events of [[], [chunk('drawing')], [chunk('drawing'), picture]]) {
			const result = await chatting({ events: () => stream(...events, error) });
			expect(result).toMatchObject({
				text: events.length === 0 ? '' : (expect.stringContaining('drawing') as string),
				urls: events.length === 2 ? [url] : [],
				error: { code: error.code, ...notRepeated },
			});
		}
	});

	it('that ends without a finish reason is incomplete', async () => {
		expect(await chatting({ events: () => stream(chunk('half')) })).toMatchObject({
			text: 'half',
			finished: false,
			error: { code: 'network', ...notRepeated },
		});
	});

	it('keeps the pictures around what cannot be read', async () => {
		expect(await chatting({ events: () => stream('garbage', picture, '{"choices":7}', '[DONE]') })).toMatchObject({
			urls: [url],
			finished: true,
			error: null,
		});
		expect(await chatting({ events: () => stream('garbage', '[DONE]') })).toMatchObject({
			urls: [],
			error: { code: 'malformedResponse', ...notRepeated },
		});
	});

	it('an error in the middle of it is reported together with the received part', async () => {
		expect(
			await chatting({
				events: () => stream(picture, JSON.stringify({ code: -2006, message: '内容审核未通过', data: null })),
			}),
		).toMatchObject({ urls: [url], error: { code: 'contentRejected', retryable: false } });
	});

	it('that was stopped throws', async () => {
		await expect(
			chatting({ events: () => stream(picture, new ImageError('canceled', { message: 'stopped' })) }),
		).rejects.toMatchObject({ code: 'canceled' });
	});

	it.each([
		[
			'a whole answer of a server that does not stream',
			{ 'content-type': 'application/json' },
			JSON.stringify({ choices: [{ message: { content: `![image](${url})` }, finish_reason: 'stop' }] }),
		],
		['a stream under another type', { 'content-type': 'text/plain' }, `data: ${picture}\r\n\r\ndata: [DONE]\n\n`],
		['a stream under no type', {}, `data: ${picture}\n\n`],
	])('%s is still read', async (_what, headers, reported) => {
		expect(await chatting({ headers, reported: reported })).toMatchObject({
			urls: [url],
			finished: true,
			error: null,
		});
	});

	it.each([
		[200, '<html>a page</html>', 'network', false],
		[502, '<html>Bad Gateway</html>', 'overloaded', false],
		[504, '', 'overloaded', false],
		[500, JSON.stringify({ error: { message: 'rate limit' } }), 'upstream', false],
		[429, '<html>Slow down</html>', 'rateLimited', false],
		// Certainly not accepted: waiting may help.
		[429, JSON.stringify({ error: { message: 'too fast' } }), 'rateLimited', true],
		[503, JSON.stringify({ error: { message: 'busy' } }), 'overloaded', true],
		[200, JSON.stringify({ code: -2002, message: 'Sessionid已失效', data: null }), 'auth', false],
	])('%i with %s in its place is %s, retryable %s', async (status, reported, code, retryable) => {
		expect((await chatting({ status, headers: {}, reported: reported })).error).toMatchObject({ code, retryable });
	});

	it('whatever comes, in whatever pieces, nothing but a stop is thrown and nothing is worth a repeat', async () => {
		const event = fc.oneof(fc.string(), fc.json(), fc.constant(picture), fc.constant('[DONE]'), fc.constant(cut()));
		await fc.assert(
			fc.asyncProperty(fc.array(event), async (events) => {
				const result = await chatting({ events: () => stream(...events) });
				expect(result.error?.retryable ?? false).toBe(false);
				const untilCut = events.slice(
					0,
					events.findIndex((one) => one instanceof ImageError || one === '[DONE]') >>> 0,
				);
				if (untilCut.every((one) => one === picture) && untilCut.length > 0) expect(result.urls).toEqual([url]);
			}),
		);
	});
});

describe('a chat in one answer', () => {
	const chat = (reply: Reply) => createJimengClient(jsonServer(() => reply).transport).chat(body, options);

	it.each<[string, Reply, string]>([
		['a reset', cut(), 'network'],
		['a time-out', late(), 'timeout'],
		['garbage', { body: '<html>a page</html>' }, 'malformedResponse'],
		['an empty answer', { body: '' }, 'malformedResponse'],
		['a cut answer', { body: '{"choices":[{"mess' }, 'malformedResponse'],
		['a gateway that gave up', { status: 504, body: '' }, 'overloaded'],
	])('%s is not repeated', async (_what, reply, code) => {
		await expect(chat(reply)).rejects.toMatchObject({ code, ...notRepeated });
	});

	it.each<[string, Reply | ImageError]>([
		['was never sent', new ImageError('network', { message: 'nothing listens', delivery: 'notSent' })],
		['was certainly not accepted', { status: 503, body: { error: { message: 'busy' } } }],
	])('one that %s may be repeated', async (_what, reply) => {
		await expect(chat(reply)).rejects.toMatchObject({ retryable: true });
	});

	it('is read whatever stands beside its text', async () => {
		const stray = fc.jsonValue();
		await fc.assert(
			fc.asyncProperty(stray, stray, stray, stray, async (created, id, usage, role) => {
				const answer = await chat({
					body: {
						id,
						created,
						usage,
						choices: [null, { index: usage, message: { role, content: url }, finish_reason: 'stop' }],
					},
				});
				expect(answer.choices.map(({ message }) => message.content)).toEqual([url]);
			}),
		);
	});
});
