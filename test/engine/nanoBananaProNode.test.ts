import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import sharp, { type Sharp } from 'sharp';
import { fromBuffer } from 'yauzl';
import { backendsBench } from './backends';
import { binaryOf } from './harness';

const { sandbox, run } = backendsBench(['nanoBananaPro']);

const verb = (type: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Verb',
	type,
	parameters: { provider: 'nanoBananaPro', prompt: '={{ $json.prompt }}', ...parameters },
	settings,
});
const node = (resource: string, operation: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Node',
	type: 'nanoBananaPro',
	parameters: { resource, operation, ...parameters },
	settings,
});
const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as { id: string; status: string };
const made = async (prompt = 'A cat', parameters: IDataObject = {}) =>
	(await run([{ prompt }], [verb('imageGenerate', { count: 2, download: false, ...parameters })])).output('Verb')[0]
		?.json ?? {};
const outputOf = async (json: IDataObject, ...args: Parameters<typeof node>) =>
	(await run([json], [node(...args)])).output('Node');

const plain = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#c40' } });
const base64 = async (picture: Sharp) => ({ base64: (await picture.toBuffer()).toString('base64') });
const requests = () =>
	sandbox('nanoBananaPro')
		.books()
		.jobs.map(({ request }) => request);

describe('Image Compose', () => {
	it('sends binary fields and URLs mixed, in the order of the field', async () => {
		const earlier = await run([{ prompt: 'A photo' }], [verb('imageGenerate', { download: false })]);
		const [{ url } = { url: '' }] = earlier.output('Verb')[0]?.json['images'] as Array<{ url: string }>;
		const item = {
			prompt: 'A cat',
			$binary: {
				logo: { ...(await base64(plain(30, 20).png())), fileName: 'logo.png' },
				photo: { ...(await base64(plain(30, 20).jpeg())), fileName: 'photo.png' },
			},
		};
		const result = await run([item], [verb('imageCompose', { references: `photo, ${url}, logo` })]);
		expect(result.error).toBeUndefined();
		// The file named .png is a JPEG and is sent as one.
		expect(requests().at(-1)).toMatchObject({
			refImages: ['photo.jpg', expect.stringMatching(/^image-.*\.png$/) as string, 'logo.png'],
		});
		expect(result.output('Verb')[0]?.json).toMatchObject({
			job: { status: 'succeeded' },
			request: {
				references: [
					{ fileName: 'photo.jpg', mimeType: 'image/jpeg' },
					{ mimeType: 'image/png' },
					{ fileName: 'logo.png' },
				],
			},
		});
	}, 20_000);

	it('without references it uses every picture of the item, and fails if there is none', async () => {
		const result = await run(
			[
				{
					prompt: 'A cat',
					$binary: {
						a: await base64(plain(9, 9).png()),
						notes: { base64: 'aGk=', fileName: 'notes.txt', mimeType: 'text/plain' },
						b: await base64(plain(9, 9).png()),
					},
				},
			],
			[verb('imageCompose')],
		);
		expect(result.error).toBeUndefined();
		expect(requests().at(-1)).toMatchObject({ refImages: ['a.png', 'b.png'] });
		expect((await run([{ prompt: 'A cat' }], [verb('imageCompose')])).error?.message).toMatch(
			/References is empty/,
		);
	});

	it('works on the pictures that Image Generate gives with no parameter touched', async () => {
		const result = await run(
			[{ prompt: 'A cat' }],
			[
				verb('imageGenerate', { count: 3 }),
				{
					name: 'Compose',
					type: 'imageCompose',
					parameters: { provider: 'nanoBananaPro', prompt: 'Together' },
				},
			],
		);
		expect(result.error).toBeUndefined();
		expect(requests().at(-1)?.['refImages']).toHaveLength(3);
	}, 20_000);

	it('a picture that lies on its side is sent upright', async () => {
		const lying = await plain(400, 100).jpeg().withMetadata({ orientation: 6 }).toBuffer();
		const result = await run(
			[{ prompt: 'A cat', $binary: { photo: { base64: lying.toString('base64') } } }],
			[verb('imageCompose', { references: 'photo' })],
		);
		expect(result.error).toBeUndefined();
		const files = (await (await fetch(`${sandbox('nanoBananaPro').url}/__sandbox/references`)).json()) as string[];
		expect(await sharp(Buffer.from(files[0] ?? '', 'base64')).metadata()).toMatchObject({
			width: 100,
			height: 400,
		});
	});

	it.each([
		['missing', { references: 'logo' }, /no binary field "logo"/],
		[
			'of a type that is not taken',
			{ references: 'film' },
			/Reference 1 \(film\.gif\) is image\/gif; allowed are image\/jpeg, image\/png, image\/webp/,
		],
		['not a picture', { references: 'text' }, /Reference 1 \(text\.png\) is not an image/],
		['unavailable', { references: 'http://127.0.0.1:9/x.png' }, /Reference 1 \(127\.0\.0\.1:9\) cannot be used/],
		[
			'on a private address',
			{ references: 'http://169.254.169.254/latest' },
			/Reference 1 \(169\.254\.169\.254\) cannot be used/,
		],
		['too many', { references: Array.from({ length: 11 }, () => 'film').join() }, /at most 10 are allowed/],
	])(
		'a reference that is %s stops the item before anything is sent',
		async (_what, parameters, message) => {
			const item = {
				prompt: 'A cat',
				$binary: {
					film: { ...(await base64(plain(9, 9).gif())), fileName: 'film.gif' },
					text: { base64: 'aGVsbG8=', fileName: 'text.png' },
				},
			};
			const result = await run([item], [verb('imageCompose', parameters)]);
			expect(result.error?.message).toMatch(message);
			expect(requests()).toEqual([]);
		},
		30_000,
	);

	it('where the user allows it, what does not fit is made to fit', async () => {
		const item = {
			prompt: 'A cat',
			$binary: { film: await base64(plain(9, 9).gif()), large: await base64(plain(6000, 3000).png()) },
		};
		const result = await run(
			[item],
			[verb('imageCompose', { references: 'film, large', options: { fitReferences: true } })],
		);
		expect(result.error).toBeUndefined();
		const files = (await (await fetch(`${sandbox('nanoBananaPro').url}/__sandbox/references`)).json()) as string[];
		const facts = await Promise.all(
			files.map(async (bytes) => await sharp(Buffer.from(bytes, 'base64')).metadata()),
		);
		expect(facts).toMatchObject([
			{ format: 'png', width: 9 },
			{ format: 'png', width: 4096, height: 2048 },
		]);
	}, 30_000);

	it('one item with a bad reference does not lose the others', async () => {
		const good = { prompt: 'A cat', $binary: { image_0: await base64(plain(9, 9).png()) } };
		const result = await run(
			[good, { prompt: 'A dog' }, good],
			[verb('imageCompose', {}, { onError: 'continueRegularOutput' })],
		);
		expect(result.output('Verb').map((item) => jobOf(item).status)).toEqual(['succeeded', 'failed', 'succeeded']);
		expect(result.output('Verb').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	}, 20_000);
});

it('lists, searches in Chinese, gets and deletes tasks', async () => {
	const prompts = ['森林里的女孩，油画', '女孩和猫', 'My vlog'];
	for (const prompt of prompts) await made(prompt);
	expect(
		(await outputOf({}, 'task', 'getAll', { returnAll: true })).map(
			({ json }) => (json['request'] as IDataObject)['prompt'],
		),
	).toEqual([...prompts].reverse());
	expect(await outputOf({}, 'task', 'getAll', { limit: 2 })).toHaveLength(2);
	const [found, ...more] = await outputOf({}, 'task', 'search', { keyword: '油画女孩', returnAll: true });
	expect(more).toEqual([]);
	expect(found?.json).toMatchObject({
		job: { provider: 'nanoBananaPro', status: 'succeeded', completed: 2 },
		images: [{ index: 0 }, { index: 1 }],
	});
	expect((await outputOf(found?.json ?? {}, 'task', 'get'))[0]?.json['job']).toEqual(found?.json['job']);
	expect((await outputOf(found?.json ?? {}, 'task', 'getStatus'))[0]?.json).toMatchObject({
		job: { status: 'succeeded' },
	});
	expect((await outputOf(found?.json ?? {}, 'task', 'delete'))[0]?.json).toEqual({
		deleted: true,
		ids: [jobOf(found).id],
	});
	const rest = (await outputOf({}, 'task', 'getAll', { returnAll: true })).map((item) => jobOf(item).id);
	await outputOf({ rest }, 'task', 'deleteMany', { taskIds: '={{ $json.rest }}' });
	expect(await outputOf({}, 'task', 'getAll')).toEqual([]);
});

it('gets, downloads, exports and deletes images by what Image Generate gave', async () => {
	const json = await made();
	const [got] = await outputOf(json, 'image', 'get');
	expect((await binaryOf(got, 'data')).subarray(1, 4).toString()).toBe('PNG');
	const [downloaded] = await outputOf(json, 'image', 'download');
	expect(downloaded?.binary?.['data']).toMatchObject({
		fileName: expect.stringMatching(/^image-.*\.png$/) as string,
		mimeType: 'image/png',
	});
	const [zip] = await outputOf(json, 'image', 'export');
	expect(zip?.json).toMatchObject({ images: 2, fileName: 'images.zip' });
	const bytes = await binaryOf(zip, 'data');
	expect(
		await new Promise((resolve, reject) =>
			fromBuffer(bytes, (error, opened) => (error ? reject(error) : resolve(opened.entryCount))),
		),
	).toBe(2);
	const [deleted] = await outputOf(json, 'image', 'delete');
	expect(deleted?.json).toMatchObject({ deleted: true });
	expect((await outputOf(json, 'task', 'get'))[0]?.json['images']).toHaveLength(1);
});

it("an export that breaks is an error with the server's plain words", async () => {
	const json = await made();
	sandbox('nanoBananaPro').settings({ exportFails: true });
	const result = await run([json], [node('image', 'export')]);
	expect(result.error?.message).toMatch(/导出失败: 磁盘读取错误/);
}, 20_000);

it('no item contains the Gemini key', async () => {
	const result = await run(
		[{ prompt: 'A cat' }],
		[
			verb('imageGenerate', { options: { includeRaw: true } }),
			node('task', 'getAll', { options: { includeRaw: true } }),
		],
	);
	expect(JSON.stringify([result.output('Verb'), result.output('Node')])).not.toContain('gemini-key-1');
});

it('reports the health', async () => {
	expect((await outputOf({}, 'service', 'getHealth'))[0]?.json).toEqual({ status: 'ok', message: '服务运行正常' });
});

describe('a server that speaks the tasks API', () => {
	const credentials = () => ({
		nanoBananaProApi: {
			baseUrl: sandbox('nanoBananaPro').url,
			api: 'tasks',
			taskProvider: 'gemini',
			requestsPerMinute: 0,
			jobsInFlight: 0,
		},
	});
	beforeEach(() => sandbox('nanoBananaPro').settings({ dialect: 'real' }));
	const out = async (json: IDataObject, ...args: Parameters<typeof node>) =>
		(await run([json], [node(...args)], { credentials: credentials() })).output('Node');

	it('gives its providers without their keys, and its tasks', async () => {
		const [provider] = await out({}, 'service', 'getProviders');
		expect(provider?.json).toMatchObject({ name: 'gemini', enabled: true });
		expect(JSON.stringify(provider)).not.toMatch(/AIza-stored|stored-too/);
		const generated = await run([{ prompt: '油画女孩' }], [verb('imageGenerate', { count: 2 })], {
			credentials: credentials(),
		});
		const json = generated.output('Verb')[0]?.json ?? {};
		expect(json).toMatchObject({
			job: { status: 'succeeded', completed: 2 },
			images: [{ mimeType: 'image/png' }, {}],
			differences: [{ field: 'type', expected: 'image/jpeg', actual: 'image/png' }, { field: 'type' }],
		});
		expect(await out({}, 'task', 'getAll', { returnAll: true })).toHaveLength(2);
		expect(await out({}, 'task', 'search', { keyword: '油画', returnAll: true })).toHaveLength(2);
		expect((await out(json, 'task', 'get'))[0]?.json).toMatchObject({ job: { completed: 2 } });
		await out(json, 'task', 'delete');
		expect(await out({}, 'task', 'getAll')).toEqual([]);
		expect((await out({}, 'service', 'getHealth'))[0]?.json).toMatchObject({ status: 'ok' });
	}, 20_000);

	it('Delete Many deletes what it can, and reports the rest with the reason', async () => {
		const generated = await run([{ prompt: 'A cat' }], [verb('imageGenerate', { count: 3 })], {
			credentials: credentials(),
		});
		const [one = '', two = '', three = ''] = jobOf(generated.output('Verb')[0]).id.split('~')[0]?.split(',') ?? [];
		const ask = (taskIds: string) =>
			run([{}], [node('task', 'deleteMany', { taskIds })], { credentials: credentials() });
		const [item] = (await ask(`${one}, no-such-task, ${two}`)).output('Node');
		expect(item?.json).toEqual({
			deleted: false,
			ids: [one, two],
			notDeleted: [
				{ id: 'no-such-task', code: 'notFound', message: expect.stringContaining('image not found') as string },
			],
		});
		expect((await ask('no-such-task')).error?.message).toContain('image not found');
		sandbox('nanoBananaPro').fault({ route: 'delete', kind: 'reset', times: 9 });
		expect((await ask(`${three}, ${one}`)).error?.message).toContain('Connection failed');
		expect(sandbox('nanoBananaPro').books().requests['DELETE /api/v1/images/:id']).toBe(5);
	}, 30_000);

	it('an edit without a ratio sends no ratio', async () => {
		const picture = Buffer.from(
			await (await import('sharp'))
				.default({ create: { width: 60, height: 20, channels: 3, background: 'red' } })
				.png()
				.toBuffer(),
		);
		const made = await run(
			[{ $binary: { data: { base64: picture.toString('base64') } } }],
			[verb('imageCompose', { prompt: 'A hat' })],
			{ credentials: credentials() },
		);
		expect(made.error).toBeUndefined();
		const { request } = sandbox('nanoBananaPro').books().jobs.at(-1) ?? {};
		expect(request).toMatchObject({ prompt: 'A hat' });
		expect(request).not.toHaveProperty('aspectRatio');
	}, 20_000);

	it('names operations that only the other API has', async () => {
		const result = await run([{}], [node('image', 'export', { imageIds: 'a' })], { credentials: credentials() });
		expect(result.error?.message).toMatch(/belongs to the v1\.6 API/);
		expect((await run([{}], [node('service', 'getProviders')])).error?.message).toMatch(/belongs to the tasks API/);
	});
});

it("keeps the server's limit of ten requests a second and a burst of twenty: no answer is 429", async () => {
	sandbox('nanoBananaPro').settings({ requestsPerSecond: 10, burst: 20 });
	const credential = {
		nanoBananaProApi: {
			baseUrl: sandbox('nanoBananaPro').url,
			api: 'v1.6',
			geminiApiKey: 'gemini-key-1',
			requestsPerMinute: 600,
			jobsInFlight: 0,
		},
	};
	const result = await run(
		Array.from({ length: 35 }, (_, n) => ({ prompt: `No. ${n}` })),
		[verb('imageGenerate', { wait: false })],
		{ credentials: credential },
	);
	expect(result.output('Verb')).toHaveLength(35);
	expect(sandbox('nanoBananaPro').books()).toMatchObject({ tooManyRequests: 0 });
	expect(sandbox('nanoBananaPro').books().jobs).toHaveLength(35);
}, 20_000);
