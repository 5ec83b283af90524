import type { Readable } from 'node:stream';
import type { Metadata, Sharp } from 'sharp';
import { ImageError } from '../../model/errors';
import { collect } from '../collect';
import { endsWhole, type ImageFacts, inspectHead, tooLarge, undecodable, unreadable } from '../inspect';
import type { ImageLimits } from '../receive';

/** An image that can be edited: complete, of a known format, within the limits, and not animated. */
export interface Still {
	data: Buffer;
	facts: ImageFacts;
	metadata: Metadata;
	/** Makes a new sharp pipeline for the image. It fails at the first error in the file. */
	open: () => Sharp;
}

/**
 * Reads an image and inspects it before any use; its pixels are counted before they are decoded. Throws
 * `malformedResponse` for a file that is not an image, `invalidRequest` for an image that is animated or beyond the
 * limits.
 */
export async function readStill(open: () => Promise<Readable>, limits: ImageLimits): Promise<Still> {
	const data = await collect(await open(), limits.maxBytes, (problem) => tooLarge(`The image ${problem}`));
	const facts = await inspectHead(data, limits.maxPixels);
	if (!endsWhole(facts.mimeType, data.subarray(-4096), data.length, data))
		throw unreadable(`The image is cut off after ${data.length} bytes`);
	const { default: sharp } = await import('sharp');
	const pipeline = () => sharp(data, { failOn: 'error', limitInputPixels: limits.maxPixels });
	const metadata = await pipeline()
		.metadata()
		.catch((cause: unknown) => {
			throw undecodable(cause);
		});
	if ((metadata.pages ?? 1) > 1)
		throw new ImageError('invalidRequest', {
			message: `The image is animated (${metadata.pages} frames); only still images are supported`,
			hint: 'Extract one frame first',
			delivery: 'notSent',
		});
	return { data, facts, metadata, open: pipeline };
}
