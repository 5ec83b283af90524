import sharp from 'sharp';
import type { Sandbox } from '../shared/server';
import { callsTo } from '../testCall';
import { startJimengSandbox } from './server';
import type { Settings } from './settings';

let sandbox: Sandbox<Settings>;
const call: ReturnType<typeof callsTo> = (...args) =>
	callsTo(sandbox.url, { authorization: 'Bearer session-cn-1' })(...args);
const images = '/v1/images/generations';

beforeAll(async () => {
	sandbox = await startJimengSandbox({ settings: { jobDurationMs: 5 } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

it("answers the document's samples as the document shows them", async () => {
	const { status, json } = await call('POST', images, {
		model: 'jimeng-4.0',
		prompt: '美丽的少女，胶片感',
		ratio: '4:3',
		resolution: '2k',
	});
	expect(status).toBe(200);
	const { created, data } = json as { created: number; data: Array<{ url: string }> };
	expect(created).toBeGreaterThan(1_700_000_000);
	expect(data).toHaveLength(4);
	expect(await sharp((await call('GET', data[0]?.url ?? '')).bytes).metadata()).toMatchObject({
		format: 'webp',
		width: 2304,
		height: 1728,
	});
	expect(
		(
			await call('POST', '/v1/images/compositions', {
				model: 'jimeng-4.0',
				prompt: '融合',
				images: ['https://example.com/a.jpg', 'https://example.com/b.jpg'],
				sample_strength: 0.7,
				response_format: 'b64_json',
			})
		).json,
	).toMatchObject({
		data: [{ b64_json: expect.any(String) as string }, {}, {}, {}],
		input_images: 2,
		composition_type: 'multi_image_synthesis',
	});
	expect(
		(
			await call('POST', '/v1/chat/completions', {
				model: 'jimeng-4.0',
				messages: [{ role: 'user', content: '画一幅山水画 1张' }],
			})
		).json,
	).toMatchObject({
		object: 'chat.completion',
		choices: [
			{
				index: 0,
				message: { role: 'assistant', content: expect.stringMatching(/^!\[image\]\(http/) as string },
				finish_reason: 'stop',
			},
		],
		usage: { total_tokens: 30 },
	});
});

it('streams a chat to [DONE]', async () => {
	const { text, headers } = await call('POST', '/v1/chat/completions', {
		model: 'jimeng-4.0',
		messages: [{ role: 'user', content: '画 2张' }],
		stream: true,
	});
	expect(headers.get('content-type')).toContain('text/event-stream');
	expect(text.trim().split('\n\n')).toHaveLength(4);
	expect(text).toMatch(/图像生成中[\s\S]*data: \[DONE\]\n\n$/);
	const video = await call('POST', '/v1/chat/completions', {
		model: 'jimeng-video-3.0',
		messages: [{ role: 'user', content: '海浪' }],
		stream: true,
	});
	const url = /\((http[^)]+\.mp4)\)/.exec(video.text)?.[1] ?? '';
	expect((await call('GET', url)).bytes.toString('latin1', 4, 8)).toBe('ftyp');
});

it.each([
	['no prompt', { model: 'jimeng-4.0' }],
	['a size', { model: 'jimeng-4.0', prompt: 'x', width: 1024 }],
	['an unknown ratio', { model: 'jimeng-4.0', prompt: 'x', ratio: '5:4' }],
	['an unknown model', { model: 'dall-e', prompt: 'x' }],
])('%s is rejected, in the form of the dialect', async (_what, body) => {
	expect(await call('POST', images, body)).toMatchObject({ status: 400, json: { error: { code: 'BAD_REQUEST' } } });
	if ('model' in body && body.model === 'dall-e') return;
	sandbox.settings({ dialect: 'real' });
	expect(await call('POST', images, body)).toMatchObject({ status: 200, json: { code: -2000, data: null } });
});

it('sessions: one or several, each must open the site', async () => {
	const body = { model: 'jimeng-4.0', prompt: 'x' };
	expect((await call('POST', images, body, { authorization: 'Bearer us-session-1,session-cn-2' })).status).toBe(200);
	expect(await call('POST', images, body, { authorization: 'Bearer nobody' })).toMatchObject({
		status: 401,
		json: { error: { code: 'INVALID_SESSION' } },
	});
	sandbox.settings({ dialect: 'real' });
	expect(await call('POST', images, body, { authorization: 'Bearer nobody' })).toMatchObject({
		status: 200,
		json: { code: -2002, data: null },
	});
	expect(await call('GET', '/v1/nothing')).toMatchObject({ status: 200, json: { code: -2000 } });
});

it('a caller that disconnects still pays', async () => {
	await expect(
		fetch(`${sandbox.url}${images}`, {
			method: 'POST',
			headers: { authorization: 'Bearer session-cn-1', 'content-type': 'application/json' },
			body: JSON.stringify({ model: 'jimeng-4.0', prompt: 'A cat [slow:60]' }),
			signal: AbortSignal.timeout(20),
		}),
	).rejects.toThrow();
	while (sandbox.books().generationsBilled === 0) await new Promise((resolve) => setImmediate(resolve));
	expect(sandbox.books().jobs).toHaveLength(1);
});

it('refusals and failures bill nothing, the page describes every endpoint', async () => {
	expect(await call('POST', images, { model: 'jimeng-4.0', prompt: 'x [refuse]' })).toMatchObject({
		status: 400,
		json: { error: { code: 'CONTENT_FILTERED' } },
	});
	expect(await call('POST', images, { model: 'jimeng-4.0', prompt: 'x [fail:INSUFFICIENT_POINTS]' })).toMatchObject({
		status: 402,
	});
	expect(sandbox.books().generationsBilled).toBe(0);
	expect(Object.keys(((await call('GET', '/docs/json')).json as { paths: object }).paths)).toEqual(
		expect.arrayContaining([images, '/v1/images/compositions', '/v1/chat/completions']),
	);
});

it('of several session ids each call draws one, and an expired one fails the calls that draw it', async () => {
	const draws = async (list: string) => {
		const statuses = [];
		for (let n = 0; n < 12; n++)
			statuses.push(
				(await call('POST', images, { model: 'jimeng-4.0', prompt: 'x' }, { authorization: `Bearer ${list}` }))
					.status,
			);
		return statuses;
	};
	const first = await draws('session-cn-1,expired');
	expect(new Set(first)).toEqual(new Set([200, 401]));
	expect(sandbox.books().generationsBilled).toBe(first.filter((status) => status === 200).length);
	sandbox.reset();
	expect(await draws('session-cn-1,expired')).toEqual(first);
	expect(await draws('expired,long-gone')).toEqual(Array.from({ length: 12 }, () => 401));
});

it("429 can carry the server's own -2001", async () => {
	sandbox.settings({ dialect: 'real' });
	sandbox.fault({ route: 'generate', kind: '429', code: '-2001', retryAfter: 2 });
	expect(await call('POST', images, { model: 'jimeng-4.0', prompt: 'x' })).toMatchObject({
		status: 429,
		json: { code: -2001, data: null },
	});
	sandbox.fault({ route: 'generate', kind: '429', code: 'BUSY' });
	expect(await call('POST', images, { model: 'jimeng-4.0', prompt: 'x' })).toMatchObject({
		status: 429,
		json: { error: { code: 'BUSY' } },
	});
});

it('a composition that fails before anything is sent upstream costs nothing, and is no job', async () => {
	sandbox.settings({ compositionsBroken: true });
	const body = { model: 'jimeng-4.0', prompt: 'x', images: ['https://example.com/a.png'] };
	expect((await call('POST', '/v1/images/compositions', body)).status).toBe(500);
	sandbox.fault({ route: 'generate', kind: '502AfterAccept' });
	expect((await call('POST', '/v1/images/compositions', body)).status).toBe(502);
	sandbox.settings({ compositionsBroken: false });
	expect((await call('POST', '/v1/images/compositions', { ...body, prompt: 'x [fail:UPLOAD_TIMEOUT]' })).status).toBe(
		500,
	);
	expect(sandbox.books()).toMatchObject({ generationsBilled: 0, jobs: [{ status: 'failed' }] });
});

it('chats and videos are jobs of the books, those that fail in a stream too', async () => {
	const chat = (model: string, content: string, stream = false) =>
		call('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content }], stream });
	await chat('jimeng-4.0', 'a chat');
	await chat('jimeng-video-3.0', 'a video', true);
	expect((await chat('jimeng-4.0', 'a failure [refuse]', true)).text).toContain('CONTENT_FILTERED');
	expect(sandbox.books().jobs.map(({ prompt, generationsBilled }) => [prompt, generationsBilled])).toEqual([
		['a chat', 1],
		['a video', 1],
		['a failure [refuse]', 0],
	]);
});
