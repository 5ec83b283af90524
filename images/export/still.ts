import type { Readable } from 'node:stream';
import { ImageError } from '../../model/errors';
import { collect } from '../collect';
import { endsWhole, type ImageFacts, inspectHead, tooLarge, unreadable } from '../inspect';
import type { ImageLimits } from '../receive';
import type { Header, Operation, Result } from '../workshop/operations';
import { workOn } from '../workshop/workshop';

/** An image that can be edited: complete, of a known format, within the limits, and not animated. */
export interface Still {
	data: Buffer;
	facts: ImageFacts;
	header: Header;
	/** Does work on the image, in the process for images. It fails at the first error in the file. */
	work: <O extends Operation>(operation: O) => Promise<Result<O>>;
}

/**
 * Reads an image and inspects it before any use; what decoding it takes is known before a pixel is decoded. Throws
 * `malformedResponse` for a file that is not an image, `invalidRequest` for an image that is animated or beyond the
 * limits.
 * @param signal stops the reading and all later work on the image
 */
export async function readStill(
	open: () => Promise<Readable>,
	limits: ImageLimits,
	signal?: AbortSignal,
): Promise<Still> {
	const data = await collect(await open(), limits.maxBytes, (problem) => tooLarge(`The image ${problem}`));
	const facts = await inspectHead(data, limits.maxPixels);
	if (!endsWhole(facts.mimeType, data.subarray(-4096), data.length, data))
		throw unreadable(`The image is cut off after ${data.length} bytes`);
	const work = async <O extends Operation>(operation: O) =>
		await workOn(data, operation, { signal, maxPixels: limits.maxPixels });
	const header = await work({ kind: 'readHeader' });
	if (header.pages > 1)
		throw new ImageError('invalidRequest', {
			message: `The image is animated (${header.pages} frames); only still images are supported`,
			hint: 'Extract one frame first',
			delivery: 'notSent',
		});
	return { data, facts, header, work };
}
