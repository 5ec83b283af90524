import type { ImageRequest } from '../../model/request';
import { fromAnswer, toImagesBody } from './mapping';
import { imageModels } from './models';
import { imagesAnswer } from './wire';

const request: ImageRequest = { prompt: '狐狸', count: 1 };
const bytes = Buffer.from('a picture').toString('base64');
const read = (answer: object, count = 1) =>
	fromAnswer(imagesAnswer.parse({ data: [], ...answer }), { ...request, count }, 'key-1');

describe('a request', () => {
	it.each<[string, Partial<ImageRequest>, object]>([
		['nothing but a prompt', {}, {}],
		['a model', { model: 'jimeng-3.0' }, { model: 'jimeng-3.0' }],
		['a ratio', { aspectRatio: '16:9' }, { ratio: '16:9' }],
		['a resolution', { resolution: '2K' }, { resolution: '2k' }],
		['a negative prompt', { negativePrompt: 'dogs' }, { negative_prompt: 'dogs' }],
		['a strength', { strength: 0.3 }, { sample_strength: 0.3 }],
		['a strength of 0', { strength: 0 }, { sample_strength: 0 }],
		['a sample strength', { extras: { sampleStrength: 0.7 } }, { sample_strength: 0.7 }],
		['both', { strength: 0.3, extras: { sampleStrength: 0.7 } }, { sample_strength: 0.3 }],
		['a sample strength that is no number', { extras: { sampleStrength: '0.7' } }, {}],
		['URLs', { extras: { responseFormat: 'url' } }, { response_format: 'url' }],
		['bytes', { extras: { responseFormat: 'b64_json' } }, { response_format: 'b64_json' }],
		['an unknown format', { extras: { responseFormat: 'webp' } }, {}],
		['the count in the prompt', { count: 3, extras: { countInPrompt: true } }, { prompt: '狐狸，3张' }],
		['the count beside the prompt', { count: 3, extras: { countInPrompt: 'true' } }, {}],
	])('with %s sends that and nothing else', (_what, patch, body) => {
		expect(toImagesBody({ ...request, ...patch })).toEqual({ model: imageModels[0], prompt: '狐狸', ...body });
	});
});

describe('an answer', () => {
	it('with all images is a job that has succeeded', () => {
		const answer = { created: 1_769_592_976, data: [{ url: 'https://img.example/a' }, { b64_json: bytes }] };
		const { job, images } = read(answer, 2);
		expect(job).toEqual({
			provider: 'jimeng',
			id: null,
			status: 'succeeded',
			progress: 100,
			total: 2,
			completed: 2,
			error: null,
			idempotencyKey: 'key-1',
			createdAt: '2026-01-28T09:36:16.000Z',
			updatedAt: '2026-01-28T09:36:16.000Z',
		});
		const common = { mimeType: null, width: null, height: null, bytes: null, seed: null };
		expect(images).toEqual([
			{ ...common, index: 0, url: 'https://img.example/a', fileName: 'image_0' },
			{ ...common, index: 1, url: null, fileName: 'image_1', inline: Buffer.from('a picture') },
		]);
	});

	it('prefers the bytes to the address', () => {
		const [image] = read({ data: [{ url: 'https://img.example/a', b64_json: bytes }] }).images;
		expect(image).toMatchObject({ url: null, inline: Buffer.from('a picture') });
	});

	it('numbers the images that came, leaving out entries without one', () => {
		const { images } = read({ data: [{ revised_prompt: 'x' }, { url: 'https://img.example/a' }] });
		expect(images.map(({ index, url }) => [index, url])).toEqual([[0, 'https://img.example/a']]);
	});

	it('with more images than requested gives them all', () => {
		expect(read({ data: [{ url: 'https://a.example/1' }, { url: 'https://a.example/2' }] }, 1).job).toMatchObject({
			status: 'succeeded',
			total: 2,
			completed: 2,
			createdAt: null,
		});
	});

	it('with fewer images says how many came', () => {
		expect(read({ data: [{ url: 'https://a.example/1' }] }, 4).job).toMatchObject({
			status: 'partial',
			progress: null,
			total: 4,
			completed: 1,
			error: {
				code: 'upstream',
				message: expect.stringContaining('1 of 4 images arrived') as string,
				hint: expect.stringContaining('Count in the Prompt') as string,
			},
		});
	});

	it('without an image is an error that is not repeated', () => {
		for (const data of [[], [{ revised_prompt: 'x' }]])
			expect(() => read({ data })).toThrow(
				expect.objectContaining({
					code: 'malformedResponse',
					retryable: false,
					hint: expect.stringContaining('check the site') as string,
				}) as Error,
			);
	});

	it('is kept without its images', () => {
		expect(read({ data: [{ b64_json: bytes, revised_prompt: 'x' }] }).raw).toEqual({
			data: [{ revised_prompt: 'x', b64_json: `(${bytes.length} characters)` }],
		});
	});
});
