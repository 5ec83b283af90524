import { Readable } from 'node:stream';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { readStill, type Still } from '../export/still';
import { type Lineage, noLineage } from '../lineage';
import { defaultImageLimits } from '../receive';
import { embedMetadata, findMetadata } from './metadata';
import { readParameters, writeParameters } from './parameters';

const lineage: Lineage = {
	prompt: '森林里的女孩, "oil painting"\nsecond line',
	negativePrompt: 'blurry, 模糊',
	seed: 42,
	model: 'turbo: v2',
	provider: 'zImage',
	jobId: 'job-1~2',
};
const still = async (data: Buffer): Promise<Still> =>
	await readStill(() => Promise.resolve(Readable.from([data])), defaultImageLimits);
const picture = (channels: 3 | 4 = 3) =>
	sharp({ create: { width: 31, height: 17, channels, background: { r: 200, g: 40, b: 0, alpha: 0.5 } } });
const pixelsOf = async (data: Buffer) => (await sharp(data).raw().toBuffer()).toString('hex');

describe.each([
	['PNG', 'png', picture().png()],
	['PNG with alpha', 'png', picture(4).png()],
	['JPEG', 'exif', picture().jpeg()],
	[
		'JPEG with EXIF of a camera',
		'exif',
		picture()
			.jpeg()
			.withExif({ IFD0: { Make: 'ACME', Artist: 'Somebody' }, IFD2: { LensMake: 'Glass' } }),
	],
	['lossy WebP', 'exif', picture().webp()],
	['lossless WebP with alpha', 'exif', picture(4).webp({ lossless: true })],
	[
		'WebP with EXIF',
		'exif',
		picture()
			.webp()
			.withExif({ IFD0: { Make: 'ACME' } }),
	],
] as Array<[string, string, Sharp]>)('%s', (_name, source, image) => {
	it('takes the lineage, and gives it back; its pixels stay', async () => {
		const data = await image.clone().toBuffer();
		const written = await embedMetadata(await still(data), lineage);
		const { settings, ...found } = await findMetadata(await still(written));
		expect(found).toEqual({ ...lineage, source });
		expect(settings).toMatchObject({ Size: '31x17', Seed: '42' });
		expect(await pixelsOf(written)).toBe(await pixelsOf(data));
	});

	it('what is written again replaces what was there', async () => {
		const once = await embedMetadata(await still(await image.clone().toBuffer()), lineage);
		const twice = await embedMetadata(await still(once), { ...noLineage, prompt: 'Another', seed: 1 });
		expect(await findMetadata(await still(twice))).toMatchObject({
			prompt: 'Another',
			negativePrompt: null,
			seed: 1,
			model: null,
		});
		const xmp = (await sharp(twice).metadata()).xmp?.toString() ?? '';
		expect(xmp).toContain('Another');
		expect(xmp).toContain('trainedAlgorithmicMedia');
	});
});

it('what a camera wrote stays', async () => {
	const camera = await picture()
		.jpeg()
		.withExif({ IFD0: { Make: 'ACME', Orientation: '6' }, IFD2: { LensMake: 'Glass' } })
		.toBuffer();
	const written = await embedMetadata(await still(camera), lineage);
	const { default: readExif } = await import('exif-reader');
	const exif = (await sharp(written).metadata()).exif;
	expect(readExif(exif?.subarray(6) ?? Buffer.alloc(0))).toMatchObject({
		Image: { Make: 'ACME', Software: 'n8n-nodes-image-pipelines' },
		Photo: { LensMake: 'Glass' },
	});
});

it('XMP alone is enough, and a file without metadata gives none', async () => {
	const written = await embedMetadata(await still(await picture().jpeg().toBuffer()), lineage);
	const onlyXmp = await sharp(written).keepXmp().jpeg().toBuffer();
	expect(await findMetadata(await still(onlyXmp))).toMatchObject({ prompt: lineage.prompt, seed: 42, source: 'xmp' });
	expect(await findMetadata(await still(await picture().png().toBuffer()))).toMatchObject({
		prompt: null,
		seed: null,
		source: null,
	});
});

it('a format that cannot hold metadata is rejected', async () => {
	const gif = await still(await picture().gif().toBuffer());
	await expect(embedMetadata(gif, lineage)).rejects.toThrow(/cannot be written into image\/gif/);
});

it('reads what the Stable Diffusion tools write', () => {
	const text =
		'a cat, (masterpiece:1.2)\non a roof\nNegative prompt: blurry, bad\n' +
		'Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1234567890, Size: 512x768, ' +
		'Model hash: abc, Model: "some, model", Lora hashes: "x: 1, y: 2"';
	expect(readParameters(text)).toMatchObject({
		prompt: 'a cat, (masterpiece:1.2)\non a roof',
		negativePrompt: 'blurry, bad',
		seed: 1234567890,
		model: 'some, model',
		settings: { Steps: '20', 'CFG scale': '7', 'Lora hashes': 'x: 1, y: 2' },
	});
	expect(readParameters('just words, no settings: here')).toMatchObject({
		prompt: 'just words, no settings: here',
		seed: null,
	});
});

it('property: what is written is read back', () => {
	const words = fc
		.string({ unit: 'grapheme' })
		.map((text) => text.replace(/\s+/g, ' ').trim())
		.filter((text) => text !== '' && !text.startsWith('Negative prompt:'));
	fc.assert(
		fc.property(
			fc.record({
				prompt: words,
				negativePrompt: fc.option(words),
				seed: fc.option(fc.nat()),
				model: fc.option(words),
				provider: fc.constant('zImage'),
				jobId: fc.option(words),
			}),
			(value) => {
				const { settings: _, ...read } = readParameters(writeParameters(value, { width: 1, height: 2 }));
				expect(read).toEqual(value);
			},
		),
	);
});
