import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { backendsBench } from './backends';
import { binaryOf } from './harness';

const { sandbox, run } = backendsBench(['gemini']);

const verb = (type: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Verb',
	type,
	parameters: { provider: 'gemini', prompt: '={{ $json.prompt }}', ...parameters },
	settings,
});
const node = (resource: string, operation: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Node',
	type: 'geminiImage',
	parameters: { resource, operation, ...parameters },
	settings,
});
const outputOf = async (json: IDataObject, ...args: Parameters<typeof node>) =>
	(await run([json], [node(...args)])).output('Node');
const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as { id: string; status: string };
const picture = async () => ({
	base64: (
		await sharp({ create: { width: 9, height: 9, channels: 3, background: '#c40' } })
			.png()
			.toBuffer()
	).toString('base64'),
});

describe('the verbs', () => {
	it('give pictures with what they cost; Image Poll passes them on without asking', async () => {
		const result = await run(
			[{ prompt: 'A cat' }],
			[
				verb('imageGenerate', { count: 2, options: { temperature: 0.5, includeRaw: true } }),
				{ name: 'Poll', type: 'imagePoll' },
			],
		);
		expect(result.error).toBeUndefined();
		const [item] = result.output('Poll', 0);
		expect(item?.json).toMatchObject({
			job: { id: null, status: 'succeeded', completed: 2 },
			images: [{ fileName: 'image_0.png', width: 1024 }, {}],
			usage: { model: 'gemini-2.5-flash-image', outputTokens: 2596, estimatedUsd: 0.077881 },
		});
		expect(await sharp(await binaryOf(item, 'image_1')).metadata()).toMatchObject({ format: 'png', width: 1024 });
		// The JSON contains no base64, not even in the provider's raw answer.
		expect(JSON.stringify([result.output('Verb'), item].map((one) => JSON.stringify(one))).length).toBeLessThan(
			8_000,
		);
	}, 20_000);

	it('compose from binary fields', async () => {
		const result = await run(
			[{ prompt: 'A cat', $binary: { a: await picture(), b: await picture() } }],
			[verb('imageCompose', { references: 'b, a' })],
		);
		expect(result.error).toBeUndefined();
		expect(sandbox('gemini').books().jobs[0]?.request).toMatchObject({
			parts: [{ text: 'A cat' }, { inlineData: { mimeType: 'image/png' } }, { inlineData: {} }],
		});
	});

	it('a batch is a job like any other: submitted, polled, fetched', async () => {
		const [submitted] = (
			await run(
				[{ prompt: 'A cat' }],
				[verb('imageGenerate', { wait: false, count: 2, options: { batch: true } })],
			)
		).output('Verb');
		expect(submitted?.json).toMatchObject({
			job: { id: expect.stringMatching(/^batches\//) as string, status: 'queued', total: 2 },
		});
		const result = await run(
			[submitted?.json ?? {}],
			[{ name: 'Poll', type: 'imagePoll', parameters: { wait: true } }],
		);
		const [item] = result.output('Poll', 0);
		expect(item?.json).toMatchObject({
			job: { status: 'succeeded', completed: 2 },
			usage: { estimatedUsd: 0.038941 },
		});
		expect(Object.keys(item?.binary ?? {})).toEqual(['image_0', 'image_1']);
	}, 20_000);

	it('a batch that waits can be canceled', async () => {
		const [submitted] = (
			await run([{ prompt: 'A cat [queue]' }], [verb('imageGenerate', { wait: false, options: { batch: true } })])
		).output('Verb');
		const [canceled] = (await run([submitted?.json ?? {}], [{ name: 'Cancel', type: 'imageCancel' }])).output(
			'Cancel',
		);
		expect(jobOf(canceled).status).toBe('canceled');
	});

	it('a rejected prompt is a failed item with its reason; the others keep their pictures', async () => {
		const result = await run([{ prompt: 'A cat [refuse]' }, { prompt: 'A dog' }], [verb('imageGenerate')]);
		expect(result.output('Verb').map(({ json }) => json['job'])).toMatchObject([
			{
				status: 'failed',
				error: { code: 'contentRejected', message: expect.stringContaining('IMAGE_SAFETY') as string },
			},
			{ status: 'succeeded' },
		]);
	}, 20_000);
});

describe('Content', () => {
	it('gives words and pictures of one answer', async () => {
		const [item] = await outputOf({ $binary: { photo: await picture() } }, 'content', 'generate', {
			prompt: 'Explain',
			model: 'gemini-3-pro-image-preview',
			binaryFields: 'photo',
			options: { aspectRatio: '1:1', resolution: '1K', seed: 3, temperature: 0.4 },
		});
		expect(item?.json).toMatchObject({
			text: 'Here it is:',
			finishReasons: ['STOP'],
			model: 'gemini-3-pro-image-preview',
			usage: { estimatedUsd: expect.any(Number) as number },
			images: [{ index: 0, width: 1024 }],
		});
		expect((await binaryOf(item, 'image_0')).subarray(1, 4).toString()).toBe('PNG');
		expect(sandbox('gemini').books().jobs[0]?.request).toMatchObject({
			parts: [{ text: 'Explain' }, { inlineData: {} }],
			generationConfig: { seed: 3, temperature: 0.4, imageConfig: { aspectRatio: '1:1', imageSize: '1K' } },
		});
	}, 20_000);

	it('an answer of text alone succeeds here; a rejected prompt fails', async () => {
		expect((await outputOf({}, 'content', 'generate', { prompt: 'Explain [words]' }))[0]?.json).toMatchObject({
			text: expect.stringContaining('describe') as string,
			images: [],
		});
		expect((await run([{}], [node('content', 'generate', { prompt: 'x [refuse]' })])).error?.message).toMatch(
			/IMAGE_SAFETY/,
		);
	});

	it('an invalid picture does not lose the text', async () => {
		const invalid = node('content', 'generate', { prompt: 'x [bad-image]' }, { onError: 'continueRegularOutput' });
		expect((await run([{}], [invalid])).output('Node')[0]?.json).toMatchObject({
			details: { code: 'malformedResponse', came: { text: 'Here it is:' } },
		});
	});

	it.each([
		[{ prompt: '={{ "" }}' }, /Prompt is empty/],
		[{ prompt: 'x', binaryFields: 'nothing' }, /no binary field "nothing"/],
		[{ prompt: 'x', options: { resolution: '4K' } }, /Resolution is "4K"; gemini-2.5-flash-image takes none/],
		[{ prompt: 'x', options: { temperature: 3 } }, /Temperature is 3/],
	])('%j is rejected before anything is sent', async (parameters, message) => {
		expect((await run([{}], [node('content', 'generate', parameters)])).error?.message).toMatch(message);
		expect(sandbox('gemini').books().jobs).toEqual([]);
	});
});

describe('Batch', () => {
	it.each(['inline', 'file'])(
		'several prompts become one batch, with its pictures when it has ended (results %s)',
		async (batchResults) => {
			sandbox('gemini').settings({ batchResults });
			const [created] = await outputOf({}, 'batch', 'create', {
				prompts: 'A red fox\n\nA blue whale',
				name: 'animals',
				aspectRatio: '16:9',
			});
			expect(created?.json).toMatchObject({
				job: { id: expect.stringMatching(/^batches\//) as string, total: 2, status: 'queued' },
				request: { prompts: ['A red fox', 'A blue whale'], count: 2 },
			});
			const [polled] = (
				await run(
					[created?.json ?? {}],
					[{ name: 'Poll', type: 'imagePoll', parameters: { wait: true, download: false } }],
				)
			).output('Poll', 0);
			expect(jobOf(polled).status).toBe('succeeded');
			const [got] = await outputOf(created?.json ?? {}, 'batch', 'get');
			expect(await sharp(await binaryOf(got, 'image_1')).metadata()).toMatchObject({ width: 1344, height: 768 });
		},
		20_000,
	);

	it('are listed, canceled and deleted', async () => {
		const [first] = await outputOf({}, 'batch', 'create', { prompts: '={{ ["A [queue]"] }}' });
		const [second] = await outputOf({}, 'batch', 'create', { prompts: 'B [queue]' });
		expect((await outputOf({}, 'batch', 'getAll', { returnAll: true })).map((item) => jobOf(item).id)).toEqual([
			jobOf(second).id,
			jobOf(first).id,
		]);
		expect(await outputOf({}, 'batch', 'getAll', { limit: 1 })).toHaveLength(1);
		expect(jobOf((await outputOf(first?.json ?? {}, 'batch', 'cancel'))[0]).status).toBe('canceled');
		expect((await outputOf(first?.json ?? {}, 'batch', 'delete'))[0]?.json).toEqual({
			deleted: true,
			id: jobOf(first).id,
		});
		expect((await run([first?.json ?? {}], [node('batch', 'get')])).error?.message).toMatch(/404/);
		expect((await run([{}], [node('batch', 'create', { prompts: ' ' })])).error?.message).toMatch(
			/Prompts is empty/,
		);
	});
});

it('lists the models and gets one', async () => {
	expect((await outputOf({}, 'model', 'getAll')).map(({ json }) => json['name'])).toContain(
		'models/gemini-2.5-flash',
	);
	expect((await outputOf({}, 'model', 'get'))[0]?.json).toMatchObject({
		name: 'models/gemini-2.5-flash-image',
		displayName: 'Nano Banana',
	});
});

it('no item contains the key', async () => {
	const result = await run([{ prompt: 'A cat' }], [verb('imageGenerate', { options: { includeRaw: true } })]);
	expect(JSON.stringify(result.output('Verb'))).not.toContain('AIza-sandbox-key-1');
});
