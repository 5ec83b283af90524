import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecurityConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import type { IDataObject } from 'n8n-workflow';
import { backendsBench } from './backends';
import { binaryOf } from './harness';

const { run } = backendsBench(['imageSaas']);

let root = '';
const allowed = () => join(root, 'allowed');
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'image-export-save-')));
	Container.get(SecurityConfig).restrictFileAccessTo = allowed();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const generate = (parameters: IDataObject = {}) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', ...parameters },
});
const save = (parameters: IDataObject = {}) => ({
	name: 'Save',
	type: 'imageExport',
	parameters: { operation: 'save', folder: allowed(), ...parameters },
});
const picture = (text: string) => ({ base64: Buffer.from(text).toString('base64') });
const hintsOf = (result: Awaited<ReturnType<typeof run>>) =>
	(result.run.data.resultData.runData['Save']?.at(-1)?.hints ?? []).map(({ message }) => message);

it('writes the images of a job under its ref; the items keep them; a second start writes the same files', async () => {
	const nodes = [generate({ count: 2, options: { idempotencyKey: 'row-1' } }), save()];
	const result = await run([{ prompt: 'A red fox' }], nodes);
	expect(result.error).toBeUndefined();
	const [item] = result.output('Save');
	const { ref } = item?.json['job'] as { ref: string };
	expect(item?.json).toMatchObject({
		images: [{ index: 0 }, { index: 1 }],
		saved: [
			{ field: 'image_0', path: join(allowed(), `${ref}-0.png`), bytes: expect.any(Number) as number },
			{ field: 'image_1', path: join(allowed(), `${ref}-1.png`) },
		],
	});
	expect(item?.json).not.toHaveProperty('saveError');
	expect(hintsOf(result)).toEqual([]);
	for (const index of [0, 1])
		expect(readFileSync(join(allowed(), `${ref}-${index}.png`))).toEqual(await binaryOf(item, `image_${index}`));
	await run([{ prompt: 'A red fox' }], nodes);
	expect(readdirSync(allowed())).toHaveLength(2);
}, 60_000);

it('with one item per image, each image is saved once, under its own index', async () => {
	const result = await run(
		[{ prompt: 'A red fox' }],
		[generate({ count: 2, options: { splitImages: true } }), save()],
	);
	expect(result.error).toBeUndefined();
	const items = result.output('Save');
	const { ref } = items[0]?.json['job'] as { ref: string };
	expect(items.map(({ json }) => json['saved'])).toMatchObject([
		[{ field: 'image_0', path: join(allowed(), `${ref}-0.png`) }],
		[{ field: 'image_0', path: join(allowed(), `${ref}-1.png`) }],
	]);
	expect(readdirSync(allowed()).sort()).toEqual([`${ref}-0.png`, `${ref}-1.png`]);
}, 60_000);

it('an image that was not downloaded yet is saved, and the item has it then', async () => {
	const result = await run(
		[{ prompt: 'A red fox' }],
		[generate({ download: false }), save({ provider: 'imageSaas', saveName: 'fox' })],
	);
	const [item] = result.output('Save');
	expect(item?.json).toMatchObject({ saved: [{ field: 'image_0', path: join(allowed(), 'fox.png') }] });
	expect(readFileSync(join(allowed(), 'fox.png'))).toEqual(await binaryOf(item, 'image_0'));
}, 60_000);

describe('an item that cannot be saved keeps its images and says why', () => {
	it('outside the folders that n8n allows, also behind a symbolic link', async () => {
		mkdirSync(join(root, 'outside'));
		mkdirSync(allowed());
		symlinkSync(join(root, 'outside'), join(allowed(), 'link'));
		for (const folder of [join(root, 'outside'), join(allowed(), 'link'), `${allowed()}/../outside`]) {
			const result = await run([{ $binary: { image_0: picture('fox') } }], [save({ folder })]);
			expect(result.error).toBeUndefined();
			const [item] = result.output('Save');
			expect(item?.json).toEqual({
				saved: [],
				saveError: {
					message: `n8n does not allow to write files to ${join(root, 'outside')}`,
					hint: expect.stringContaining('~/.n8n-files'),
				},
			});
			expect((await binaryOf(item, 'image_0')).toString()).toBe('fox');
			expect(hintsOf(result)[0]).toMatch(/^1 of 1 items could not be saved to the disk; their images stay/);
		}
		expect(readdirSync(join(root, 'outside'))).toEqual([]);
	});

	it('in a folder that nobody may write to', async () => {
		Container.get(SecurityConfig).restrictFileAccessTo = '';
		const result = await run([{ $binary: { image_0: picture('fox') } }], [save({ folder: '/sys/images' })]);
		expect(result.error).toBeUndefined();
		expect(result.output('Save')[0]).toMatchObject({
			json: { saved: [], saveError: { message: 'n8n has no permission to write to /sys/images' } },
			binary: { image_0: {} },
		});
	});

	it('with a relative folder, without an image, and beside an item that is saved', async () => {
		const result = await run(
			[
				{ folder: 'images', $binary: { image_0: picture('fox') } },
				{ folder: allowed(), saveError: 'of an earlier node' },
				{ folder: allowed(), saveError: 'of an earlier node', $binary: { image_0: picture('cat') } },
			],
			[save({ folder: '={{ $json.folder }}' })],
		);
		expect(result.error).toBeUndefined();
		const [relative, none, good] = result.output('Save').map(({ json }) => json);
		expect(relative).toMatchObject({ saveError: { message: 'The folder "images" is not a full path' } });
		expect(none).toMatchObject({ saved: [], saveError: { message: 'The item has no image' } });
		expect(good).toMatchObject({ saved: [{ path: join(allowed(), 'image_0.png') }] });
		expect(good).not.toHaveProperty('saveError');
		expect(hintsOf(result)[0]).toMatch(/^2 of 3 items .* \(item 0\): The folder "images" is not a full path/);
	});

	it("when one image of several is gone from n8n's store, the others are saved", async () => {
		const result = await run(
			[{ url: 'http://127.0.0.1:9/x.png', $binary: { image_0: picture('fox') } }],
			[save({ binaryFields: 'gone, image_0' })],
		);
		expect(result.output('Save')[0]?.json).toMatchObject({
			saved: [{ field: 'image_0' }],
			saveError: { message: 'The item has no binary field "gone"' },
		});
	});
});

it('hostile and equal names stay in the folder and replace nothing', async () => {
	const names = ['../../fox', '../../fox', '/etc/fox', 'a/b', 'CON', '🦊'.repeat(200)];
	const result = await run(
		names.map((name, index) => ({ name, $binary: { image_0: picture(`content ${index}`) } })),
		[save({ saveName: '={{ $json.name }}' })],
	);
	expect(result.error).toBeUndefined();
	const paths = result.output('Save').map(({ json }) => (json['saved'] as Array<{ path: string }>)[0]?.path);
	expect(paths.slice(0, 5)).toEqual(
		['fox.png', 'fox (2).png', 'etc/fox.png', 'a/b.png', '_CON.png'].map((name) => join(allowed(), name)),
	);
	expect(paths.map((path) => readFileSync(path ?? '', 'utf8'))).toEqual(names.map((_, index) => `content ${index}`));
});

it('several images of an item get numbers; a named field may hold any file', async () => {
	const zip = { base64: 'UEs=', fileName: 'all.zip', mimeType: 'application/zip' };
	const result = await run(
		[{ $binary: { image_0: picture('a'), image_1: picture('b'), data: zip } }],
		[
			save({ saveName: 'fox' }),
			{ ...save({ binaryFields: 'data', saveName: 'set.zip', options: { overwrite: true } }), name: 'Zip' },
		],
	);
	expect(result.output('Zip')[0]?.json['saved']).toMatchObject([{ field: 'data', path: join(allowed(), 'set.zip') }]);
	expect(readdirSync(allowed()).sort()).toEqual(['fox-1.png', 'fox-2.png', 'set.zip']);
});
