import { pipeline, type Readable, Transform } from 'node:stream';
import { ImageError } from '../model/errors';
import { serverSentEvents } from './events';
import { type FailedCall, toNetworkError } from './networkError';
import type { AskedPath } from './pathHint';
import { redact } from './redact';

/** An answer whose body has not been read yet. Use exactly one of the three readers. */
export interface ApiStream {
	status: number;
	/** Names in lower case; values with secrets masked. */
	headers: Record<string, string>;
	asked?: AskedPath | undefined;
	/** Fails if the connection breaks, the time is over, or there are more than `maxBytes`. */
	body: Readable;
	/** The whole body as text, with secrets masked. */
	text(): Promise<string>;
	/** The data of each server-sent event, with secrets masked. Throws `network` if the stream breaks. */
	events(): AsyncIterable<string>;
}

/**
 * The readers of an answer's body.
 * @param call bounds the body, and describes the call in errors
 */
export function openStream(
	head: Pick<ApiStream, 'status' | 'headers' | 'asked'>,
	source: Readable,
	call: FailedCall,
): ApiStream {
	const body = pipeline(source, atMost(call.maxBytes, call.origin), () => undefined);
	return {
		...head,
		body,
		text: async () => {
			try {
				let text = '';
				const decoder = new TextDecoder();
				for await (const chunk of body) text += decoder.decode(chunk as Buffer, { stream: true });
				return redact(text + decoder.decode(), call.secrets);
			} catch (thrown) {
				throw toNetworkError(thrown, call);
			}
		},
		events: async function* () {
			try {
				for await (const data of serverSentEvents(body)) yield redact(data, call.secrets);
			} catch (thrown) {
				throw toNetworkError(thrown, call);
			} finally {
				// A reader that stops early needs no more of the body.
				body.destroy();
			}
		},
	};
}

/** Passes bytes on, and fails if there are more than allowed. */
function atMost(maxBytes: number, origin: string): Transform {
	let bytes = 0;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			bytes += chunk.length;
			const message = `The answer of ${origin} is larger than ${maxBytes} bytes`;
			if (bytes <= maxBytes) done(null, chunk);
			else done(new ImageError('malformedResponse', { message, delivery: 'ambiguous' }));
		},
	});
}
