import type { Readable } from 'node:stream';
import type { InspectedColors } from './workshop/operations';
import { workOn } from './workshop/workshop';

export type { InspectedColors } from './workshop/operations';

/** Enough for a camera's 200 megapixels, and sharp's own limit. */
export const maxDecodedPixels = 268_000_000;

/**
 * Decodes an image to its end, in the process for images. Reads the whole stream; neither the file nor its pixels are
 * in n8n's memory. Throws `malformedResponse` if the image cannot be decoded, as `workOn` if it takes too much, and the
 * stream's error if it fails.
 */
export async function inspectColors(stream: Readable, signal?: AbortSignal): Promise<InspectedColors> {
	// The stream may fail before its first byte is asked for. An error that nobody listens for would end n8n.
	stream.on('error', () => undefined);
	try {
		return await workOn(stream, { kind: 'inspectColors' }, { signal, maxPixels: maxDecodedPixels });
	} finally {
		// Where the file could not be written, the rest is read all the same, for whoever reads the stream beside it.
		stream.resume();
	}
}
