import type { Readable } from 'node:stream';
import { ImageError, outcomeOf } from '../model/errors';
import { collect } from './collect';
import { withExtension } from './fileName';
import { endsWhole, type ImageFacts, inspectHead } from './inspect';
import { maxDecodedPixels } from './inspectColors';
import { workOn } from './workshop/workshop';

/** A file that can be opened several times, once for each time it is sent. */
export interface SourceFile {
	fileName: string;
	mimeType: string;
	/** null if the length is unknown. */
	bytes: number | null;
	open: () => Promise<Readable>;
}

/** What a provider accepts. */
export interface FileLimits {
	mimeTypes: readonly string[];
	/** null: no limit. */
	maxBytes: number | null;
	/** Longest useful side in pixels; null: any. */
	maxSide: number | null;
}

export interface PrepareOptions {
	/** Whether an image may be scaled down and converted to what the provider accepts. */
	fit: boolean;
	/** Stores an image that was changed. */
	store: (data: Buffer, fileName: string, mimeType: string) => Promise<SourceFile>;
	/** Stops the work. */
	signal?: AbortSignal | undefined;
}

/** Maximum size of a file that is read, in bytes. */
const maxReferenceBytes = 64 * 1024 * 1024;
/** JPEG and WebP quality of a changed image: no loss is visible. */
const quality = 92;
/** Each attempt scales the image down by the factor by which the previous result was too large. */
const maxAttempts = 8;

/**
 * Prepares a reference for sending. Its type is read from its bytes, and it is turned upright if its EXIF data says so,
 * since models ignore EXIF. An image that fits is passed on byte for byte. Throws `invalidRequest` for a file that is
 * not an image, and for an image that the provider does not accept and `fit` does not allow to change.
 */
export async function prepareFile(
	file: SourceFile,
	limits: FileLimits,
	{ fit, store, signal }: PrepareOptions,
): Promise<SourceFile> {
	const data = await collect(await file.open(), maxReferenceBytes, (problem) => referenceError(problem, null));
	const facts = await factsOf(data);
	const { orientation, hasAlpha } = await onReference(() =>
		workOn(data, { kind: 'readHeader' }, { signal, maxPixels: maxDecodedPixels }),
	);
	const problem = problemOf(facts, data.length, limits);
	if (problem && !fit)
		throw referenceError(problem, 'Turn on "Fit References" in the options to have it scaled down or converted');
	const isLong = limits.maxSide !== null && Math.max(facts.width, facts.height) > limits.maxSide;
	if (!problem && orientation === 1 && !(fit && isLong)) {
		const fileName = withExtension(file.fileName, facts.extension);
		return { fileName, mimeType: facts.mimeType, bytes: data.length, open: file.open };
	}
	const mimeType = typeFor(facts.mimeType, limits.mimeTypes, hasAlpha);
	const extension = mimeType.replace('image/', '').replace('jpeg', 'jpg');
	const changed = await changedToFit(data, facts, mimeType, limits, { fit, signal });
	return await store(changed, withExtension(file.fileName, extension), mimeType);
}

async function onReference<T>(work: () => Promise<T>): Promise<T> {
	const done = await outcomeOf(work());
	if (done.ok) return done.value;
	throw asReferenceError(done.error);
}

/** An error of work on an image, in the words of an error about a reference. */
function asReferenceError(error: ImageError): ImageError {
	const { code, message, hint, retryable } = error;
	if (code === 'canceled') return error;
	if (code === 'malformedResponse') return referenceError('cannot be decoded', null, error);
	const problem = message.replace(/^The image /, '');
	return new ImageError(code, { message: problem, hint, retryable, delivery: 'notSent', cause: error });
}

/** The image upright, of this type and, if `fit` allows it, scaled down until the provider accepts its length. */
async function changedToFit(
	data: Buffer,
	facts: ImageFacts,
	mimeType: string,
	{ maxBytes, maxSide }: FileLimits,
	{ fit, signal }: Pick<PrepareOptions, 'fit' | 'signal'>,
): Promise<Buffer> {
	const format = formats[mimeType] ?? 'png';
	let side = Math.min(Math.max(facts.width, facts.height), (fit ? maxSide : null) ?? Number.POSITIVE_INFINITY);
	for (let attempt = 1; attempt <= maxAttempts; attempt++) {
		const { data: changed } = await onReference(() =>
			workOn(data, { kind: 'fit', side, format, quality }, { signal, maxPixels: maxDecodedPixels }),
		);
		if (maxBytes === null || changed.length <= maxBytes) return changed;
		if (!fit)
			throw referenceError(
				`turned upright has ${changed.length} bytes; at most ${maxBytes} are allowed`,
				'Turn on "Fit References" in the options to have it scaled down',
			);
		side = Math.floor(side * Math.min(0.9, 0.95 * Math.sqrt(maxBytes / changed.length)));
	}
	throw referenceError(`cannot be made smaller than ${maxBytes} bytes`, null);
}

const formats: Record<string, 'png' | 'jpeg' | 'webp'> = {
	'image/png': 'png',
	'image/jpeg': 'jpeg',
	'image/webp': 'webp',
};

/**
 * The type to write: the image's own type if the provider accepts it and the pack can write it, otherwise a type that
 * keeps the content.
 */
function typeFor(own: string, taken: readonly string[], hasAlpha: boolean): string {
	const wanted = hasAlpha
		? [own, 'image/png', 'image/webp', 'image/jpeg']
		: [own, 'image/jpeg', 'image/png', 'image/webp'];
	return wanted.find((type) => taken.includes(type) && Object.hasOwn(formats, type)) ?? 'image/png';
}

function problemOf({ mimeType }: ImageFacts, bytes: number, { mimeTypes, maxBytes }: FileLimits): string | undefined {
	if (!mimeTypes.includes(mimeType)) return `is ${mimeType}; allowed are ${mimeTypes.join(', ')}`;
	if (maxBytes !== null && bytes > maxBytes) return `has ${bytes} bytes; at most ${maxBytes} are allowed`;
	return undefined;
}

async function factsOf(data: Buffer): Promise<ImageFacts> {
	const facts = await inspectHead(data, maxDecodedPixels).catch((cause: unknown) => {
		throw referenceError(
			`is not an image that can be sent: ${cause instanceof Error ? cause.message : String(cause)}`,
			null,
			cause,
		);
	});
	if (!endsWhole(facts.mimeType, data.subarray(-4096), data.length, data))
		throw referenceError(`is cut off after ${data.length} bytes`, null);
	return facts;
}

function referenceError(problem: string, hint: string | null, cause?: unknown): ImageError {
	return new ImageError('invalidRequest', { message: problem, hint, delivery: 'notSent', cause });
}
