import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';
import { backendsBench } from './backends';
import { binaryOf } from './harness';

const { sandbox, run } = backendsBench(['jimeng']);

const verb = (type: string, parameters: IDataObject = {}) => ({
	name: 'Verb',
	type,
	parameters: { provider: 'jimeng', prompt: '={{ $json.prompt }}', ...parameters },
});
const node = (resource: string, operation: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Node',
	type: 'jimeng',
	parameters: { resource, operation, ...parameters },
	settings,
});

it('one prompt gives all pictures of the site and reports that there are more than requested', async () => {
	const result = await run(
		[{ prompt: 'A cat' }],
		[verb('imageGenerate', { count: 1, options: {} }), { name: 'Poll', type: 'imagePoll' }],
	);
	const [item] = result.output('Poll', 0);
	expect(item?.json).toMatchObject({
		job: { provider: 'jimeng', id: null, status: 'succeeded', total: 4, completed: 4 },
		differences: [{ field: 'count', expected: '1', actual: '4' }],
	});
	expect(await sharp(await binaryOf(item, 'image_3')).metadata()).toMatchObject({ format: 'webp', width: 2048 });
	// It has ended and has no id, so Poll sends no request.
	expect(Object.keys(sandbox('jimeng').books().requests).filter((route) => !route.startsWith('GET /files'))).toEqual([
		'POST /v1/images/generations',
	]);
}, 30_000);

it('pictures inside the answer become binary data, their names after what they are', async () => {
	const result = await run(
		[{ prompt: 'A cat' }],
		[
			verb('imageGenerate', {
				count: 2,
				download: false,
				options: { responseFormat: 'b64_json', countInPrompt: true },
			}),
		],
	);
	const [item] = result.output('Verb');
	expect(Object.keys(item?.binary ?? {})).toEqual(['image_0', 'image_1']);
	expect(item?.json).toMatchObject({
		images: [{ fileName: 'image_0.webp', mimeType: 'image/webp', url: null }, { index: 1 }],
	});
}, 30_000);

it('composes from URLs; a file fails before any request, with a hint', async () => {
	const urls = 'https://example.com/a.png, https://example.com/b.png';
	const result = await run(
		[{ prompt: 'A cat' }],
		[verb('imageCompose', { references: urls, strength: 0.7, download: false })],
	);
	expect(result.error).toBeUndefined();
	expect(sandbox('jimeng').books().jobs[0]?.request).toMatchObject({
		images: urls.split(', '),
		sample_strength: 0.7,
	});
	const file = await run(
		[
			{
				prompt: 'A cat',
				$binary: {
					photo: {
						base64: (
							await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
								.png()
								.toBuffer()
						).toString('base64'),
					},
				},
			},
		],
		[verb('imageCompose', {})],
	);
	expect(file.error?.message).toMatch(/Reference 1 is a file; it takes URLs only/);
	expect(sandbox('jimeng').books().jobs).toHaveLength(1);
});

it.each([true, false])('a video is a file (streamed: %s)', async (stream) => {
	const [item] = (await run([{}], [node('video', 'generate', { prompt: '海浪拍打海岸', stream })])).output('Node');
	expect(item?.json).toMatchObject({
		mimeType: 'video/mp4',
		fileName: 'video.mp4',
		model: 'jimeng-video-3.0',
		finished: true,
	});
	expect((await binaryOf(item, 'data')).toString('latin1', 4, 8)).toBe('ftyp');
});

it.each([true, false])(
	'a chat gives its text and its pictures (streamed: %s)',
	async (stream) => {
		const [item] = (
			await run(
				[{}],
				[
					node('chat', 'complete', {
						prompt: '画 2张',
						stream,
						messages: '[{"role": "system", "content": "Be kind"}]',
					}),
				],
			)
		).output('Node');
		expect(item?.json).toMatchObject({
			urls: [expect.stringContaining('/files/') as string, expect.any(String) as string],
		});
		expect(Object.keys(item?.binary ?? {})).toEqual(['image_0', 'image_1']);
		expect(sandbox('jimeng').books().jobs[0]?.request).toMatchObject({
			messages: [
				{ role: 'system', content: 'Be kind' },
				{ role: 'user', content: '画 2张' },
			],
		});
	},
	30_000,
);

it('a cut stream gives the received pictures, and the item reports that it is incomplete', async () => {
	const result = await run([{}], [node('chat', 'complete', { prompt: '画 4张 [cut]', stream: true })]);
	const [item] = result.output('Node');
	expect(item?.json).toMatchObject({
		finished: false,
		problem: expect.stringMatching(/ended before|127\.0\.0\.1/) as string,
		text: expect.stringContaining('图像生成中') as string,
	});
	expect(Object.keys(item?.binary ?? {})).toHaveLength((item?.json['urls'] as string[]).length);
});

it('bad messages fail before any request', async () => {
	expect(
		(await run([{}], [node('chat', 'complete', { prompt: 'x', messages: '[{"role": "judge"}]' })])).error?.message,
	).toMatch(/Earlier Messages is not a JSON array/);
	expect(sandbox('jimeng').books().requests).toEqual({});
});

it('lists the models', async () => {
	expect((await run([{}], [node('model', 'getAll')])).output('Node').map(({ json }) => json['id'])).toEqual(
		expect.arrayContaining(['jimeng-4.0', 'jimeng-video-3.0']),
	);
});
