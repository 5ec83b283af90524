import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ImageError } from '../model/errors';

export interface ImageFacts {
	mimeType: string;
	extension: string;
	width: number;
	height: number;
}

/** The supported formats, by their names in `image-size`. The type that a server names is ignored. */
const formats: Record<string, { mimeType: string; extension: string }> = {
	png: { mimeType: 'image/png', extension: 'png' },
	jpg: { mimeType: 'image/jpeg', extension: 'jpg' },
	webp: { mimeType: 'image/webp', extension: 'webp' },
	gif: { mimeType: 'image/gif', extension: 'gif' },
	avif: { mimeType: 'image/avif', extension: 'avif' },
	tiff: { mimeType: 'image/tiff', extension: 'tiff' },
};

/**
 * The number of bytes at the beginning of a file in which the size must be. A JPEG may have a thumbnail and a profile
 * first.
 */
export const headBytes = 256 * 1024;

/**
 * Format and size, read from the bytes at the beginning of a file. Throws `malformedResponse` if they are not an image
 * of a supported format, `invalidRequest` if it has more than `maxPixels`.
 */
export async function inspectHead(head: Buffer, maxPixels: number): Promise<ImageFacts> {
	if (head.length === 0)
		throw broken('The image is empty (0 bytes)', 'The provider may have rejected the request without an error');
	const { imageSize } = await import('image-size');
	const found = attempt(() => imageSize(head));
	const format = found?.type === undefined ? undefined : formats[found.type];
	if (!found || !format) throw broken('The file is not an image of a known format', null);
	const { width, height } = found;
	if (!(width > 0 && height > 0)) throw broken('The image has no width or height', null);
	if (width * height > maxPixels)
		throw tooLarge(`The image is ${width} × ${height}, more than the ${maxPixels} pixels allowed`, null);
	return { ...format, width, height };
}

export interface VideoFacts {
	mimeType: string;
	extension: string;
}

/**
 * The type of a video, read from the bytes at its beginning. Throws `malformedResponse` if it is not MP4, QuickTime or
 * WebM.
 */
export function inspectVideo(head: Buffer): VideoFacts {
	if (head.length === 0)
		throw broken('The video is empty (0 bytes)', 'The provider may have rejected the request without an error');
	if (head.toString('latin1', 4, 8) === 'ftyp')
		return head.toString('latin1', 8, 10) === 'qt'
			? { mimeType: 'video/quicktime', extension: 'mov' }
			: { mimeType: 'video/mp4', extension: 'mp4' };
	if (head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3])))
		return { mimeType: 'video/webm', extension: 'webm' };
	throw broken('The file is not a video of a known format', null);
}

/** Whether the last bytes show that a file is complete. A format without an end mark counts as complete. */
export function endsWhole(mimeType: string, tail: Buffer, totalBytes: number, head: Buffer): boolean {
	if (mimeType === 'image/png') return tail.includes('IEND');
	if (mimeType === 'image/jpeg') return tail.includes(Buffer.from([0xff, 0xd9]));
	if (mimeType === 'image/webp') return totalBytes >= head.readUInt32LE(4) + 8;
	return true;
}

/** The facts that are known only after the whole image is decoded. */
export interface InspectedColors {
	/** As `#rrggbb` if the image has only one color, else null. */
	onlyColor: string | null;
}

/**
 * Side of the small copy that is inspected, in pixels. A spot of a few thousandths of the image is still visible in it.
 */
const sampleSide = 64;
/** Maximum difference, of 255, between values that count as one color: lossy coding changes values. */
const colorTolerance = 2;

/**
 * Decodes an image to its end. Reads the whole stream; during this time the file is in memory, but not its pixels.
 * Throws `malformedResponse` if the image cannot be decoded, and the stream's error if it fails.
 */
export async function inspectColors(stream: Readable): Promise<InspectedColors> {
	const [file, { default: sharp }] = await Promise.all([buffer(stream), import('sharp')]);
	try {
		const { data, info } = await sharp(file, { failOn: 'error' })
			.resize(sampleSide, sampleSide, { fit: 'fill' })
			.flatten({ background: '#000' })
			.toColourspace('srgb')
			.raw()
			.toBuffer({ resolveWithObject: true });
		return { onlyColor: colorOf(data, info.channels) };
	} catch (cause) {
		throw undecodable(cause);
	}
}

function colorOf(pixels: Buffer, channels: number): string | null {
	const first = [...pixels.subarray(0, channels)];
	for (let at = 0; at < pixels.length; at++)
		if (Math.abs((pixels[at] ?? 0) - (first[at % channels] ?? 0)) > colorTolerance) return null;
	const [red = 0, green = red, blue = red] = first;
	return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function attempt<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}

function broken(message: string, hint: string | null): ImageError {
	return new ImageError('malformedResponse', { message, hint, retryable: false });
}

/** The error for a file that is not a usable image. Another attempt cannot help. */
export function unreadable(message: string, cause?: unknown): ImageError {
	return new ImageError('malformedResponse', { message, retryable: false, cause });
}

/** The error for a file that sharp cannot decode, with sharp's reason on one line. */
export function undecodable(cause: unknown): ImageError {
	const [why = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
	return unreadable(`The image cannot be decoded: ${why}`, cause);
}

/** The image is valid, but larger than a limit. */
export function tooLarge(message: string, hint: string | null = 'Raise "Max Image Size" in the options'): ImageError {
	return new ImageError('invalidRequest', { message, hint, retryable: false });
}
