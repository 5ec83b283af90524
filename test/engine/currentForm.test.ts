import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import sharp from 'sharp';
import { backendsBench } from './backends';

const { sandbox, run } = backendsBench(['imageSaas', 'nanoBananaPro', 'zImage', 'gemini']);

/** The form of version 1.1. */
const node = (type: string, parameters: IDataObject = {}) => ({
	name: type,
	type,
	parameters,
	settings: { typeVersion: 1.1 },
});
const jobOf = (item: INodeExecutionData | undefined) =>
	item?.json['job'] as { provider: string; status: string; id: string | null; error: { message: string } | null };
const requests = (id: string) => sandbox(id).books().requests;
const saas = { provider: 'imageSaas', prompt: '={{ $json.prompt }}' };
const cat = [{ prompt: 'A cat' }];

async function picture(color: string): Promise<string> {
	const image = sharp({ create: { width: 64, height: 64, channels: 3, background: color } }).composite([
		{ input: Buffer.from('<svg width="64" height="64"><circle cx="32" cy="32" r="20"/></svg>') },
	]);
	return (await image.png().toBuffer()).toString('base64');
}

describe('Image Generate', () => {
	it('with its defaults uses Google Gemini, which needs only an API key', async () => {
		const result = await run(cat, [node('imageGenerate', { prompt: 'A cat' })]);
		expect(result.error).toBeUndefined();
		const [item] = result.output('imageGenerate');
		expect(jobOf(item)).toMatchObject({ provider: 'gemini', status: 'succeeded' });
		expect(Object.keys(item?.binary ?? {})).toEqual(['image_0']);
	}, 30_000);

	it('reads the fields of a request from the options', async () => {
		const result = await run(cat, [
			node('imageGenerate', {
				...saas,
				wait: false,
				options: { count: 3, aspectRatio: '16:9', resolution: '2K', mode: 'draft' },
			}),
		]);
		expect(result.error).toBeUndefined();
		expect(result.output('imageGenerate')[0]?.json['request']).toMatchObject({
			count: 3,
			aspectRatio: '16:9',
			resolution: '2K',
			mode: 'draft',
		});
	});

	it('does not read the fields of version 1, and version 1 does not read its options', async () => {
		const fields = { ...saas, wait: false, count: 2, options: { count: 3 } };
		const current = await run(cat, [node('imageGenerate', fields)]);
		const first = await run(cat, [{ name: 'imageGenerate', type: 'imageGenerate', parameters: fields }]);
		expect(current.output('imageGenerate')[0]?.json['request']).toMatchObject({ count: 3 });
		expect(first.output('imageGenerate')[0]?.json['request']).toMatchObject({ count: 2 });
	});

	it('reads an option of each item', async () => {
		const result = await run(
			[
				{ prompt: 'A', n: 1, on: true },
				{ prompt: 'B', n: 2, on: false },
			],
			[node('imageGenerate', { ...saas, options: { count: '={{ $json.n }}', download: '={{ $json.on }}' } })],
		);
		expect(result.output('imageGenerate').map(({ binary = {} }) => Object.keys(binary))).toEqual([['image_0'], []]);
		expect(result.output('imageGenerate').map(({ json }) => (json['images'] as unknown[]).length)).toEqual([1, 2]);
	}, 30_000);

	it('names the binary fields as the option says', async () => {
		const options = { count: 2, binaryField: 'photo' };
		const result = await run(cat, [node('imageGenerate', { ...saas, options })]);
		expect(Object.keys(result.output('imageGenerate')[0]?.binary ?? {})).toEqual(['photo_0', 'photo_1']);
		const split = await run(cat, [node('imageGenerate', { ...saas, options: { ...options, splitImages: true } })]);
		expect(split.output('imageGenerate').map(({ binary = {} }) => Object.keys(binary))).toEqual([
			['photo_0'],
			['photo_0'],
		]);
	}, 30_000);

	it('rejects a field name that expressions cannot use, before it sends anything', async () => {
		const result = await run(cat, [node('imageGenerate', { ...saas, options: { binaryField: 'my.photo' } })]);
		expect(result.error?.message).toMatch(/Output Field Name is "my.photo"/);
		expect(requests('imageSaas')).toEqual({});
	});

	it('uses a list of providers in its order, each with the model of its row', async () => {
		const several = (options: IDataObject) =>
			run(cat, [
				node('imageGenerate', {
					provider: 'several',
					providers: ['imageSaas', 'gemini'],
					prompt: 'A cat',
					options,
				}),
			]);
		expect(jobOf((await several({})).output('imageGenerate')[0])).toMatchObject({ provider: 'imageSaas' });
		// Image SaaS takes no seed.
		const model = 'gemini-3-pro-image-preview';
		const second = await several({ seed: '7', models: { row: [{ provider: 'gemini', model }] } });
		expect(second.error).toBeUndefined();
		expect(jobOf(second.output('imageGenerate')[0])).toMatchObject({ provider: 'gemini' });
		expect(second.output('imageGenerate')[0]?.json['request']).toMatchObject({ model, seed: 7 });
	}, 30_000);

	it('n8n does not start a workflow whose list of providers is empty', async () => {
		const running = run(cat, [node('imageGenerate', { ...saas, provider: 'several', providers: [] })]);
		await expect(running).rejects.toThrow('Parameter "Providers" is required');
	});

	it('takes the provider from the item, if it is chosen in Providers', async () => {
		const items = [
			{ provider: 'imageSaas', prompt: 'A cat' },
			{ provider: 'gemini', prompt: 'A dog' },
		];
		const from = (inputProviders: string[]) =>
			run(items, [
				node('imageGenerate', { provider: 'fromInput', inputProviders, prompt: '={{ $json.prompt }}' }),
			]);
		const both = await from(['imageSaas', 'gemini']);
		expect(both.error).toBeUndefined();
		expect(both.output('imageGenerate').map((item) => jobOf(item).provider)).toEqual(['imageSaas', 'gemini']);
		sandbox('imageSaas').reset();
		const one = await from(['imageSaas']);
		expect(one.error?.message).toMatch(/Item 1 belongs to Google Gemini, which is not chosen in this node/);
		expect(requests('imageSaas')).toEqual({});
	}, 30_000);
});

describe('Image Compose', () => {
	it('with its defaults sends the files of the item to Google Gemini', async () => {
		const items = [{ $binary: { a: { base64: await picture('red') } } }];
		const result = await run(items, [node('imageCompose', { prompt: 'A cat' })]);
		expect(result.error).toBeUndefined();
		expect(result.output('imageCompose')[0]?.json).toMatchObject({
			job: { provider: 'gemini', status: 'succeeded' },
			request: { references: [{ fileName: 'a.png' }] },
		});
	}, 30_000);

	it('makes one request from the references of all items', async () => {
		const items = [
			{ prompt: 'Together', $binary: { a: { base64: await picture('red') } } },
			{ prompt: 'Ignored', $binary: { b: { base64: await picture('blue') } } },
		];
		const parameters = { provider: 'nanoBananaPro', prompt: '={{ $json.prompt }}' };
		const together = await run(items, [
			node('imageCompose', { ...parameters, options: { referencesFrom: 'all' } }),
		]);
		expect(together.error).toBeUndefined();
		const made = together.output('imageCompose');
		expect(made.map(({ json, pairedItem }) => ({ request: json['request'], pairedItem }))).toEqual([
			{
				request: expect.objectContaining({
					prompt: 'Together',
					references: [
						expect.objectContaining({ fileName: 'a.png' }),
						expect.objectContaining({ fileName: 'b.png' }),
					],
				}) as unknown,
				pairedItem: [{ item: 0 }, { item: 1 }],
			},
		]);
		const each = await run(items, [node('imageCompose', parameters)]);
		expect(each.output('imageCompose')).toHaveLength(2);
	}, 30_000);

	it('fails if no item has a reference', async () => {
		const result = await run(
			[{}, {}],
			[node('imageCompose', { prompt: 'A cat', options: { referencesFrom: 'all' } })],
		);
		expect(result.error?.message).toMatch(/References is empty, and no item has a picture/);
	});
});

/** Jobs of two providers that have not ended. */
const started = async () => {
	const result = await run(
		[
			{ prompt: 'A cat', provider: 'zImage' },
			{ prompt: 'A cat', provider: 'imageSaas' },
		],
		[
			node('imageGenerate', {
				provider: 'fromInput',
				inputProviders: ['zImage', 'imageSaas'],
				prompt: '={{ $json.prompt }}',
				wait: false,
			}),
		],
	);
	expect(result.error).toBeUndefined();
	return result.output('imageGenerate').map(({ json }) => json);
};

describe('Image Poll', () => {
	it('finishes the jobs of the providers that are chosen', async () => {
		const result = await run(await started(), [
			node('imagePoll', { inputProviders: ['zImage', 'imageSaas'], options: { binaryField: 'photo' } }),
		]);
		expect(result.error).toBeUndefined();
		expect(result.output('imagePoll').map(({ binary = {} }) => Object.keys(binary))).toEqual([
			['photo_0'],
			['photo_0'],
		]);
	}, 30_000);

	it('sends an item of another provider to Failed without a request; the others keep their results', async () => {
		const items = await started();
		const before = requests('zImage');
		const result = await run(items, [node('imagePoll', { inputProviders: ['imageSaas'] })]);
		expect(result.error).toBeUndefined();
		expect(result.output('imagePoll', 0).map((item) => jobOf(item).provider)).toEqual(['imageSaas']);
		expect(result.output('imagePoll', 2).map(jobOf)).toMatchObject([
			{
				provider: 'zImage',
				error: {
					message: 'Item 0 belongs to Z-Image, which is not chosen in this node',
					hint: 'Choose Z-Image in "Providers", and its credential. Now chosen: Image SaaS',
				},
			},
		]);
		expect(requests('zImage')).toEqual(before);
	}, 30_000);

	it('fails if no item belongs to a chosen provider', async () => {
		const result = await run(await started(), [node('imagePoll')]);
		expect(result.error?.message).toMatch(/Item 0 belongs to Z-Image, which is not chosen in this node/);
	}, 30_000);

	it('does not download if the option says so', async () => {
		const result = await run((await started()).slice(1), [
			node('imagePoll', { inputProviders: ['imageSaas'], options: { download: false } }),
		]);
		expect(result.output('imagePoll')[0]?.binary).toBeUndefined();
	}, 30_000);

	it('keeps an image that another node named otherwise', async () => {
		const result = await run(cat, [
			node('imageGenerate', { prompt: 'A cat', options: { binaryField: 'photo' } }),
			node('imagePoll', { inputProviders: ['gemini'] }),
		]);
		expect(result.output('imagePoll').map(({ binary = {} }) => Object.keys(binary))).toEqual([['image_0']]);
	}, 30_000);
});

it('Image Export knows the images of renamed fields, so it does not download them again', async () => {
	for (const splitImages of [false, true]) {
		const result = await run(cat, [
			node('imageGenerate', { ...saas, options: { count: 2, binaryField: 'photo', splitImages } }),
			{ name: 'Export', type: 'imageExport', parameters: { operation: 'convert', format: 'webp' } },
		]);
		expect(result.error).toBeUndefined();
		const names = result.output('Export').flatMap(({ binary = {} }) => Object.keys(binary));
		expect(names).toEqual(splitImages ? ['photo_0', 'photo_0'] : ['photo_0', 'photo_1']);
		sandbox('imageSaas').reset();
	}
}, 30_000);

describe('Image Cancel', () => {
	it('leaves the job of a provider that is not chosen alone, and says so', async () => {
		const items = await started();
		const before = requests('zImage');
		const result = await run(items, [
			node('imageCancel', { inputProviders: ['imageSaas'], options: { ifNotCancelable: 'pass' } }),
		]);
		expect(result.error).toBeUndefined();
		expect(result.output('imageCancel').map(jobOf)).toMatchObject([
			{ provider: 'zImage', error: { message: expect.stringContaining('which is not chosen') as string } },
			{ provider: 'imageSaas' },
		]);
		expect(requests('zImage')).toEqual(before);
	}, 30_000);
});

it('Image Jobs sees the jobs of the providers that are chosen, whatever credentials the node still has', async () => {
	await started();
	const seen = async (parameters: IDataObject) => {
		const result = await run([{}], [node('imageJobs', { operation: 'getAll', returnAll: true, ...parameters })]);
		return new Set(result.output('imageJobs').map((item) => jobOf(item).provider));
	};
	expect([...(await seen({ providers: ['zImage'] }))]).toEqual(['zImage']);
	expect(await seen({ providers: ['zImage', 'imageSaas'] })).toEqual(new Set(['zImage', 'imageSaas']));
	expect([...(await seen({ provider: 'imageSaas' }))]).toEqual(['imageSaas']);
}, 30_000);
