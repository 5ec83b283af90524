import fc from 'fast-check';
import sharp from 'sharp';
import { growth } from '../../test/support/growth';
import { jpegOfScans } from '../../test/support/hostileImages';
import { inspectHead } from '../inspect';
import { JpegScanner } from './structure';

const scanned = (...chunks: Buffer[]) => {
	const scanner = new JpegScanner();
	for (const chunk of chunks) scanner.push(chunk);
	return scanner.found;
};
const picture = (width = 64, height = 48) =>
	sharp({
		create: {
			width,
			height,
			channels: 3,
			background: '#000',
			noise: { type: 'gaussian', mean: 128, sigma: 40 },
		},
	});

it('the scans, the size and the samples of a JPEG are found without decoding it', async () => {
	expect(scanned(await picture().jpeg().toBuffer())).toEqual({
		width: 64,
		height: 48,
		samplesPerPixel: 1.5,
		isProgressive: false,
		scans: 1,
	});
	expect(scanned(await picture().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer())).toMatchObject({
		samplesPerPixel: 3,
		isProgressive: true,
		scans: 10,
	});
	expect(scanned(await picture().toColourspace('b-w').jpeg().toBuffer())).toMatchObject({
		samplesPerPixel: 1,
		scans: 1,
	});
	expect(scanned(await jpegOfScans(64, 48, 2000)).scans).toBe(2000);
});

it('the same is found in whatever chunks the bytes come', async () => {
	const jpeg = await jpegOfScans(64, 48, 40);
	const whole = scanned(jpeg);
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (lengths) => {
			const chunks: Buffer[] = [];
			for (let at = 0, turn = 0; at < jpeg.length; turn++) {
				const length = lengths[turn % lengths.length] ?? 1;
				chunks.push(jpeg.subarray(at, at + length));
				at += length;
			}
			expect(scanned(...chunks)).toEqual(whole);
		}),
		{ numRuns: 50 },
	);
});

it('scans in a thumbnail and behind the end of the image are not counted', async () => {
	const jpeg = await picture().jpeg().toBuffer();
	const thumbnail = await jpegOfScans(16, 16, 30);
	const app = Buffer.from([0xff, 0xe1, (thumbnail.length + 2) >> 8, (thumbnail.length + 2) & 255]);
	const withBoth = Buffer.concat([jpeg.subarray(0, 2), app, thumbnail, jpeg.subarray(2), thumbnail]);
	expect(scanned(withBoth)).toEqual(scanned(jpeg));
});

it.each([
	['marks alone', Buffer.from([0xff])],
	['pixels that look like marks', Buffer.from([0xff, 0x00])],
	['restarts', Buffer.from([0xff, 0xd0])],
	['empty segments', Buffer.from([0xff, 0xe1, 0, 2])],
	['segments with an impossible length', Buffer.from([0xff, 0xe1, 0, 0])],
	['scans', Buffer.from([0xff, 0xda, 0, 2])],
])('a file of %s is scanned in time in proportion to its length', (_what, unit) => {
	expect(growth((size) => scanned(Buffer.alloc(size * unit.length, unit)), 20_000)).toBeLessThan(40);
});

it('the size of a forged file is read in time in proportion to the sizes in it', async () => {
	const box = (type: string, ...content: Buffer[]) => {
		const head = Buffer.alloc(8);
		head.writeUInt32BE(8 + content.reduce((sum, { length }) => sum + length, 0));
		head.write(type, 4, 'latin1');
		return Buffer.concat([head, ...content]);
	};
	const avif = (sizes: number) =>
		Buffer.concat([
			box('ftyp', Buffer.from('avif\0\0\0\0avif')),
			box(
				'meta',
				Buffer.alloc(4),
				box(
					'iprp',
					box('ipco', ...Array.from({ length: sizes }, () => box('ispe', Buffer.alloc(12, '\0\0\0\x09')))),
				),
			),
		]);
	await expect(inspectHead(avif(10), 100)).resolves.toMatchObject({ width: 9, height: 9 });
	await expect(inspectHead(avif(13_000), 100)).rejects.toMatchObject({ code: 'malformedResponse' });
});

it('the size of a JPEG is the one that its decoder finds, not one in a forged segment', async () => {
	const jpeg = await picture().jpeg().toBuffer();
	const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 1, 0, 1, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
	const segment = Buffer.concat([Buffer.from([0xff, 0xe5, 0, frame.length + 2]), frame]);
	const forged = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
	await expect(inspectHead(forged, 10_000)).resolves.toMatchObject({ width: 64, height: 48 });
});
