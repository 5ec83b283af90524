import { ImageError } from '../model/errors';
import { JpegScanner } from './workshop/structure';

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
	const found = await sizeIn(head);
	const format = found?.type === undefined ? undefined : formats[found.type];
	if (!found || !format) throw broken('The file is not an image of a known format', null);
	const { width, height } = found;
	if (!(width > 0 && height > 0)) throw broken('The image has no width or height', null);
	if (width * height > maxPixels)
		throw tooLarge(`The image is ${width} × ${height}, more than the ${maxPixels} pixels allowed`, null);
	return { ...format, width, height };
}

/** The formats that `image-size` reads, by its own names. Readers of other formats are slow for some files. */
const readTypes = ['png', 'webp', 'gif', 'heif', 'tiff'];

/** The sizes of an AVIF's parts that are read; an AVIF has one for each part of another size. */
const maxAvifSizes = 64;

/**
 * Type and size. A JPEG is read here, in the way a decoder reads it, because a forged one can show `image-size` another
 * size than the decoder. The time `image-size` takes grows with the square of the sizes in an AVIF.
 */
async function sizeIn(head: Buffer): Promise<{ type?: string; width: number; height: number } | undefined> {
	if (head[0] === 0xff && head[1] === 0xd8) {
		const scanner = new JpegScanner();
		scanner.push(head);
		return scanner.found.width === 0 ? undefined : { type: 'jpg', ...scanner.found };
	}
	if (countOf('ispe', head, maxAvifSizes) > maxAvifSizes) return undefined;
	const { disableTypes, imageSize, types } = await import('image-size');
	disableTypes(types.filter((type) => !readTypes.includes(type)));
	return attempt(() => imageSize(head));
}

/** How often a text is in the bytes, as far as one more than `most`. */
function countOf(text: string, bytes: Buffer, most: number): number {
	let count = 0;
	for (let at = bytes.indexOf(text); at >= 0 && count <= most; at = bytes.indexOf(text, at + text.length)) count++;
	return count;
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

/** The image is valid, but larger than a limit. */
export function tooLarge(message: string, hint: string | null = 'Raise "Max Image Size" in the options'): ImageError {
	return new ImageError('invalidRequest', { message, hint, retryable: false });
}
