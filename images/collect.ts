import type { Readable } from 'node:stream';

/** Reads a stream into one buffer. @param tooLong makes the error for a stream of more than `maxBytes` */
export async function collect(
	stream: Readable,
	maxBytes: number,
	tooLong: (problem: string) => Error,
): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		length += chunk.length;
		if (length > maxBytes) throw tooLong(`is larger than ${maxBytes} bytes`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
