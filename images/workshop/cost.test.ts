import { ImageError } from '../../model/errors';
import type { ImageFacts } from '../inspect';
import { assertDecodable, costOf } from './cost';
import type { Conversion } from './operations';
import type { JpegStructure, Structure } from './structure';

const facts = (mimeType: string, side = 8192): ImageFacts => ({ mimeType, extension: '', width: side, height: side });
const jpeg = (more: Partial<JpegStructure> = {}): Structure => ({
	head: Buffer.from([0xff, 0xd8]),
	jpeg: { width: 1, height: 1, samplesPerPixel: 1.5, isProgressive: false, scans: 1, ...more },
});
const png = ({ depth = 8, color = 2, interlaced = false } = {}): Structure => {
	const head = Buffer.alloc(64);
	head.set([depth, color, 0, 0, interlaced ? 1 : 0], 24);
	return { head, jpeg: null };
};
const webp = (kind: string, flags = 0): Structure => {
	const head = Buffer.alloc(64);
	head.write(kind, 12, 'latin1');
	if (kind === 'VP8X') head[20] = flags;
	return { head, jpeg: null };
};
const plain: Structure = { head: Buffer.alloc(64), jpeg: null };

it.each<[string, string, Structure]>([
	['a baseline JPEG', 'image/jpeg', jpeg()],
	['a JPEG with a scan for each color', 'image/jpeg', jpeg({ scans: 3, samplesPerPixel: 3 })],
	['a progressive JPEG', 'image/jpeg', jpeg({ isProgressive: true, scans: 10 })],
	['a progressive JPEG of full color', 'image/jpeg', jpeg({ isProgressive: true, scans: 16, samplesPerPixel: 3 })],
	['a PNG', 'image/png', png()],
	['a transparent PNG with 16 bits', 'image/png', png({ depth: 16, color: 6 })],
	['an interlaced PNG', 'image/png', png({ interlaced: true })],
	['a lossy WebP', 'image/webp', webp('VP8 ')],
	['a lossless WebP', 'image/webp', webp('VP8L')],
	['a transparent WebP', 'image/webp', webp('VP8X', 0x10)],
	['a GIF', 'image/gif', plain],
	['a TIFF', 'image/tiff', plain],
	['an AVIF', 'image/avif', plain],
])('%s of 8192 × 8192 pixels may be decoded', (_what, mimeType, structure) => {
	expect(() => {
		assertDecodable(facts(mimeType), structure);
	}).not.toThrow();
});

it.each<[string, ImageFacts, Structure, RegExp]>([
	[
		'2,000 scans of a middling picture',
		facts('image/jpeg', 4000),
		jpeg({ isProgressive: true, scans: 2000 }),
		/has 2000 scans of 4000 × 4000 pixels: 32,000 million pixels to decode, and at most 2,000 million are allowed/,
	],
	['90 scans of a large one', facts('image/jpeg', 9992), jpeg({ isProgressive: true, scans: 90 }), /has 90 scans/],
	[
		'the coefficients of four full components',
		facts('image/jpeg', 9000),
		jpeg({ isProgressive: true, scans: 10, samplesPerPixel: 4 }),
		/\(9000 × 9000 pixels\) needs 648 MB of memory to be decoded, and at most 403 MB are allowed/,
	],
	['an interlaced PNG of 16 bits', facts('image/png', 7360), png({ depth: 16, interlaced: true }), /needs 326 MB/],
	['an AVIF beyond that', facts('image/avif', 10_000), plain, /needs 1,800 MB/],
])('%s is refused before a pixel is decoded', (_what, own, structure, message) => {
	let refused: unknown;
	try {
		assertDecodable(own, structure);
	} catch (error) {
		refused = error;
	}
	expect(refused).toBeInstanceOf(ImageError);
	expect(refused).toMatchObject({
		code: 'invalidRequest',
		retryable: false,
		message: expect.stringMatching(message),
		hint: expect.stringContaining('ordinary JPEG or PNG'),
	});
});

it('what the result takes counts too', () => {
	const conversion: Conversion = {
		format: 'avif',
		quality: 80,
		width: null,
		height: null,
		fit: 'inside',
		enlarge: false,
		keepMetadata: false,
		background: '#fff',
	};
	const cost = (more: Partial<Conversion>) =>
		costOf(facts('image/jpeg', 1000), jpeg(), { kind: 'convert', ...conversion, ...more });
	expect(cost({}).encodeBytes).toBe(36_000_000);
	expect(cost({ width: 100 }).encodeBytes).toBeCloseTo(360_000);
	expect(cost({ width: 100, height: 50, fit: 'cover' }).encodeBytes).toBe(180_000);
	expect(cost({ width: 4000 }).encodeBytes).toBe(36_000_000);
	expect(cost({ width: 4000, enlarge: true }).milliseconds).toBeGreaterThan(cost({}).milliseconds * 10);
	expect(() => cost({ width: 16_000, enlarge: true })).toThrow(/256 million pixels, too many for AVIF/);
});
