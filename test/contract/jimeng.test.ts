import sharp from 'sharp';
import { readChatStream } from '../../providers/jimeng/chat';
import type { JimengSession } from '../../providers/jimeng/adapter';
import { bytesOf, type Opened, spoken } from '../support/conformance';
import { contractBench } from '../support/contractBench';
import { failureOf } from '../support/failureOf';

const sessionOf = ({ endpoint }: Opened) => endpoint.session as JimengSession;

describe.each(['document', 'real'] as const)('Jimeng in dialect %s', (dialect) => {
	const { sandbox, open, lastRequest } = contractBench('jimeng', dialect);

	it('sends every field of the document and no other', async () => {
		const { submit } = await open();
		await submit({
			prompt: 'A cat',
			count: 1,
			model: 'jimeng-3.0',
			aspectRatio: '16:9',
			resolution: '4K',
			negativePrompt: 'dogs',
			extras: { sampleStrength: 0.7, responseFormat: 'url' },
		});
		expect(lastRequest()).toEqual({
			model: 'jimeng-3.0',
			prompt: 'A cat',
			ratio: '16:9',
			resolution: '4k',
			negative_prompt: 'dogs',
			sample_strength: 0.7,
			response_format: 'url',
		});
		await submit({ prompt: 'A cat', extras: {} });
		expect(lastRequest()).toEqual({
			model: 'jimeng-4.0',
			prompt: 'A cat',
			ratio: '1:1',
			resolution: '2k',
			response_format: 'url',
		});
	});

	it('composes from one to ten URLs, in their order', async () => {
		const { submit } = await open();
		const urls = Array.from({ length: 10 }, (_, n) => `https://example.com/${n}.jpg`);
		const { job } = await submit({
			prompt: 'A cat',
			strength: 0.3,
			references: urls.map((url) => ({ kind: 'url', url })),
		});
		expect(job.status).toBe('succeeded');
		expect(lastRequest()).toMatchObject({ images: urls, sample_strength: 0.3 });
		expect(
			await failureOf(
				submit({ references: [...urls, 'https://example.com/10.jpg'].map((url) => ({ kind: 'url', url })) }),
			),
		).toMatchObject({ code: 'invalidRequest', message: expect.stringContaining('at most 10') as string });
		expect(
			await failureOf(
				submit({
					references: [
						{
							kind: 'binary',
							fileName: 'a.png',
							mimeType: 'image/png',
							bytes: 1,
							open: () => Promise.reject(new Error('unread')),
						},
					],
				}),
			),
		).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringMatching(/is a file; it takes URLs only\. Put it where/) as string,
		});
	});

	it.each([
		['2K', '21:9', 3024, 1296],
		['4K', '2:3', 3328, 4992],
	])(
		'%s and %s come as %i × %i',
		async (resolution, aspectRatio, width, height) => {
			const { submit } = await open();
			const { images } = await submit({ resolution, aspectRatio });
			for (const image of images.slice(0, 1))
				expect(await sharp(await bytesOf(image)).metadata()).toMatchObject({ width, height });
		},
		30_000,
	);

	it('gives pictures inside the answer unchanged', async () => {
		const { submit } = await open();
		const { images, raw } = await submit({ count: 2, extras: { responseFormat: 'b64_json', countInPrompt: true } });
		expect(images.map(({ inline, url }) => [Buffer.isBuffer(inline), url])).toEqual([
			[true, null],
			[true, null],
		]);
		expect(JSON.stringify(raw).length).toBeLessThan(1_000);
	});

	it('gives all pictures of the site, and reports the requested number if fewer arrive', async () => {
		const { submit } = await open();
		expect((await submit({ count: 1, extras: {} })).job).toMatchObject({
			status: 'succeeded',
			total: 4,
			completed: 4,
			id: null,
		});
		expect((await submit({ prompt: 'A cat [partial:1]', count: 3, extras: {} })).job).toMatchObject({
			status: 'partial',
			total: 3,
			completed: 1,
			error: { message: expect.stringContaining('1 of 3') as string },
		});
		expect(await failureOf(submit({ prompt: 'A cat [partial:0]' }))).toMatchObject({
			code: 'malformedResponse',
			retryable: false,
		});
	});

	it.each([
		['UPLOAD_TIMEOUT', dialect === 'document' ? 'timeout' : 'invalidRequest'],
		['GENERATION_FAILED', 'upstream'],
		['GENERATION_TIMEOUT', 'timeout'],
		['INSUFFICIENT_POINTS', 'quotaExceeded'],
		['CONTENT_FILTERED', 'contentRejected'],
		['BAD_REQUEST', 'invalidRequest'],
		['INVALID_SESSION', 'auth'],
		['ANYTHING_ELSE', 'upstream'],
	])('the failure %s is %s, and is never sent again by itself', async (code, expected) => {
		const { submit } = await open();
		expect(await failureOf(submit({ prompt: `A cat [fail:${code}]` }))).toMatchObject({ code: expected });
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it('a client time-out has an unknown outcome', async () => {
		const { submit } = await open({}, 50);
		expect(await failureOf(submit({ prompt: 'A cat [slow:500]' }))).toMatchObject({
			code: 'timeout',
			hint: expect.stringContaining('may be paid') as string,
		});
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it.each([
		['cn', 'session-cn-1', 'session-cn-1'],
		['us', 'session-1', 'us-session-1'],
		['us', 'us-session-1', 'us-session-1'],
		['cn', 'session-cn-1, session-cn-2', 'session-cn-1'],
	])('site %s with session "%s" is let in', async (site, sessionId, tenant) => {
		const { submit } = await open({ site, sessionId });
		await submit();
		expect(Object.keys(sandbox().books().tenants)).toEqual([tenant]);
	});

	it('a session that has expired is an auth error that does not say it', async () => {
		const { submit } = await open({ sessionId: 'expired-session' });
		const error = await failureOf(submit());
		expect(error).toMatchObject({ code: 'auth', hint: expect.stringContaining('take a new sessionid') as string });
		expect(spoken(error)).not.toContain('expired-session');
	});

	it('lists the models for pictures', async () => {
		const opened = await open();
		expect((await opened.endpoint.session.models?.({}))?.map(({ value }) => value)).toEqual([
			'jimeng-4.0',
			'jimeng-3.1',
			'jimeng-3.0',
			'jimeng-2.1',
			'jimeng-xl-pro',
		]);
	});

	describe('a streamed chat', () => {
		const chat = async (content: string, model = 'jimeng-4.0') =>
			await readChatStream(
				sessionOf(await open()).client.chatStream(
					{ model, messages: [{ role: 'user', content }] },
					{ timeoutMs: 10_000 },
				),
				[],
			);

		it('is complete, wherever its chunks end', async () => {
			const { text, urls, finished, error } = await chat('画一幅山水画 3张');
			expect({ finished, error }).toEqual({ finished: true, error: null });
			expect(urls).toHaveLength(3);
			expect(text).toContain('🎨 图像生成中，请稍候...');
		});

		it('names a video once', async () => {
			expect((await chat('海浪', 'jimeng-video-3.0')).urls).toEqual([expect.stringMatching(/video\.mp4$/)]);
		});

		it('that is cut is an error that keeps the received part', async () => {
			const { text, urls, finished, error } = await chat('画 4张 [cut]');
			expect(finished || error !== null).toBe(true);
			expect(error).toMatchObject({ code: 'network' });
			expect(text).toContain('图像生成中');
			expect(urls.length).toBeLessThan(4);
		});

		it('that ends in a text of failure is one', async () => {
			expect((await chat('画 [refuse]')).error).toMatchObject({ code: 'contentRejected' });
			expect((await chat('画 [fail:GENERATION_FAILED]')).error).toMatchObject({
				code: 'upstream',
				retryable: false,
			});
		});
	});
});

describe('Jimeng as its real server differs', () => {
	const { sandbox, open } = contractBench('jimeng', 'real');

	it('a release whose compositions never work fails once with a hint', async () => {
		sandbox().settings({ compositionsBroken: true });
		const { submit } = await open();
		expect(
			await failureOf(submit({ references: [{ kind: 'url', url: 'https://example.com/a.png' }] })),
		).toMatchObject({ code: 'upstream', retryable: false, message: expect.stringContaining('-1000') as string });
		expect(sandbox().books().requests).toEqual({ 'POST /v1/images/compositions': 1 });
	});

	it('a path that the server does not have is no success', async () => {
		const { config } = await open();
		const { submit } = await open({ baseUrl: `${config.baseUrl}/api` });
		expect(await failureOf(submit())).toMatchObject({
			code: 'invalidRequest',
			hint: expect.stringContaining('base URL') as string,
		});
	});
});
