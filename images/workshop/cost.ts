import { ImageError } from '../../model/errors';
import type { ImageFacts } from '../inspect';
import type { Operation } from './operations';
import type { Structure } from './structure';

/** What work on an image takes, as estimated before a pixel is decoded. */
export interface Cost {
	pixels: number;
	/** Memory for decoding, in bytes: what the decoder holds of the whole image at once. */
	decodeBytes: number;
	/** Memory for the result, in bytes. */
	encodeBytes: number;
	/** Time on an idle machine. */
	milliseconds: number;
}

/** Every honest image of this many pixels must work: 8192 × 8192. */
const honestPixels = 8192 ** 2;

/**
 * Pixels × scans. An ordinary progressive JPEG has about 10 scans, so 8192² pixels have 671 million. Decoding 2,000
 * million takes about 5 s.
 */
const maxPixelScans = 2_000_000_000;

/**
 * The most bytes per pixel that an honest image of each format needs while it is decoded (measured with 8192²):
 * coefficients of a progressive JPEG with full color, an interlaced PNG of 8 bits, libwebp's and libaom's frames.
 */
const honestBytesPerPixel: Readonly<Record<string, number>> = {
	'image/jpeg': 6,
	'image/png': 3,
	'image/webp': 6,
	'image/gif': 6,
	'image/tiff': 8,
	'image/avif': 19,
};

/** Memory and time per pixel of the result, and nanoseconds per pixel that is decoded (measured). */
const encoding = {
	jpeg: { bytes: 8, nanoseconds: 100 },
	webp: { bytes: 9, nanoseconds: 500 },
	png: { bytes: 1, nanoseconds: 100 },
	avif: { bytes: 36, nanoseconds: 2_800 },
	raw: { bytes: 0, nanoseconds: 0 },
} as const;
const decodingNanoseconds = 40;
/** An AVIF of 8192² takes this much. It is what a user chooses, not what a file brings. */
const maxEncodeBytes = encoding.avif.bytes * honestPixels;

/** Throws `invalidRequest` if decoding the image would take more time or memory than any honest image takes. */
export function assertDecodable(facts: ImageFacts, structure: Structure): void {
	const { pixels, scans } = sizeOf(facts, structure);
	if (pixels * scans > maxPixelScans)
		throw refused(
			`has ${scans} scans of ${facts.width} × ${facts.height} pixels: ${millions(pixels * scans)} million ` +
				`pixels to decode, and at most ${millions(maxPixelScans)} million are allowed`,
		);
	const bytes = decodeBytes(facts, structure);
	const most = (honestBytesPerPixel[facts.mimeType] ?? 0) * honestPixels;
	if (bytes > most)
		throw refused(
			`(${facts.width} × ${facts.height} pixels) needs ${millions(bytes)} MB of memory to be decoded, and at ` +
				`most ${millions(most)} MB are allowed`,
		);
}

/** Throws `invalidRequest` for a result that is too large. */
export function costOf(facts: ImageFacts, structure: Structure, operation: Operation): Cost {
	const { pixels, scans } = sizeOf(facts, structure);
	if (operation.kind === 'readHeader') return { pixels, decodeBytes: 0, encodeBytes: 0, milliseconds: 1 };
	const own = encodingCost(operation, facts);
	const milliseconds = (pixels * (decodingNanoseconds + 3 * scans)) / 1e6 + own.milliseconds;
	return { pixels, decodeBytes: decodeBytes(facts, structure), encodeBytes: own.encodeBytes, milliseconds };
}

/** Throws `invalidRequest` if the result would take more memory than an AVIF of 8192 × 8192 pixels. */
export function encodingCost(
	operation: Operation,
	source: { width: number; height: number },
): Pick<Cost, 'encodeBytes' | 'milliseconds'> {
	const format = 'format' in operation ? operation.format : operation.kind === 'tile' ? 'png' : 'raw';
	const pixels = resultPixels(operation, source);
	const encodeBytes = pixels * encoding[format].bytes;
	if (encodeBytes > maxEncodeBytes)
		throw new ImageError('invalidRequest', {
			message: `The result would have ${millions(pixels)} million pixels, too many for ${format.toUpperCase()}`,
			hint: 'Choose a smaller size or another format',
			delivery: 'notSent',
		});
	return { encodeBytes, milliseconds: (pixels * encoding[format].nanoseconds) / 1e6 };
}

function resultPixels(operation: Operation, { width, height }: { width: number; height: number }): number {
	const own = width * height;
	switch (operation.kind) {
		case 'inspectColors':
		case 'readHeader':
			return 0;
		case 'sheet':
			return operation.width * operation.height;
		case 'fit':
		case 'tile':
			return Math.min(own, operation.side ** 2);
		case 'convert': {
			const [wide, high] = [(operation.width ?? 0) / width, (operation.height ?? 0) / height];
			if (wide === 0 && high === 0) return own;
			const scale = Math.max(wide, high);
			const isExact = operation.fit !== 'outside' && operation.width !== null && operation.height !== null;
			const pixels = isExact ? (operation.width ?? 0) * (operation.height ?? 0) : own * scale ** 2;
			return operation.enlarge ? pixels : Math.min(own, pixels);
		}
	}
}

function sizeOf({ width, height }: ImageFacts, { jpeg }: Structure): { pixels: number; scans: number } {
	return { pixels: width * height, scans: Math.max(1, jpeg?.scans ?? 1) };
}

function decodeBytes(facts: ImageFacts, structure: Structure): number {
	const { pixels } = sizeOf(facts, structure);
	const { head, jpeg } = structure;
	switch (facts.mimeType) {
		case 'image/jpeg':
			// The decoder holds the coefficients, 2 bytes each, from the first scan to the last.
			return jpeg && (jpeg.isProgressive || jpeg.scans > 1) ? pixels * jpeg.samplesPerPixel * 2 : 0;
		case 'image/png':
			return isInterlaced(head) ? pixels * pngPixelBytes(head) : 0;
		case 'image/webp':
			return isPlainLossy(head) ? pixels : pixels * 6;
		case 'image/avif':
			return pixels * 18;
		default:
			return pixels * 6;
	}
}

/** The header chunk has the depth at 24, the color type at 25 and the interlacing at 28. */
const isInterlaced = (head: Buffer) => head[28] !== 0;

function pngPixelBytes(head: Buffer): number {
	const channels = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }[head[25] ?? 6] ?? 4;
	return channels * ((head[24] ?? 16) > 8 ? 2 : 1);
}

/** A WebP without transparency and animation whose pixels are lossy is decoded row by row. */
function isPlainLossy(head: Buffer): boolean {
	const kind = head.toString('latin1', 12, 16);
	if (kind !== 'VP8X') return kind === 'VP8 ';
	const isAlphaOrAnimated = ((head[20] ?? 0) & 0x12) !== 0;
	return !isAlphaOrAnimated && !head.includes('VP8L');
}

const millions = (value: number) => Math.ceil(value / 1e6).toLocaleString('en-US');

function refused(problem: string): ImageError {
	return new ImageError('invalidRequest', {
		message: `The image ${problem}`,
		hint: 'Save it with another program as an ordinary JPEG or PNG, or make it smaller',
		retryable: false,
	});
}
