import { Readable } from 'node:stream';
import type { ImageRequest } from '../../model/request';
import { bodyOf, candidate, data, picture, request, session } from '../../test/support/geminiJobs';
import type { Reply } from '../../test/support/jsonServer';
import { submitCall } from '../../test/support/providerCalls';

/** The requests to Gemini. */

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
