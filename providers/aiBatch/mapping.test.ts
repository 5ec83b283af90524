import type { ImageRequest } from '../../model/request';
import { fromAnswer, toGenerateBody } from './mapping';
import { generateAnswer } from './wire';

const upstream = { upstream: 'gemini', upstreamApiKey: 'AIza' };
const request: ImageRequest = { prompt: 'A fox', count: 1 };
const bytes = Buffer.from('a picture').toString('base64');
const read = (answer: object, count = 1) =>
	fromAnswer(generateAnswer.parse(answer), { ...request, count }, 'https://server.example', 'key-1');

describe('a request', () => {
	it.each<[string, Partial<ImageRequest>, object]>([
		['nothing but a prompt', {}, {}],
		['several images', { count: 4 }, { image_count: 4 }],
		['a negative prompt', { negativePrompt: 'dogs' }, { negative_prompt: 'dogs' }],
		['an empty negative prompt', { negativePrompt: '' }, { negative_prompt: '' }],
		['a model', { model: 'imagen-4' }, { model: 'imagen-4' }],
		['a square', { aspectRatio: '1:1' }, { image_size: '1024x1024' }],
		['a size of its own', { extras: { imageSize: '640x360' } }, { image_size: '640x360' }],
		['both', { aspectRatio: '1:1', extras: { imageSize: '640x360' } }, { image_size: '640x360' }],
		['a ratio that has no size', { aspectRatio: '7:5' }, {}],
		['a size that is no text', { extras: { imageSize: 640 } }, {}],
	])('with %s sends that and nothing else', (_what, patch, body) => {
		expect(toGenerateBody({ ...request, ...patch }, upstream)).toEqual({
			prompt: 'A fox',
			image_count: 1,
			api_provider: 'gemini',
			api_key: 'AIza',
			...body,
		});
	});
});

describe('an answer', () => {
	it.each([
		[{ url: 'https://img.example/a.png' }, { url: 'https://img.example/a.png' }],
		[{ url: 'HTTP://img.example/a.png' }, { url: 'HTTP://img.example/a.png' }],
		[{ url: '/static/a.png' }, { url: 'https://server.example/static/a.png' }],
		[{ url: '//static/a.png' }, { url: 'https://server.example/static/a.png' }],
		[{ url: 'https.png' }, { url: 'https://server.example/https.png' }],
		[{ base64: bytes }, { url: null, inline: Buffer.from('a picture') }],
		[{ base64: `data:image/png;base64,${bytes}` }, { url: null, inline: Buffer.from('a picture') }],
		[
			{ base64: bytes, url: '/a.png' },
			{ url: 'https://server.example/a.png', inline: Buffer.from('a picture') },
		],
	])('with the image %j has it at its address or inside', (image, expected) => {
		const [found] = read({ images: [image] }).images;
		expect(found).toEqual({
			index: 0,
			fileName: 'image',
			mimeType: null,
			width: null,
			height: null,
			bytes: null,
			seed: null,
			...expected,
		});
	});

	it.each([
		['fox.png', 'fox.png'],
		['/var/out/fox.png', 'fox.png'],
		['C:\\out\\fox.png', 'fox.png'],
		['out/', 'image'],
		['', 'image'],
		[null, 'image'],
	])('with the file name %j names the file %j', (filename, fileName) => {
		const [image] = read({ images: [{ url: '/a', filename, mime_type: 'image/png' }] }).images;
		expect(image).toMatchObject({ fileName, mimeType: 'image/png' });
	});

	it('with all images is a job that has succeeded', () => {
		const { job, images } = read({ images: [{ url: '/a' }, { url: '/b' }], generation_id: 7 }, 2);
		expect(job).toEqual({
			provider: 'aiBatch',
			id: '7',
			status: 'succeeded',
			progress: 100,
			total: 2,
			completed: 2,
			error: null,
			idempotencyKey: 'key-1',
			createdAt: null,
			updatedAt: null,
		});
		expect(images.map(({ index }) => index)).toEqual([0, 1]);
	});

	it('with more images than requested gives them all', () => {
		expect(read({ images: [{ url: '/a' }, { url: '/b' }] }, 1).job).toMatchObject({
			status: 'succeeded',
			total: 2,
			completed: 2,
			id: null,
		});
	});

	it('with some of the images reports their number; entries without an image are left out', () => {
		const { job, images } = read({ images: [{ mime_type: 'image/png' }, { url: '/a' }] }, 3);
		expect(job).toMatchObject({
			status: 'partial',
			progress: null,
			total: 3,
			completed: 1,
			error: {
				code: 'upstream',
				message: '1 of 3 images arrived',
				hint: expect.stringContaining('again') as string,
			},
		});
		expect(images).toMatchObject([{ index: 0, url: 'https://server.example/a' }]);
	});

	it.each([[[]], [[{ filename: 'a.png' }]]])('without an image (%j) is an error that is not repeated', (images) => {
		expect(() => read({ images })).toThrow(
			expect.objectContaining({
				code: 'malformedResponse',
				retryable: false,
				message: 'AI Batch answered without an image',
				hint: expect.stringContaining('rejected') as string,
			}) as Error,
		);
	});

	it('is kept without its images, which may be many megabytes', () => {
		expect(read({ success: true, images: [{ base64: bytes, filename: 'a' }, { url: '/b' }] }, 2).raw).toEqual({
			success: true,
			images: [{ filename: 'a', base64: `(${bytes.length} characters)` }, { url: '/b' }],
		});
	});
});
