import { PassThrough, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toNetworkError } from '../http/networkError';
import { ImageError, outcomeOf } from '../model/errors';
import { endsWhole, headBytes, type ImageFacts, inspectHead, inspectVideo, tooLarge, type VideoFacts } from './inspect';

export interface ImageLimits {
	maxBytes: number;
	maxPixels: number;
}

export const defaultImageLimits: ImageLimits = { maxBytes: 64 * 1024 * 1024, maxPixels: 100_000_000 };

/** Stores an image; in the nodes, in n8n's binary store. Reads the stream to its end. */
export type Store<T> = (stream: Readable, facts: ImageFacts) => Promise<T>;

const tailBytes = 4096;

/**
 * Streams an image into a store and checks it: first type and size, from its first bytes, before the store gets any of
 * them; then the byte limit, as the bytes arrive; at the end, whether the image is complete. At most `headBytes` of it
 * are in memory.
 * @returns the result of the store, type and size of the image, and its length
 * Throws `malformedResponse` for a file that is not a complete image, `invalidRequest` for an image beyond the limits,
 * `network` or `timeout` for a broken stream.
 */
export async function receiveImage<T>(
	source: Readable,
	limits: ImageLimits,
	origin: string,
	store: Store<T>,
): Promise<{ stored: T; facts: ImageFacts; bytes: number }> {
	return await receive(source, limits, origin, store, {
		inspect: (head) => inspectHead(head, limits.maxPixels),
		isComplete: ({ mimeType }, { tail, bytes, head }) => endsWhole(mimeType, tail, bytes, head),
	});
}

/**
 * Like `receiveImage`, for a video. Its type is read from its first bytes; whether it is complete is not checked.
 * Throws like `receiveImage`.
 */
export async function receiveVideo<T>(
	source: Readable,
	maxBytes: number,
	origin: string,
	store: (stream: Readable, facts: VideoFacts) => Promise<T>,
): Promise<{ stored: T; facts: VideoFacts; bytes: number }> {
	return await receive(source, { maxBytes }, origin, store, {
		inspect: (head) => Promise.resolve(inspectVideo(head)),
		isComplete: () => true,
	});
}

interface Check<Facts> {
	inspect: (head: Buffer) => Promise<Facts>;
	isComplete: (facts: Facts, file: { tail: Buffer; bytes: number; head: Buffer }) => boolean;
}

async function receive<T, Facts>(
	source: Readable,
	limits: Pick<ImageLimits, 'maxBytes'>,
	origin: string,
	store: (stream: Readable, facts: Facts) => Promise<T>,
	kind: Check<Facts>,
): Promise<{ stored: T; facts: Facts; bytes: number }> {
	const headAndTail = new HeadAndTail(limits.maxBytes);
	const out = new PassThrough();
	const flow = pipeline(source, headAndTail, out).catch((thrown: unknown) => {
		throw toNetworkError(thrown, {
			origin,
			secrets: [],
			signal: undefined,
			timeoutMs: null,
			maxBytes: limits.maxBytes,
		});
	});
	// The side that fails first knows the reason; the other side then reports only the broken pipe.
	flow.catch((error: unknown) => headAndTail.headReady.reject(error));
	const received = await outcomeOf(check(headAndTail, out, flow, store, kind));
	if (received.ok) return received.value;
	source.destroy();
	out.destroy();
	await flow.catch(() => undefined);
	throw received.error;
}

async function check<T, Facts>(
	headAndTail: HeadAndTail,
	out: Readable,
	flow: Promise<void>,
	store: (stream: Readable, facts: Facts) => Promise<T>,
	{ inspect, isComplete }: Check<Facts>,
): Promise<{ stored: T; facts: Facts; bytes: number }> {
	const head = await headAndTail.headReady.promise;
	const facts = await inspect(head);
	const [stored] = await Promise.all([store(out, facts), flow]);
	if (!isComplete(facts, { tail: headAndTail.tail, bytes: headAndTail.bytes, head }))
		throw new ImageError('malformedResponse', { message: `The image is cut off after ${headAndTail.bytes} bytes` });
	return { stored, facts, bytes: headAndTail.bytes };
}

/** Passes bytes on, and keeps the first ones, the last ones and their number. */
class HeadAndTail extends Transform {
	bytes = 0;
	tail: Buffer = Buffer.alloc(0);
	readonly headReady = Promise.withResolvers<Buffer>();
	private head: Buffer[] | null = [];

	constructor(private readonly maxBytes: number) {
		super();
		// Without a handler, a failure before the first await would be an unhandled rejection.
		this.headReady.promise.catch(() => undefined);
	}

	override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.bytes += chunk.length;
		if (this.bytes > this.maxBytes) {
			done(tooLarge(`The image is larger than ${this.maxBytes} bytes`));
			return;
		}
		this.tail = Buffer.concat([this.tail, chunk]).subarray(-tailBytes);
		if (!this.head) {
			this.push(chunk);
			return done();
		}
		this.head.push(chunk);
		if (this.bytes >= headBytes) this.open();
		done();
	}

	override _flush(done: (error?: Error | null) => void): void {
		if (this.head) this.open();
		done();
	}

	private open(): void {
		const head = Buffer.concat(this.head ?? []);
		this.head = null;
		this.headReady.resolve(head);
		this.push(head);
	}
}
