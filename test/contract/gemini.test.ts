import { Readable } from 'node:stream';
import sharp from 'sharp';
import type { Reference } from '../../model/request';
import { geminiAdapter } from '../../providers/gemini/adapter';
import { bytesOf, spoken } from '../support/conformance';
import { contractBench } from '../support/contractBench';
import { failureOf } from '../support/failureOf';

const file = (fileName: string, bytes = 3): Reference => ({
	kind: 'binary',
	fileName,
	mimeType: 'image/png',
	bytes,
	open: () => Promise.resolve(Readable.from([Buffer.from('abc')])),
});
const pro = 'gemini-3-pro-image-preview';

describe('Google Gemini, official', () => {
	const { sandbox, open, lastRequest } = contractBench('gemini', 'document');

	it('sends every field and no other', async () => {
		const { submit } = await open();
		await submit({
			prompt: 'A cat',
			model: pro,
			aspectRatio: '9:16',
			resolution: '2K',
			seed: 7,
			extras: { temperature: 0.7, topP: 0.9, topK: 30 },
		});
		expect(lastRequest()).toEqual({
			model: pro,
			parts: [{ text: 'A cat' }],
			generationConfig: {
				responseModalities: ['TEXT', 'IMAGE'],
				temperature: 0.7,
				topP: 0.9,
				topK: 30,
				seed: 7,
				imageConfig: { aspectRatio: '9:16', imageSize: '2K' },
			},
		});
		await submit({ prompt: 'A cat' });
		expect(lastRequest()).toEqual({
			model: 'gemini-2.5-flash-image',
			parts: [{ text: 'A cat' }],
			generationConfig: { responseModalities: ['TEXT', 'IMAGE'] },
		});
		await submit({ prompt: 'A cat', resolution: '1K' });
		expect(lastRequest()).toMatchObject({ model: pro });
	});

	it('sends references inside the request, in their order', async () => {
		const { submit } = await open();
		await submit({ references: [file('a.png'), file('b.png')] });
		expect(lastRequest()).toMatchObject({
			parts: [{ text: 'A cat' }, { inlineData: { mimeType: 'image/png', bytes: 3 } }, { inlineData: {} }],
		});
		expect(
			await failureOf(
				submit({ references: Array.from({ length: 3 }, (_, n) => file(`${n}.png`, 5 * 1024 * 1024)) }),
			),
		).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringMatching(/References have 15728640 bytes together/) as string,
		});
	});

	it('the answer holds a picture of the requested size; thoughts are not pictures', async () => {
		const { run } = await open();
		const { job, images } = await run({ model: pro, aspectRatio: '16:9', resolution: '2K' });
		expect(job).toMatchObject({ id: null, status: 'succeeded', total: 1, completed: 1 });
		expect(images).toMatchObject([{ index: 0, url: null, mimeType: 'image/png' }]);
		expect(await sharp(await bytesOf(images[0] ?? ({} as never))).metadata()).toMatchObject({
			width: 2752,
			height: 1536,
		});
	});

	it.each([
		['gemini-2.5-flash-image', {}, { inputTokens: 2, outputTokens: 1298, estimatedUsd: 0.038941 }],
		[pro, { resolution: '4K' }, { inputTokens: 2, outputTokens: 2218, estimatedUsd: 0.243484 }],
		['gemini-2.0-flash-exp-image-generation', {}, { outputTokens: 1298, estimatedUsd: null }],
	])(
		'reports the tokens of %s and their cost',
		async (model, more, usage) => {
			const { run } = await open();
			expect((await run({ model, ...more })).usage).toMatchObject({ model, ...usage });
		},
		20_000,
	);

	it('several candidates in one call, where the model gives them', async () => {
		sandbox().settings({ multipleCandidates: true });
		const { run } = await open();
		expect(await run({ count: 3 })).toMatchObject({
			job: { status: 'succeeded', completed: 3 },
			usage: { outputTokens: 3 * 1290 + 8 },
		});
		expect(sandbox().books().requests['POST /v1beta/models/:model:generateContent']).toBe(1);
	});

	it('a call each where it does not, which is learned once; seeds differ', async () => {
		const { run } = await open();
		const { images, usage } = await run({ count: 3, seed: 5 });
		expect(
			new Set(await Promise.all(images.map(async (image) => (await bytesOf(image)).toString('base64')))).size,
		).toBe(3);
		expect(usage).toMatchObject({ inputTokens: 6, outputTokens: 3 * 1298 });
		await run({ count: 2 });
		expect(sandbox().books().requests['POST /v1beta/models/:model:generateContent']).toBe(1 + 3 + 2);
	});

	it('"too fast" in the middle of several calls loses no picture', async () => {
		const { run } = await open();
		await run({ count: 2 });
		sandbox().fault({ route: 'generate', kind: '429', retryAfter: 1 });
		expect((await run({ count: 3 })).job).toMatchObject({ status: 'succeeded', completed: 3 });
	});

	it('if some of several calls fail, the received pictures stay and the reason is reported', async () => {
		const { run } = await open();
		await run({ count: 2 });
		sandbox().fault({ route: 'generate', kind: '500' });
		expect((await run({ count: 3 })).job).toMatchObject({
			status: 'partial',
			total: 3,
			completed: 2,
			error: {
				code: 'upstream',
				message: expect.stringMatching(/^2 of 3 images arrived: Gemini answered 500/) as string,
			},
		});
	});

	it.each([
		['[refuse]', 'contentRejected', /rejected the content \(IMAGE_SAFETY\): the image would violate/],
		['[finish:PROHIBITED_CONTENT]', 'contentRejected', /PROHIBITED_CONTENT/],
		['[finish:RECITATION]', 'contentRejected', /recite protected work/],
		['[block:BLOCKLIST]', 'contentRejected', /words of a blocklist/],
		['[words]', 'contentRejected', /words instead of an image: I can describe/],
		['[finish:NO_IMAGE]', 'malformedResponse', /without an image \(NO_IMAGE\)/],
		['[nothing]', 'malformedResponse', /without an image \(STOP\)/],
	])('%s is no success', async (marker, code, message) => {
		const { submit } = await open();
		expect(await failureOf(submit({ prompt: `A cat ${marker}` }))).toMatchObject({
			code,
			message: expect.stringMatching(message) as string,
			retryable: false,
		});
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it('a resolution that the model does not support fails before any request', async () => {
		const { submit } = await open();
		expect(await failureOf(submit({ model: 'gemini-2.5-flash-image', resolution: '4K' }))).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringMatching(
				/gemini-2.5-flash-image takes none. Models that take it: gemini-3-pro-image-preview/,
			) as string,
		});
		expect(await failureOf(submit({ model: pro, resolution: '512' }))).toMatchObject({
			message: expect.stringMatching(/takes 1K, 2K, 4K/) as string,
		});
		expect(sandbox().books().jobs).toEqual([]);
	});

	it('a model that does not exist, and no key', async () => {
		const { submit } = await open();
		expect(await failureOf(submit({ model: 'gemini-9' }))).toMatchObject({
			code: 'notFound',
			hint: expect.stringContaining('Check the model') as string,
		});
		const stranger = await open({ apiKey: 'AIza-nobody' });
		const error = await failureOf(stranger.submit());
		expect(error).toMatchObject({ code: 'auth', httpStatus: 400 });
		expect(spoken(error)).not.toContain('AIza-nobody');
	});

	it('variables of the environment change nothing', async () => {
		process.env['GOOGLE_GENAI_USE_VERTEXAI'] = 'true';
		process.env['GOOGLE_API_KEY'] = 'AIza-of-another';
		try {
			const { run } = await open();
			expect((await run()).job.status).toBe('succeeded');
		} finally {
			delete process.env['GOOGLE_GENAI_USE_VERTEXAI'];
			delete process.env['GOOGLE_API_KEY'];
		}
	});

	it('lists the models that make pictures', async () => {
		const { endpoint } = await open();
		expect(await endpoint.session.models?.({})).toEqual(
			expect.arrayContaining([{ value: pro, name: 'Nano Banana Pro' }]),
		);
		expect((await endpoint.session.models?.({}))?.map(({ value }) => value)).not.toContain('gemini-2.5-flash');
	});
});

describe('Google Gemini, through a proxy', () => {
	const { sandbox, open } = contractBench('gemini', 'real');

	it.each([
		['gemini-2.5-flash-image', null],
		[pro, expect.stringMatching(/^http.*\.png$/)],
	])('finds the picture of %s in the text', async (model, url) => {
		const { run } = await open();
		const { images } = await run({ model });
		expect(images).toMatchObject([{ url: url as string | null }]);
		expect(await sharp(await bytesOf(images[0] ?? ({} as never))).metadata()).toMatchObject({ format: 'png' });
	});

	it('an unknown model fails before any request', async () => {
		const { submit } = await open();
		expect(await failureOf(submit({ model: 'gemini-2.0-flash-exp-image-generation' }))).toMatchObject({
			code: 'invalidRequest',
			message: 'The yunwu endpoint does not have gemini-2.0-flash-exp-image-generation',
			hint: expect.stringContaining(pro) as string,
		});
		expect(sandbox().books().jobs).toEqual([]);
	});

	it('the key is a bearer token there, and batches are not offered', async () => {
		const wrongKind = await open({ endpoint: 'official' });
		expect(await failureOf(wrongKind.submit())).toMatchObject({
			code: 'auth',
			hint: expect.stringContaining('endpoint of the credential') as string,
		});
		const { submit } = await open();
		expect(await failureOf(submit({ extras: { batch: true } }))).toMatchObject({
			code: 'notFound',
			hint: expect.stringContaining('proxy may not offer') as string,
		});
	});

	it('an empty base URL is the address of its kind', () => {
		const { endpoint } = geminiAdapter;
		expect([
			endpoint({ endpoint: 'yunwu', apiKey: 'k', baseUrl: ' ' }).baseUrl,
			endpoint({ apiKey: 'k' }).baseUrl,
		]).toEqual(['https://yunwu.ai', 'https://generativelanguage.googleapis.com']);
	});
});
