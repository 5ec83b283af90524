import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { fromBuffer } from 'yauzl';
import { backendsBench } from './backends';
import { binaryOf } from './harness';

const { sandbox, run } = backendsBench(['imageSaas']);

const generate = (parameters: IDataObject = {}) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', ...parameters },
});
const exporting = (operation: string, parameters: IDataObject = {}, settings = {}) => ({
	name: 'Export',
	type: 'imageExport',
	parameters: { operation, ...parameters },
	settings,
});
const picture = async (color = '#c40', format: 'png' | 'jpeg' | 'gif' = 'png') => ({
	base64: (
		await sharp({ create: { width: 60, height: 40, channels: 3, background: color } })
			.toFormat(format)
			.toBuffer()
	).toString('base64'),
});
const namesIn = (zip: Buffer) =>
	new Promise<string[]>((resolve, reject) => {
		const names: string[] = [];
		fromBuffer(zip, (error, opened) => {
			if (error) return reject(error);
			opened.on('entry', ({ fileName }: { fileName: string }) => names.push(fileName));
			opened.on('end', () => resolve(names));
		});
	});
const bad = async (): Promise<IDataObject[]> => [
	{ prompt: 'good', $binary: { image_0: await picture() } },
	{
		prompt: 'bad',
		$binary: { image_0: { base64: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64') } },
	},
	{ prompt: 'none' },
];

describe('on the items of Image Generate, with no parameter touched', () => {
	it('packs all pictures of all items into one archive, with a manifest', async () => {
		const result = await run(
			[{ prompt: 'A red fox' }, { prompt: '森林里的女孩' }],
			[generate({ count: 2 }), exporting('zip', { options: { includeManifest: true } })],
		);
		expect(result.error).toBeUndefined();
		const [item, ...more] = result.output('Export');
		expect(more).toEqual([]);
		expect(item).toMatchObject({
			json: {
				fileName: 'images.zip',
				images: 4,
				failed: [],
				manifest: [
					{
						prompt: 'A red fox',
						provider: 'imageSaas',
						jobId: expect.any(String) as string,
						width: 1024,
						sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
					},
					{},
					{ prompt: '森林里的女孩' },
					{},
				],
			},
			pairedItem: [{ item: 0 }, { item: 1 }],
		});
		expect(await namesIn(await binaryOf(item, 'data'))).toEqual([
			'image_1.png',
			'image_2.png',
			'image_1 (2).png',
			'image_2 (2).png',
			'manifest.json',
		]);
	}, 20_000);

	it('lays them out, and converts, thumbnails and labels them', async () => {
		const items = (await run([{ prompt: 'A red fox' }], [generate({ count: 2 })]))
			.output('Generate')
			.map(({ json }) => json);
		const chain = await run(
			[{ prompt: 'A red fox' }],
			[
				generate({ count: 2 }),
				{ ...exporting('convert', { format: 'webp', width: 100 }), name: 'Convert' },
				{ ...exporting('thumbnail', { size: 20 }), name: 'Thumbnail' },
				{ ...exporting('metadata'), name: 'Label' },
				{ ...exporting('metadata', { metadataMode: 'read', binaryFields: 'image_0, image_1' }), name: 'Read' },
				{ ...exporting('contactSheet', { binaryFields: 'image_0, image_1' }), name: 'Sheet' },
			],
		);
		expect(chain.error).toBeUndefined();
		const [converted] = chain.output('Convert');
		expect(converted?.json).toMatchObject({
			job: { status: 'succeeded' },
			images: [{ fileName: 'image_1.webp', mimeType: 'image/webp', width: 100, height: 100 }, {}],
		});
		const [small] = chain.output('Thumbnail');
		expect(Object.keys(small?.binary ?? {}).sort()).toEqual(['image_0', 'image_1', 'thumbnail_0', 'thumbnail_1']);
		expect(await sharp(await binaryOf(small, 'thumbnail_1')).metadata()).toMatchObject({
			format: 'webp',
			width: 20,
		});
		expect(chain.output('Read')[0]?.json['metadata']).toMatchObject([
			{ prompt: 'A red fox', provider: 'imageSaas', source: 'exif', settings: { Size: '100x100' } },
			{},
		]);
		const [sheet] = chain.output('Sheet');
		expect(sheet?.json).toMatchObject({ fileName: 'contact-sheet.jpg', sheet: 1, sheets: 1, images: 2 });
		expect(await sharp(await binaryOf(sheet, 'data')).metadata()).toMatchObject({ format: 'jpeg' });
		expect(items).toHaveLength(1);
	}, 30_000);

	it('images without binary data are downloaded, from hosts that the chosen backend allows', async () => {
		const nodes = (provider: string) => [
			generate({ download: false }),
			exporting('convert', { format: 'jpeg', provider }),
		];
		const fetched = await run([{ prompt: 'A cat' }], nodes('imageSaas'));
		expect(fetched.error).toBeUndefined();
		expect(await sharp(await binaryOf(fetched.output('Export')[0], 'image_0')).metadata()).toMatchObject({
			format: 'jpeg',
			width: 1024,
		});
		expect((await run([{ prompt: 'A cat' }], nodes(''))).error?.message).toMatch(
			/Image 0: .*(not allowed|private|loopback)/i,
		);
		expect(sandbox('imageSaas').books().downloads).toBeGreaterThan(0);
	}, 20_000);
});

describe('a bad picture fails its own item and no other', () => {
	it.each(['convert', 'thumbnail', 'metadata'])('%s', async (operation) => {
		const result = await run(await bad(), [exporting(operation)]);
		expect(result.error).toBeUndefined();
		const [good, svg, none] = result.output('Export');
		expect(good?.json['error']).toBeUndefined();
		expect(svg?.json).toMatchObject({
			prompt: 'bad',
			error: expect.stringMatching(/^Image 0: The file is not an image/) as string,
			details: { item: 1, code: 'malformedResponse' },
		});
		expect(none?.json).toMatchObject({
			error: 'The item has no image',
			details: { item: 2, image: null, code: 'invalidRequest' },
		});
		expect(result.output('Export').map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	it.each(['zip', 'contactSheet'])(
		'%s leaves it out, says so, and gives it where one goes on with errors',
		async (operation) => {
			const result = await run(await bad(), [exporting(operation)]);
			expect(result.error).toBeUndefined();
			expect(result.output('Export')).toHaveLength(1);
			expect(result.output('Export')[0]?.json).toMatchObject({
				images: 1,
				failed: [
					{ item: 1, image: 0, code: 'malformedResponse' },
					{ item: 2, image: null },
				],
			});
			const goesOn = await run(await bad(), [exporting(operation, {}, { onError: 'continueRegularOutput' })]);
			expect(goesOn.output('Export').map(({ json }) => json['error'] ?? 'made')).toEqual([
				'made',
				expect.stringContaining('Image 0'),
				'The item has no image',
			]);
		},
	);

	it('the node fails if no item can be exported', async () => {
		const [, ...rest] = await bad();
		expect((await run(rest, [exporting('zip')])).error?.message).toMatch(/Image 0: The file is not an image/);
	});
});

it('names archive entries by an expression; blocks paths that leave the archive; numbers equal names', async () => {
	const items = await Promise.all(
		['../../fox', 'fox', 'fox'].map(async (name) => ({
			name,
			$binary: { image_0: await picture(), image_1: await picture('#04c', 'jpeg') },
		})),
	);
	const [item] = (
		await run(items, [exporting('zip', { entryName: '=animals/{{ $json.name }}', fileName: 'a.zip' })])
	).output('Export');
	expect(await namesIn(await binaryOf(item, 'data'))).toEqual([
		'animals/fox-1.png',
		'animals/fox-2.jpg',
		'animals/fox-1 (2).png',
		'animals/fox-2 (2).jpg',
		'animals/fox-1 (3).png',
		'animals/fox-2 (3).jpg',
		'manifest.json',
	]);
});

it('few pictures may be large, however many a sheet may hold', async () => {
	const items = [{ prompt: 'One', $binary: { image_0: await picture() } }];
	const result = await run(items, [exporting('contactSheet', { columns: 2, tileSize: 512 })]);
	expect(result.error).toBeUndefined();
	expect(result.output('Export')[0]?.json).toMatchObject({ sheets: 1, images: 1 });
});

it('many pictures make several sheets, an item each', async () => {
	const items = await Promise.all(
		Array.from({ length: 7 }, async (_, n) => ({ prompt: `No. ${n}`, $binary: { image_0: await picture() } })),
	);
	const sheets = (
		await run(items, [exporting('contactSheet', { perSheet: 3, columns: 2, tileSize: 64, format: 'png' })])
	).output('Export');
	expect(sheets.map(({ json }) => [json['fileName'], json['images']])).toEqual([
		['contact-sheet-1.png', 3],
		['contact-sheet-2.png', 3],
		['contact-sheet-3.png', 1],
	]);
	expect(sheets[1]?.pairedItem).toEqual([{ item: 3 }, { item: 4 }, { item: 5 }]);
});

it.each<[string, IDataObject, RegExp]>([
	['convert', { quality: 0 }, /Quality is 0; a whole number from 1 to 100/],
	['convert', { width: -3 }, /Width is -3/],
	['thumbnail', { size: 0.5 }, /Size is 0.5/],
	['thumbnail', { options: { linkDays: 31 } }, /Link Days is 31; a whole number from 1 to 30/],
	['contactSheet', { columns: 0 }, /Columns is 0/],
	['contactSheet', { tileSize: 2048, columns: 20 }, /make a sheet larger than/],
	['metadata', { binaryFields: 'nothing' }, /no binary field "nothing"/],
])('%s with %j says what is allowed', async (operation, parameters, message) => {
	expect(
		(await run([{ $binary: { image_0: await picture() } }], [exporting(operation, parameters)])).error?.message,
	).toMatch(message);
});

it('the error output of a picture that moves', async () => {
	const film = await sharp(
		[Buffer.from((await picture()).base64, 'base64'), Buffer.from((await picture('#04c')).base64, 'base64')],
		{ join: { animated: true } },
	)
		.gif()
		.toBuffer();
	const result = await run(
		[{ $binary: { image_0: { base64: film.toString('base64') } } }],
		[exporting('convert', {}, { onError: 'continueErrorOutput' })],
	);
	const out = [0, 1].flatMap<INodeExecutionData>((index) => result.output('Export', index));
	expect(out[0]?.json).toMatchObject({ error: expect.stringMatching(/animated \(2 frames\)/) as string });
});
