import { Readable } from 'node:stream';
import sharp, { type Sharp } from 'sharp';
import { defaultImageLimits } from '../receive';
import { type Conversion, convert } from './convert';
import { readStill } from './still';

const read = async (data: Buffer, limits = defaultImageLimits) =>
	await readStill(() => Promise.resolve(Readable.from([data])), limits);
const picture = (width = 40, height = 20) => sharp({ create: { width, height, channels: 3, background: '#c84000' } });
const to = async (image: Sharp | Buffer, conversion: Partial<Conversion> = {}) => {
	const { data, ...rest } = await convert(await read(Buffer.isBuffer(image) ? image : await image.toBuffer()), {
		format: 'webp',
		quality: 80,
		width: null,
		height: null,
		fit: 'inside',
		enlarge: false,
		keepMetadata: false,
		background: '#ffffff',
		...conversion,
	});
	return { ...rest, metadata: await sharp(data).metadata(), data };
};

it.each([
	['png', 'png', 'png'],
	['jpeg', 'jpg', 'jpeg'],
	['webp', 'webp', 'webp'],
	['avif', 'avif', 'heif'],
] as const)('becomes %s', async (format, extension, found) => {
	expect(await to(picture().png(), { format })).toMatchObject({
		mimeType: `image/${format}`,
		extension,
		width: 40,
		height: 20,
		metadata: { format: found },
	});
});

it('changes the size, in proportion or exactly; enlarges only if allowed', async () => {
	expect(await to(picture().png(), { width: 10 })).toMatchObject({ width: 10, height: 5 });
	expect(await to(picture().png(), { width: 10, height: 10, fit: 'cover' })).toMatchObject({ width: 10, height: 10 });
	expect(await to(picture().png(), { width: 80 })).toMatchObject({ width: 40 });
	expect(await to(picture().png(), { width: 80, enlarge: true })).toMatchObject({ width: 80 });
});

it('stands upright, whether its metadata is kept or not', async () => {
	const lying = await picture()
		.jpeg()
		.withExif({ IFD0: { Artist: 'Somebody' } })
		.withMetadata({ orientation: 6 })
		.toBuffer();
	const bare = await to(lying, { format: 'jpeg' });
	expect(bare).toMatchObject({ width: 20, height: 40 });
	expect(bare.metadata.exif).toBeUndefined();
	const kept = await to(lying, { format: 'jpeg', keepMetadata: true });
	expect(kept).toMatchObject({ width: 20, height: 40 });
	expect(kept.metadata.orientation ?? 1).toBe(1);
});

it('keeps its colour profile', async () => {
	expect((await to(picture().withIccProfile('p3').png())).metadata.icc).toBeDefined();
});

it('CMYK becomes sRGB, with the same colours', async () => {
	const { metadata, data } = await to(picture().toColourspace('cmyk').jpeg(), { format: 'png' });
	expect(metadata.space).toBe('srgb');
	expect((await sharp(data).stats()).dominant.r).toBeGreaterThan(150);
});

it('16 bits stay 16 bits in PNG and become 8 in other formats', async () => {
	const deep = picture().toColourspace('rgb16').png();
	expect((await to(deep.clone(), { format: 'png' })).metadata.depth).toBe('ushort');
	expect((await to(deep.clone(), { format: 'jpeg' })).metadata.depth).toBe('uchar');
});

it('what was transparent gets the background as JPEG', async () => {
	const clear = sharp({
		create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
	}).png();
	expect(
		(await sharp((await to(clear, { format: 'jpeg', background: '#ff0000' })).data).stats()).channels[0]?.mean,
	).toBeGreaterThan(240);
});

describe('what is not taken', () => {
	const svg = Buffer.from(
		'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">' +
			'<image xlink:href="file:///etc/passwd"/></svg>',
	);

	it.each([
		['SVG, which may point anywhere', async () => Promise.resolve(svg), /not an image of a known format/],
		['nothing', async () => Promise.resolve(Buffer.alloc(0)), /empty/],
		['text', async () => Promise.resolve(Buffer.from('hello')), /not an image/],
		['half a PNG', async () => (await picture(400, 400).png().toBuffer()).subarray(0, 300), /cut off/],
		[
			'a film',
			async () =>
				await sharp([await picture(8, 8).png().toBuffer(), await picture(8, 8).negate().png().toBuffer()], {
					join: { animated: true },
				})
					.gif()
					.toBuffer(),
			/animated \(2 frames\)/,
		],
	])('%s', async (_what, data, message) => {
		await expect(to(await data())).rejects.toMatchObject({ message: expect.stringMatching(message) as string });
	});

	it('a small file of many pixels, before any is decoded', async () => {
		const bomb = await picture(3_000, 3_000).png({ compressionLevel: 9 }).toBuffer();
		await expect(read(bomb, { ...defaultImageLimits, maxPixels: 1_000_000 })).rejects.toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('3000 × 3000') as string,
		});
	});

	it('a file that is longer than allowed', async () => {
		await expect(
			read(await picture().png().toBuffer(), { ...defaultImageLimits, maxBytes: 10 }),
		).rejects.toMatchObject({ code: 'invalidRequest' });
	});

	it('a PNG with invalid pixels', async () => {
		const invalid = await sharp({
			create: {
				width: 200,
				height: 200,
				channels: 3,
				noise: { type: 'gaussian', mean: 128, sigma: 60 },
				background: '#000',
			},
		})
			.png()
			.toBuffer();
		invalid.fill(0, 5_000, 9_000);
		await expect(to(invalid)).rejects.toMatchObject({
			code: 'malformedResponse',
			message: expect.stringContaining('cannot be decoded') as string,
		});
	});
});
