import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';
import { resources } from '../../nodes/AiBatch/resources';
import type { ServerOperation } from '../../nodes/AiBatch/serverCall';
import { backendsBench } from './backends';
import { binaryOf } from './harness';

const { sandbox, run } = backendsBench(['aiBatch']);

const node = (resource: string, operation: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Node',
	type: 'aiBatch',
	parameters: { resource, operation, ...parameters },
	settings,
});
const outputOf = async (...args: Parameters<typeof node>) => (await run([{}], [node(...args)])).output('Node');
const requests = () => Object.keys(sandbox('aiBatch').books().requests);
const asRoute = (endpoint: string) => endpoint.replace(/\{(\w+)\}/g, ':$1');

type Call = ServerOperation & { resource: string };

const calls = resources.flatMap(({ value: resource, operations }) =>
	operations.map((operation): Call => ({ ...operation, resource })),
);

/** A value for every field that must be filled in. */
const filled = (call: Call): IDataObject =>
	Object.fromEntries(
		call.fields
			.flatMap(({ properties }) => properties)
			.filter(({ required }) => required)
			.map(({ name }) => [name, 'x']),
	);

describe('every path of the document', () => {
	it.each(calls.map((call): [string, Call] => [`${call.method} ${call.path}`, call]))(
		'%s is called by its operation',
		async (_title, call) => {
			if (call.path.startsWith('/api/images/') && !call.path.includes('{'))
				sandbox('aiBatch').settings({ dialect: 'real' });
			const result = await run(
				[{}],
				[node(call.resource, call.operation, filled(call), { onError: 'continueRegularOutput' })],
			);
			const books = sandbox('aiBatch').books();
			// The path's parameters may have other names. Only the route must be the same.
			expect(Object.keys(books.requests).map((route) => route.replace(/:\w+/g, ':'))).toEqual([
				`${call.method} ${call.path.replace(/\{\w+\}/g, ':')}`,
			]);
			const [item] = result.output('Node');
			const isMissing = Object.hasOwn(item?.json ?? {}, 'error');
			// The id "x" does not exist, and an upload needs a file.
			if (isMissing)
				expect(item?.json['details']).toMatchObject({
					code: expect.stringMatching(/^(notFound|invalidRequest)$/) as string,
				});
			else expect(item?.json).not.toEqual({});
			expect(JSON.stringify(item)).not.toMatch(/upstream-key-1|sk-stored|AIza-stored|tok-secret/);
		},
	);

	it('what the document guesses is marked as an experiment', () => {
		expect(calls.filter(({ experimental }) => experimental).map(({ path }) => path)).toEqual(
			expect.arrayContaining(['/api/auth/login', '/api/huggingface', '/api/workflow']),
		);
		expect(
			calls
				.filter(({ path }) => path.startsWith('/api/monitoring/system'))
				.every(({ experimental }) => !experimental),
		).toBe(true);
	});
});

it('starts a batch with several prompts and polls it', async () => {
	const result = await run(
		[{}],
		[
			node('batch', 'generate', { prompts: 'A lake\n\n Street art ' }),
			{ ...node('batch', 'getStatus'), name: 'Status' },
		],
	);
	expect(result.output('Status')[0]?.json).toMatchObject({
		progress: { total: 2 },
		estimated_completion: expect.any(String) as string,
	});
	expect(
		sandbox('aiBatch')
			.books()
			.jobs.map(({ prompt }) => prompt),
	).toEqual(['A lake', 'Street art']);
	const fromArray = await run(
		[{ list: ['a', 'b', 'c'] }],
		[node('batch', 'generate', { prompts: '={{ $json.list }}' })],
	);
	expect(fromArray.output('Node')[0]?.json).toMatchObject({ total: 3 });
	expect((await run([{}], [node('batch', 'generate', { prompts: ' \n ' })])).error?.message).toMatch(
		/Prompts is empty/,
	);
});

describe('tools', () => {
	const photo = async () => ({
		$binary: {
			photo: {
				base64: (
					await sharp({ create: { width: 20, height: 10, channels: 3, background: 'red' } })
						.png()
						.toBuffer()
				).toString('base64'),
				fileName: 'photo.png',
			},
		},
	});

	it.each(['transferStyle', 'upscale', 'createVariations'])(
		'%s takes a file and fields, and gives the picture',
		async (operation) => {
			const result = await run(
				[await photo()],
				[node('creative', operation, { binaryField: 'photo', bodyJson: '{"prompt": "oil", "scale": 2}' })],
			);
			const [item] = result.output('Node');
			expect(item?.json).toMatchObject({
				success: true,
				images: [{ base64: null }],
				received: { file: { name: 'photo.png' }, fields: ['prompt', 'scale'] },
			});
			expect(await sharp(await binaryOf(item, 'image_0')).metadata()).toMatchObject({ width: 512 });
		},
	);

	it('accepts JSON without a file, and names a missing file', async () => {
		expect((await outputOf('creative', 'upscale', { bodyJson: '{"prompt": "x"}' }))[0]?.json).toMatchObject({
			received: { file: null },
		});
		const missing = await run([await photo()], [node('creative', 'upscale', { binaryField: 'foto' })]);
		expect(missing.error?.message).toMatch(/no binary field "foto"/);
		expect(missing.error?.description).toMatch(/It has: photo/);
	});

	it('files go to the storage and come back', async () => {
		const [stored] = (
			await run([await photo()], [node('storage', 'upload', { binaryField: 'photo', formField: 'file' })])
		).output('Node');
		const fileId = stored?.json['file_id'] as string;
		const [file] = await outputOf('storage', 'download', { fileId });
		expect(file?.json).toEqual({ fileName: 'stored.png', mimeType: 'image/png' });
		expect(await sharp(await binaryOf(file, 'data')).metadata()).toMatchObject({ width: 20, height: 10 });
		expect((await outputOf('storage', 'delete', { fileId }))[0]?.json).toMatchObject({ success: true });
	});
});

it('the gallery is found where the release has it, and its files are downloaded', async () => {
	const made = await run(
		[{ prompt: 'A cat' }],
		[
			{
				name: 'Generate',
				type: 'imageGenerate',
				parameters: { provider: 'aiBatch', prompt: '={{ $json.prompt }}', download: false },
			},
		],
	);
	expect(made.output('Generate')[0]?.json).toMatchObject({ job: { provider: 'aiBatch', status: 'succeeded' } });
	const [gallery] = await outputOf('file', 'getGallery');
	const [first] = gallery?.json['images'] as Array<{ filename: string }>;
	const [file] = await outputOf('file', 'download', { filename: first?.filename ?? '' });
	expect((await binaryOf(file, 'data')).subarray(1, 4).toString()).toBe('PNG');
	sandbox('aiBatch').settings({ dialect: 'real' });
	expect((await outputOf('file', 'getGallery'))[0]?.json).toMatchObject({ success: true });
	expect(requests()).toEqual(expect.arrayContaining(['GET /api/files/gallery', 'GET /api/images/gallery']));
});

it('an operation that this server does not offer says so', async () => {
	sandbox('aiBatch').settings({ dialect: 'real' });
	for (const [resource, operation] of [
		['monitoring', 'getSystemStats'],
		['creative', 'upscale'],
	] as const) {
		const { error } = await run([{}], [node(resource, operation, { bodyJson: '{"prompt": "x"}' })]);
		expect(error?.message).toMatch(/This server does not offer that call/);
		expect(error?.description).toMatch(/Not every release has every documented path/);
	}
});

it('health also works if the server answers 503 with its JSON', async () => {
	sandbox('aiBatch').settings({ healthStatus: 503 });
	expect((await outputOf('monitoring', 'getHealth'))[0]?.json).toMatchObject({ status: 'degraded' });
});

it('pictures of a verb keep their size and are compared with the request', async () => {
	const [item] = (
		await run(
			[{ prompt: 'A cat' }],
			[
				{
					name: 'Generate',
					type: 'imageGenerate',
					parameters: {
						provider: 'aiBatch',
						prompt: '={{ $json.prompt }}',
						options: { imageSize: '320x240' },
					},
				},
			],
		)
	).output('Generate');
	expect(item?.json).toMatchObject({ images: [{ width: 320, height: 240 }], differences: [] });
	const blank = await run(
		[{ prompt: 'A cat [blank]' }],
		[
			{
				name: 'Generate',
				type: 'imageGenerate',
				parameters: { provider: 'aiBatch', prompt: '={{ $json.prompt }}' },
			},
		],
	);
	expect(blank.error?.message).toMatch(/is only #000000/);
});

it('every operation names the endpoints it reaches', () => {
	for (const { endpoints } of calls)
		for (const endpoint of endpoints) expect(asRoute(endpoint)).toMatch(/^(GET|POST|PUT|DELETE) \//);
});
