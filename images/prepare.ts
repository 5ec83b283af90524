import type { Readable } from 'node:stream';
import { ImageError } from '../model/errors';
import { collect } from './collect';
import { withExtension } from './fileName';
import { endsWhole, type ImageFacts, inspectHead } from './inspect';

/** A picture that can be opened as often as it is sent. */
export interface SourceFile {
	fileName: string;
	mimeType: string;
	/** null where nobody has counted. */
	bytes: number | null;
	open: () => Promise<Readable>;
}

/** What a provider takes. */
export interface FileLimits {
	mimeTypes: readonly string[];
	/** null: no limit of its own. */
	maxBytes: number | null;
	/** Longest side in pixels that makes sense; null: any. */
	maxSide: number | null;
}

export interface PrepareOptions {
	/** Whether a picture may be scaled down and converted to what the provider takes. */
	fit: boolean;
	/** Keeps a picture that had to be changed. */
	store: (data: Buffer, fileName: string, mimeType: string) => Promise<SourceFile>;
}

/** Largest file looked at. */
const maxReferenceBytes = 64 * 1024 * 1024;
/** A camera's 200 megapixels, and no more than sharp takes by itself. */
const maxReferencePixels = 268_000_000;
/** JPEG and WebP of a picture that had to be written anew: nothing is seen of the loss. */
const quality = 92;
/** Each makes the picture smaller by what the one before was too large. */
const maxAttempts = 8;

/**
 * Makes a reference ready to be sent: its type is read from its bytes, and it is turned upright where its EXIF data
 * says that it lies, since models look at the bare pixels. A picture that fits is passed on byte for byte. Throws
 * `invalidRequest` for what is no picture, and for one the provider does not take unless `fit` allows to change it.
 */
export async function prepareFile(
	file: SourceFile,
	limits: FileLimits,
	{ fit, store }: PrepareOptions,
): Promise<SourceFile> {
	const data = await collect(await file.open(), maxReferenceBytes, (problem) => referenceError(problem, null));
	const facts = await factsOf(data);
	const { default: sharp } = await import('sharp');
	const { orientation = 1, hasAlpha } = await sharp(data)
		.metadata()
		.catch((cause: unknown) => {
			throw referenceError('cannot be decoded', null, cause);
		});
	const problem = problemOf(facts, data.length, limits);
	if (problem && !fit)
		throw referenceError(problem, 'Turn on "Fit References" in the options to have it scaled down or converted');
	const isLong = limits.maxSide !== null && Math.max(facts.width, facts.height) > limits.maxSide;
	const fileName = withExtension(file.fileName, facts.extension);
	if (!problem && orientation === 1 && !(fit && isLong))
		return { fileName, mimeType: facts.mimeType, bytes: data.length, open: file.open };

	const mimeType = typeFor(facts.mimeType, limits.mimeTypes, hasAlpha);
	let side = Math.min(
		Math.max(facts.width, facts.height),
		fit ? (limits.maxSide ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
	);
	for (let attempt = 1; attempt <= maxAttempts; attempt++) {
		const changed = await sharp(data)
			.autoOrient()
			.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
			.toFormat(formats[mimeType] ?? 'png', { quality })
			.toBuffer();
		if (limits.maxBytes === null || changed.length <= limits.maxBytes)
			return await store(
				changed,
				withExtension(file.fileName, mimeType.replace('image/', '').replace('jpeg', 'jpg')),
				mimeType,
			);
		if (!fit)
			throw referenceError(
				`turned upright has ${changed.length} bytes; at most ${limits.maxBytes} are allowed`,
				'Turn on "Fit References" in the options to have it scaled down',
			);
		side = Math.floor(side * Math.min(0.9, 0.95 * Math.sqrt(limits.maxBytes / changed.length)));
	}
	throw referenceError(`cannot be made smaller than ${limits.maxBytes} bytes`, null);
}

const formats: Record<string, 'png' | 'jpeg' | 'webp'> = {
	'image/png': 'png',
	'image/jpeg': 'jpeg',
	'image/webp': 'webp',
};

/** The type to write: its own where that is taken and can be written, else one that keeps what it shows. */
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
	const facts = await inspectHead(data, maxReferencePixels).catch((cause: unknown) => {
		throw referenceError(
			`is no image that can be sent: ${cause instanceof Error ? cause.message : String(cause)}`,
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
