import { ImageError } from '../model/errors';

export interface ImageFacts {
	mimeType: string;
	extension: string;
	width: number;
	height: number;
}

/** The formats that are taken, by the names `image-size` gives them. What a server claims is not looked at. */
const formats: Record<string, { mimeType: string; extension: string }> = {
	png: { mimeType: 'image/png', extension: 'png' },
	jpg: { mimeType: 'image/jpeg', extension: 'jpg' },
	webp: { mimeType: 'image/webp', extension: 'webp' },
	gif: { mimeType: 'image/gif', extension: 'gif' },
	avif: { mimeType: 'image/avif', extension: 'avif' },
	tiff: { mimeType: 'image/tiff', extension: 'tiff' },
};

/** As much of a file's beginning as its size is looked for in; a JPEG may carry a thumbnail and a profile first. */
export const headBytes = 256 * 1024;

/**
 * Format and size, read from the bytes at the beginning of a file. Throws `malformedResponse` when they are no picture
 * of the formats taken, `invalidRequest` for one of more than `maxPixels`.
 */
export async function inspectHead(head: Buffer, maxPixels: number): Promise<ImageFacts> {
	if (head.length === 0)
		throw broken('The image is empty (0 bytes)', 'The provider may have refused the request without saying so');
	const { imageSize } = await import('image-size');
	const found = attempt(() => imageSize(head));
	const format = found?.type === undefined ? undefined : formats[found.type];
	if (!found || !format)
		throw broken(`What came is not an image of a known format: it begins with ${describe(head)}`, null);
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
 * The kind of a video, read from the bytes at its beginning. Throws `malformedResponse` when they are none of MP4,
 * QuickTime and WebM.
 */
export function inspectVideo(head: Buffer): VideoFacts {
	if (head.length === 0)
		throw broken('The video is empty (0 bytes)', 'The provider may have refused the request without saying so');
	if (head.toString('latin1', 4, 8) === 'ftyp')
		return head.toString('latin1', 8, 10) === 'qt'
			? { mimeType: 'video/quicktime', extension: 'mov' }
			: { mimeType: 'video/mp4', extension: 'mp4' };
	if (head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3])))
		return { mimeType: 'video/webm', extension: 'webm' };
	throw broken(`What came is not a video of a known format: it begins with ${describe(head)}`, null);
}

/** Whether the last bytes are how a whole file of this format ends. Formats that do not tell count as whole. */
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

function describe(head: Buffer): string {
	const text = head.subarray(0, 24).toString('latin1');
	return /^[\x20-\x7e\s]*$/.test(text) ? JSON.stringify(text) : `0x${head.subarray(0, 8).toString('hex')}`;
}

function broken(message: string, hint: string | null): ImageError {
	return new ImageError('malformedResponse', { message, hint, retryable: false });
}

/** A file that is no picture one can work with, and never will be. */
export function unreadable(message: string, cause?: unknown): ImageError {
	return new ImageError('malformedResponse', { message, retryable: false, cause });
}

/** What sharp says of a file it cannot decode, on one line. */
export function undecodable(cause: unknown): ImageError {
	const [why = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
	return unreadable(`The image cannot be decoded: ${why}`, cause);
}

/** Nothing is wrong with the image; it is the limit that keeps it out. */
export function tooLarge(message: string, hint: string | null = 'Raise "Max Image Size" in the options'): ImageError {
	return new ImageError('invalidRequest', { message, hint, retryable: false });
}
