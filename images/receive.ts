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

/** Where a picture goes: n8n's binary store, in the nodes. Reads the stream to its end. */
export type Store<T> = (stream: Readable, facts: ImageFacts) => Promise<T>;

const tailBytes = 4096;

/**
 * Streams a picture into a store and checks it on the way: its kind and size from its first bytes, before the store
 * sees any of it; the byte limit while it flows; its end when it is there. Holds at most `headBytes` of it.
 * @returns what the store gave, what the picture is, and its length
 * Throws `malformedResponse` for what is not a whole picture, `invalidRequest` for one beyond the limits, `network` or
 * `timeout` for a broken stream.
 */
export async function receiveImage<T>(
	source: Readable,
	limits: ImageLimits,
	origin: string,
	store: Store<T>,
): Promise<{ stored: T; facts: ImageFacts; bytes: number }> {
	return await receive(source, limits, origin, store, {
		inspect: (head) => inspectHead(head, limits.maxPixels),
		isWhole: ({ mimeType }, { tail, bytes, head }) => endsWhole(mimeType, tail, bytes, head),
	});
}

/**
 * As `receiveImage`, for a video: its kind is read from its first bytes, and whether it is whole is not looked at.
 * Throws as `receiveImage`.
 */
export async function receiveVideo<T>(
	source: Readable,
	maxBytes: number,
	origin: string,
	store: (stream: Readable, facts: VideoFacts) => Promise<T>,
): Promise<{ stored: T; facts: VideoFacts; bytes: number }> {
	return await receive(source, { maxBytes }, origin, store, {
		inspect: (head) => Promise.resolve(inspectVideo(head)),
		isWhole: () => true,
	});
}

interface Check<Facts> {
	inspect: (head: Buffer) => Promise<Facts>;
	isWhole: (facts: Facts, file: { tail: Buffer; bytes: number; head: Buffer }) => boolean;
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
	// Whichever side fails first tells why; the other then only reports the broken pipe.
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
	{ inspect, isWhole }: Check<Facts>,
): Promise<{ stored: T; facts: Facts; bytes: number }> {
	const head = await headAndTail.headReady.promise;
	const facts = await inspect(head);
	const [stored] = await Promise.all([store(out, facts), flow]);
	if (!isWhole(facts, { tail: headAndTail.tail, bytes: headAndTail.bytes, head }))
		throw new ImageError('malformedResponse', { message: `The image is cut off after ${headAndTail.bytes} bytes` });
	return { stored, facts, bytes: headAndTail.bytes };
}

/** Lets bytes through, and remembers the first, the last and how many. */
class HeadAndTail extends Transform {
	bytes = 0;
	tail: Buffer = Buffer.alloc(0);
	readonly headReady = Promise.withResolvers<Buffer>();
	private head: Buffer[] | null = [];

	constructor(private readonly maxBytes: number) {
		super();
		// Nobody may be waiting yet when it fails.
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
