import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { undecodable } from './inspect';

/** What is seen of a picture when all of it is decoded. */
export interface InspectedColors {
	/** Its colour as `#rrggbb` where it has only one, else null. */
	onlyColor: string | null;
}

/** A side of the small copy in which one looks; a spot smaller than a few thousandths of the picture still shows. */
const side = 64;
/** How far apart the values of one colour may lie after lossy coding, of 255. */
const tolerance = 2;

/**
 * Decodes a picture to its end. Reads the stream whole; the file, not its pixels, is held in memory meanwhile.
 * Throws `malformedResponse` for a picture that cannot be decoded, and what the stream failed with.
 */
export async function inspectColors(stream: Readable): Promise<InspectedColors> {
	const [file, { default: sharp }] = await Promise.all([buffer(stream), import('sharp')]);
	try {
		const { data, info } = await sharp(file, { failOn: 'error' })
			.resize(side, side, { fit: 'fill' })
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
		if (Math.abs((pixels[at] ?? 0) - (first[at % channels] ?? 0)) > tolerance) return null;
	const [red = 0, green = red, blue = red] = first;
	return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
