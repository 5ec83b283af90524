import { Readable } from 'node:stream';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { jsonServer, type Reply } from '../../test/support/jsonServer';
import { submitCall } from '../../test/support/providerCalls';
import { geminiAdapter } from './adapter';

/** The requests to Gemini, and its answers and batches as jobs. */

const data = Buffer.from('a picture').toString('base64');
const inline = Buffer.from('a picture');
const request: ImageRequest = { prompt: 'A fox', count: 1 };

function session(reply: Parameters<typeof jsonServer>[0], more: object = {}) {
	const server = jsonServer(reply);
	return {
		...server,
		...geminiAdapter.connect(geminiAdapter.endpoint({ apiKey: 'AIza-key', ...more }), server.transport),
	};
}
const bodyOf = (text: string | undefined) => JSON.parse(text ?? '{}') as Record<string, unknown>;
const picture = (mimeType: string | null = 'image/png') => ({
	inlineData: { ...(mimeType ? { mimeType } : {}), data },
});
const candidate = (...parts: object[]) => ({ content: { parts }, finishReason: 'STOP' });
const image = (index: number, more: object = {}) => ({
	index,
	url: null,
	fileName: `image_${index}`,
	mimeType: 'image/png',
	width: null,
	height: null,
	bytes: null,
	seed: null,
	inline,
	...more,
});

describe('a request', () => {
	it.each<[string, Partial<ImageRequest>, string, object]>([
		['nothing but a prompt', {}, 'gemini-2.5-flash-image', {}],
		['a resolution', { resolution: '2K' }, 'gemini-3-pro-image-preview', { imageConfig: { imageSize: '2K' } }],
		['a ratio', { aspectRatio: '16:9' }, 'gemini-2.5-flash-image', { imageConfig: { aspectRatio: '16:9' } }],
		['a seed of 0', { seed: 0 }, 'gemini-2.5-flash-image', { seed: 0 }],
		[
			'settings',
			{ extras: { temperature: 0.5, topP: 0.9, topK: 40 } },
			'gemini-2.5-flash-image',
			{ temperature: 0.5, topP: 0.9, topK: 40 },
		],
		['a model', { model: 'gemini-3-pro-image' }, 'gemini-3-pro-image', {}],
	])('with %s sends that and nothing else', async (_what, patch, model, config) => {
		const { submit, asked } = session(() => ({ body: { candidates: [candidate(picture())] } }));
		await submit({ ...request, ...patch }, submitCall());
		expect(asked[0]?.path).toBe(`/v1beta/models/${model}:generateContent`);
		expect(bodyOf(asked[0]?.text)).toEqual({
			contents: [{ role: 'user', parts: [{ text: 'A fox' }] }],
			generationConfig: { responseModalities: ['TEXT', 'IMAGE'], ...config },
		});
	});

	it('with references sends their bytes after the prompt', async () => {
		const { submit, asked } = session(() => ({ body: { candidates: [candidate(picture())] } }));
		const file = { kind: 'binary', fileName: 'a.png', mimeType: 'image/png', bytes: 9 } as const;
		await submit(
			{
				...request,
				references: [
					{ kind: 'url', url: 'https://a.example/a.png' },
					{ ...file, open: async () => Readable.from([Buffer.from('a '), Buffer.from('picture')]) },
				],
			},
			submitCall(),
		);
		expect(bodyOf(asked[0]?.text)['contents']).toEqual([
			{ role: 'user', parts: [{ text: 'A fox' }, { inlineData: { mimeType: 'image/png', data } }] },
		]);
	});

	it('for a model that the endpoint does not have is not sent; for an unknown one it is', async () => {
		const { submit, asked } = session(() => ({ body: { candidates: [candidate(picture())] } }), {
			endpoint: 'yunwu',
		});
		const model = 'gemini-2.0-flash-exp-image-generation';
		await expect(submit({ ...request, model }, submitCall())).rejects.toMatchObject({
			code: 'invalidRequest',
			delivery: 'notSent',
			hint: expect.not.stringContaining(model) as string,
		});
		expect(asked).toEqual([]);
		await submit({ ...request, model: 'brand-new' }, submitCall());
		expect(asked).toHaveLength(1);
	});

	it.each([
		[60_000, 60_000],
		[10, 1_000],
		[3_600_000, 600_000],
	])('that may take %d ms is given %d ms', async (maxWaitMs, timeoutMs) => {
		const { submit, asked } = session(() => ({ body: { candidates: [candidate(picture())] } }));
		await submit(request, submitCall({ maxWaitMs }));
		expect(asked[0]?.timeoutMs).toBe(timeoutMs);
	});

	it('for several images gives each call its own seed, and none where none was asked for', async () => {
		for (const [seed, seeds] of [
			[5, [5, 5, 6]],
			[undefined, [undefined, undefined, undefined]],
		] as const) {
			const { submit, asked } = session(
				(_request, call): Reply =>
					call === 1
						? { status: 400, body: { error: { code: 400, message: 'candidateCount must be 1' } } }
						: { body: { candidates: [candidate(picture())] } },
			);
			await submit({ ...request, count: 2, ...(seed === undefined ? {} : { seed }) }, submitCall());
			const configs = asked.map(({ text }) => bodyOf(text)['generationConfig'] as Record<string, unknown>);
			expect(configs.map((config) => config['seed'])).toEqual(seeds);
			expect(configs.map((config) => config['candidateCount'])).toEqual([2, undefined, undefined]);
		}
	});

	it.each([
		[1, 'succeeded'],
		[2, 'succeeded'],
		[3, 'partial'],
	])('that is rate limited %d times in a row is %s: a call is tried three times', async (times, status) => {
		let refused = 0;
		const { submit } = session((_request, call): Reply => {
			if (call === 1) return { status: 400, body: { error: { code: 400, message: 'Multiple candidates' } } };
			// The call for the second image is rate limited.
			if (call === 2 || refused >= times) return { body: { candidates: [candidate(picture())] } };
			refused++;
			return { status: 429, body: { error: { code: 429, message: 'slow down' } } };
		});
		expect((await submit({ ...request, count: 2 }, submitCall())).job.status).toBe(status);
	});
});

describe('an answer', () => {
	const read = async (body: object, patch: Partial<ImageRequest> = {}): Promise<JobSnapshot> =>
		await session(() => ({ body })).submit({ ...request, ...patch }, submitCall());

	it('with all images is a job that has succeeded', async () => {
		const { job, images, usage } = await read({ candidates: [candidate(picture())] });
		expect(job).toEqual({
			provider: 'gemini',
			id: null,
			status: 'succeeded',
			progress: 100,
			total: 1,
			completed: 1,
			error: null,
			idempotencyKey: 'key-1',
			createdAt: null,
			updatedAt: null,
		});
		expect(images).toEqual([image(0)]);
		expect(usage).toBeUndefined();
	});

	it.each<[string, object[], object[]]>([
		['an image without a type', [picture(null)], [image(0, { mimeType: null })]],
		['what is no image beside it', [picture('audio/wav'), picture()], [image(0)]],
		[
			'a sketch on the way',
			[{ ...picture(), thought: true }, picture('image/webp')],
			[image(0, { mimeType: 'image/webp' })],
		],
		['several images in one candidate', [picture(), picture()], [image(0), image(1)]],
		[
			'images in Markdown',
			[
				{ text: `Here: ![fox](data:image/jpeg;base64,${data}) and ![](https://a.example/a.png "x")` },
				{ text: '![b](http://a.example/b)' },
			],
			[
				image(0, { mimeType: 'image/jpeg' }),
				{ ...image(1, { url: 'http://a.example/b', mimeType: null }), inline: undefined },
			],
		],
		['an image beside Markdown', [picture(), { text: `![fox](https://a.example/a.png)` }], [image(0)]],
	])('with %s gives the images', async (_what, parts, images) => {
		expect((await read({ candidates: [candidate(...parts)] })).images).toEqual(images);
	});

	it('with fewer images says how many came and why', async () => {
		const { job } = await read(
			{ candidates: [candidate(picture()), { finishReason: 'IMAGE_SAFETY', finishMessage: 'no' }] },
			{ count: 2 },
		);
		expect(job).toMatchObject({
			status: 'partial',
			progress: null,
			total: 2,
			completed: 1,
			error: {
				code: 'contentRejected',
				message: expect.stringMatching(/^1 of 2 images arrived: Gemini rejected/) as string,
			},
		});
		expect((await read({ candidates: [candidate(picture())] }, { count: 2 })).job).toMatchObject({
			status: 'partial',
			error: { code: 'upstream' },
		});
	});

	it('with more images than requested gives them all', async () => {
		expect((await read({ candidates: [candidate(picture(), picture())] })).job).toMatchObject({
			status: 'succeeded',
			total: 2,
			completed: 2,
		});
	});

	it.each<[object, string, RegExp]>([
		[
			{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'no' } },
			'contentRejected',
			/PROHIBITED_CONTENT.*\. no$/,
		],
		[{ candidates: [{ finishReason: 'SPII' }] }, 'contentRejected', /personal data$/],
		[
			{ candidates: [candidate({ text: 'I would rather not' })] },
			'contentRejected',
			/words instead of an image: I would rather not/,
		],
		[
			{ candidates: [candidate({ text: 'sketching', thought: true })] },
			'malformedResponse',
			/without an image \(STOP\)$/,
		],
		[{ candidates: [{ finishReason: 'toString' }] }, 'malformedResponse', /\(toString\)$/],
		[{ candidates: [{ finishReason: 'OTHER', finishMessage: 'odd' }] }, 'malformedResponse', /\(OTHER\): odd$/],
		[{ responseId: 'a' }, 'malformedResponse', /without an image$/],
	])('without an image (%j) is %s, and is not repeated', async (body, code, message) => {
		await expect(read(body)).rejects.toMatchObject({
			code,
			retryable: false,
			message: expect.stringMatching(message) as string,
			hint: expect.stringMatching(/./) as string,
		});
	});

	it('is kept without its images', async () => {
		const text = `![fox](data:image/jpeg;base64,${data})`;
		const { raw } = await read({ candidates: [candidate(picture(), { text })] });
		expect(JSON.stringify(raw)).not.toContain(data);
		expect(raw).toMatchObject([
			{
				candidates: [
					{
						content: {
							parts: [{ inlineData: { data: `(${data.length} characters)` } }, { text: '(image)' }],
						},
					},
				],
			},
		]);
	});
});

describe('an error', () => {
	const thrown = async (status: number, error: object | string, headers: Record<string, string> = {}) => {
		const { transport } = jsonServer(() => ({ status, body: typeof error === 'string' ? error : { error } }));
		const config = geminiAdapter.endpoint({ apiKey: 'AIza-key' });
		const { submit } = geminiAdapter.connect(config, {
			...transport,
			send: async (sent) => ({ ...(await transport.send(sent)), headers }),
		});
		return await submit(request, submitCall()).then(
			() => undefined,
			(error_: unknown) => error_,
		);
	};
	const details = (...entries: object[]) => ({ message: 'no', details: entries });

	it.each<[number, object | string, string]>([
		[400, { message: 'no', status: 'INVALID_ARGUMENT' }, 'invalidRequest'],
		[400, { message: 'API key not valid' }, 'auth'],
		[400, details({ reason: 'API_KEY_INVALID' }), 'auth'],
		[400, { message: 'enable billing', status: 'FAILED_PRECONDITION' }, 'quotaExceeded'],
		[400, { message: 'location', status: 'FAILED_PRECONDITION' }, 'invalidRequest'],
		[400, { message: 'the prompt was blocked' }, 'contentRejected'],
		[400, { message: 'safety' }, 'contentRejected'],
		[401, { message: 'no' }, 'auth'],
		[403, { message: 'no', status: 'PERMISSION_DENIED' }, 'auth'],
		[404, { message: 'API key not valid' }, 'notFound'],
		[429, { message: 'slow down', status: 'RESOURCE_EXHAUSTED' }, 'rateLimited'],
		[429, details({ violations: [{ quotaId: 'GenerateRequestsPerDayPerProject' }] }), 'quotaExceeded'],
		[429, details({ violations: [{ quotaId: 'RequestsPerMinute' }, {}] }, {}), 'rateLimited'],
		[429, { message: 'limit: 0' }, 'quotaExceeded'],
		[429, { message: '余额不足' }, 'quotaExceeded'],
		[500, { message: 'internal' }, 'upstream'],
		[500, { message: 'blocked' }, 'upstream'],
		[503, { message: 'limit: 0' }, 'overloaded'],
		[504, { message: 'late', status: 'DEADLINE_EXCEEDED' }, 'timeout'],
		[502, '<html>Bad Gateway</html>', 'overloaded'],
		[500, { message: '无效的令牌' }, 'auth'],
	])('%i %j is %s', async (status, error, code) => {
		expect(await thrown(status, error)).toMatchObject({ code, httpStatus: status });
	});

	it('says the word, the reason and what to do', async () => {
		expect(await thrown(403, { message: 'no', status: 'PERMISSION_DENIED' })).toMatchObject({
			message: 'Gemini answered 403 (PERMISSION_DENIED: no)',
			hint: expect.stringContaining('API key') as string,
		});
		expect(await thrown(502, '<html>Bad Gateway</html>')).toMatchObject({
			message: 'Gemini answered 502 (Bad Gateway)',
			hint: expect.stringContaining('later') as string,
		});
		expect(await thrown(404, { message: 'no' })).toMatchObject({
			hint: expect.stringContaining('model') as string,
		});
		expect(await thrown(429, { message: 'limit: 0' })).toMatchObject({
			hint: expect.stringContaining('quota') as string,
		});
		expect(await thrown(400, { message: 'safety' })).toMatchObject({
			hint: expect.stringContaining('prompt') as string,
		});
	});

	it.each<[object, Record<string, string>, number | null]>([
		[details({ retryDelay: '17.5s' }), {}, 17_500],
		[details({}, { retryDelay: '2s' }), {}, 2_000],
		[details({ retryDelay: 'soon' }), {}, null],
		[details({ retryDelay: '17.5s' }), { 'retry-after': '3' }, 3_000],
		[{ message: 'no' }, {}, null],
	])('429 %j with %j asks for a pause of %j ms', async (error, headers, retryAfterMs) => {
		expect(await thrown(429, error, headers)).toMatchObject({ retryAfterMs });
	});
});

describe('a batch', () => {
	const times = { createTime: '2026-01-28T09:36:16Z', updateTime: '2026-01-28T09:36:25Z' };
	const operation = (state: string | null, more: object = {}, name = 'batches/a') => ({
		name,
		metadata: { displayName: 'key-9', model: 'models/gemini-2.5-flash-image', state, ...times, ...more },
	});
	const responses = (...list: object[]) => ({ output: { inlinedResponses: { inlinedResponses: list } } });
	const drawn = { response: { candidates: [candidate(picture())] } };
	const poll = async (body: object, id = 'batches/a') => {
		const observation = (await session(() => ({ body })).poll?.([id], {}))?.get(id);
		if (!observation?.ok) throw observation?.error ?? new Error('not polled');
		return observation.snapshot;
	};

	it.each([
		['BATCH_STATE_PENDING', 'queued'],
		['JOB_STATE_QUEUED', 'queued'],
		['BATCH_STATE_PAUSED', 'queued'],
		['BATCH_STATE_RUNNING', 'running'],
		['BATCH_STATE_NEW', 'running'],
		['toString', 'running'],
		[null, 'running'],
		['BATCH_STATE_CANCELLED', 'canceled'],
	])('in state %j is %s', async (state, status) => {
		expect(await poll(operation(state))).toMatchObject({
			job: {
				provider: 'gemini',
				id: 'batches/a',
				status,
				progress: null,
				total: null,
				completed: null,
				error: null,
				idempotencyKey: 'key-9',
				createdAt: '2026-01-28T09:36:16.000Z',
				updatedAt: '2026-01-28T09:36:25.000Z',
			},
			images: [],
		});
	});

	it.each([
		['BATCH_STATE_EXPIRED', {}, 'timeout'],
		['BATCH_STATE_FAILED', { code: 3, message: 'no' }, 'invalidRequest'],
		['BATCH_STATE_FAILED', { code: 7, message: 'no' }, 'auth'],
		['BATCH_STATE_FAILED', { code: 8, message: 'no' }, 'rateLimited'],
		['BATCH_STATE_FAILED', { code: 14, message: 'no' }, 'overloaded'],
		['BATCH_STATE_FAILED', { code: 13, message: 'safety' }, 'contentRejected'],
		['BATCH_STATE_FAILED', { code: 99, message: 'no' }, 'upstream'],
		['BATCH_STATE_FAILED', undefined, 'upstream'],
	])('in state %s with %j has failed: %s', async (state, error, code) => {
		expect((await poll({ ...operation(state), ...(error ? { error } : {}) })).job).toMatchObject({
			status: 'failed',
			error: { code },
		});
	});

	it('that has succeeded has its images in order, at half the price', async () => {
		const usageMetadata = { promptTokenCount: 1_000_000, candidatesTokenCount: 1_000_000 };
		const response = { ...drawn.response, usageMetadata };
		const snapshot = await poll(operation('BATCH_STATE_SUCCEEDED', responses({ response }, drawn)));
		expect(snapshot.job).toMatchObject({ status: 'succeeded', progress: 100, total: 2, completed: 2, error: null });
		expect(snapshot.images).toEqual([image(0), image(1)]);
		expect(snapshot.usage).toMatchObject({ model: 'gemini-2.5-flash-image', estimatedUsd: 15.15 });
		expect(JSON.stringify(snapshot.raw)).not.toContain(data);
	});

	it.each([
		[
			[drawn, { error: { code: 8, message: 'too fast' } }],
			'partial',
			'rateLimited',
			/^1 of 2 images arrived: Gemini: too fast$/,
		],
		[
			[drawn, { response: { candidates: [{ finishReason: 'SAFETY' }] } }],
			'partial',
			'contentRejected',
			/^1 of 2 images arrived: /,
		],
		[[{ error: { code: 8, message: 'too fast' } }], 'failed', 'rateLimited', /^Gemini: too fast$/],
		[[{}], 'failed', 'upstream', /no reason given/],
		[[], 'failed', 'malformedResponse', /without an image$/],
	])('with the responses %j is %s: %s', async (list, status, code, message) => {
		const { job } = await poll(operation('BATCH_STATE_SUCCEEDED', responses(...list)));
		expect(job).toMatchObject({
			status,
			progress: null,
			error: { code, message: expect.stringMatching(message) as string },
		});
	});

	it('with its results in a file reads them line by line', async () => {
		const { poll: ask, asked } = session(({ path }) =>
			path.startsWith('/download')
				? { body: [JSON.stringify(drawn), '', JSON.stringify({ error: { code: 8 } })].join('\n') }
				: { body: operation('BATCH_STATE_SUCCEEDED', { output: { responsesFile: 'files/r-1' } }) },
		);
		expect((await ask?.(['batches/a'], {}))?.get('batches/a')).toMatchObject({
			snapshot: { job: { status: 'partial', total: 2, completed: 1 } },
		});
		expect(asked[1]).toMatchObject({ path: '/download/v1beta/files/r-1:download', query: { alt: 'media' } });
	});

	it('is not read if its results are on another server', async () => {
		await expect(
			poll(operation('BATCH_STATE_SUCCEEDED', { output: { responsesFile: '../secrets' } })),
		).rejects.toMatchObject({ code: 'malformedResponse' });
	});

	it('gives each image its own seed', async () => {
		const { submit, asked } = session(() => ({ body: operation('BATCH_STATE_PENDING') }));
		const batched = { ...request, count: 2, extras: { batch: true } };
		await submit({ ...batched, seed: 5 }, submitCall());
		await submit(batched, submitCall());
		const seeds = asked.map(({ text }) =>
			[...(text ?? '').matchAll(/"seed":(\d+)/g)].map(([, seed]) => Number(seed)),
		);
		expect(seeds).toEqual([[5, 6], []]);
	});

	it('answered with 500 may have been made, unlike a direct call', () => {
		const { isNotAccepted } = session(() => ({}));
		const own = (status: number) => ({
			status,
			headers: {},
			text: JSON.stringify({ error: { code: status, message: 'no', status: 'INTERNAL' } }),
		});
		const batched = { ...request, extras: { batch: true } };
		expect([500, 503, 400].map((status) => isNotAccepted(own(status), batched))).toEqual([false, true, true]);
		expect([500, 503, 400].map((status) => isNotAccepted(own(status), request))).toEqual([true, true, true]);
		expect([500, 503, 400].map((status) => isNotAccepted(own(status)))).toEqual([true, true, true]);
	});

	describe('canceled', () => {
		const cancel = async (state: string, refusal?: Reply) => {
			const { cancel: stop } = session(
				({ path }): Reply =>
					path.endsWith(':cancel') ? (refusal ?? { body: {} }) : { body: operation(state, responses(drawn)) },
			);
			return await stop?.('batches/a', {});
		};
		const refusal = (status: number): Reply => ({ status, body: { error: { code: status, message: 'no' } } });

		it('is canceled', async () => {
			expect((await cancel('BATCH_STATE_CANCELLED'))?.job.status).toBe('canceled');
			expect((await cancel('BATCH_STATE_RUNNING'))?.job.status).toBe('running');
		});

		it('is canceled if an earlier cancel has ended it', async () => {
			expect((await cancel('BATCH_STATE_CANCELLED', refusal(400)))?.job.status).toBe('canceled');
		});

		it.each([undefined, refusal(400)])('is a conflict after its end (%j)', async (answer) => {
			await expect(cancel('BATCH_STATE_SUCCEEDED', answer)).rejects.toMatchObject({
				code: 'conflict',
				message: expect.stringContaining('succeeded') as string,
			});
		});

		it('is an error if the server rejects it while the batch runs, or cannot be polled', async () => {
			await expect(cancel('BATCH_STATE_RUNNING', refusal(400))).rejects.toMatchObject({ code: 'invalidRequest' });
			await expect(cancel('BATCH_STATE_CANCELLED', refusal(503))).rejects.toMatchObject({ code: 'overloaded' });
		});
	});

	it('is listed with its model', async () => {
		const { list } = session(() => ({
			body: {
				operations: [
					operation('BATCH_STATE_RUNNING'),
					operation('BATCH_STATE_SUCCEEDED', { model: null }, 'batches/b'),
				],
			},
		}));
		const listed = [];
		for await (const { snapshot, request: sent } of list?.({}) ?? [])
			listed.push([snapshot.job.id, snapshot.job.status, sent]);
		expect(listed).toEqual([
			['batches/a', 'running', { model: 'gemini-2.5-flash-image' }],
			['batches/b', 'succeeded', {}],
		]);
	});
});

it.each([{}, [null], { data: [] }])('takes an answer without models for another server (%j)', async (body) => {
	const { models } = session(() => ({ body }));
	await expect(models?.({})).rejects.toMatchObject({ code: 'malformedResponse', retryable: false });
});

it('offers the models that make images, without Imagen', async () => {
	const { models } = session(() => ({
		body: {
			models: [
				{ name: 'models/gemini-2.5-flash-image', displayName: 'Nano Banana' },
				{ name: 'models/gemini-2.5-flash' },
				{ name: 'models/imagen-4-image' },
				{ name: 'models/gemini-3-pro-image' },
			],
		},
	}));
	expect(await models?.({})).toEqual([
		{ value: 'gemini-2.5-flash-image', name: 'Nano Banana' },
		{ value: 'gemini-3-pro-image', name: 'models/gemini-3-pro-image' },
	]);
});
