import type { Readable } from 'node:stream';
import { collect } from '../collect';
import { endsWhole, type ImageFacts, inspectHead, tooLarge, unreadable } from '../inspect';
import type { ImageLimits } from '../receive';
import type { Header, Operation, Result } from '../workshop/operations';
import { animated, workOn } from '../workshop/workshop';

/** An image that can be edited: complete, of a known format, and within the limits. */
export interface Still {
	data: Buffer;
	facts: ImageFacts;
	/** Throws as `work`. */
	header: () => Promise<Header>;
	/**
	 * Does work on the image, in the process for images. Throws as `workOn`: `malformedResponse` at the first error in
	 * the file, `invalidRequest` for an animated image.
	 */
	work: <O extends Operation>(operation: O) => Promise<Result<O>>;
}

/**
 * Reads an image and inspects it before any use. Throws `malformedResponse` for a file that is not an image,
 * `invalidRequest` for an image beyond the limits.
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
	const header = async () => {
		const found = await work({ kind: 'readHeader' });
		if (found.pages > 1) throw animated(found.pages);
		return found;
	};
	return { data, facts, header, work };
}
