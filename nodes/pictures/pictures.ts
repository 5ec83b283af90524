import { PassThrough, Readable } from 'node:stream';
import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { checkDifference, type Difference, typeDifference } from '../../images/compare';
import { withExtension } from '../../images/fileName';
import { type InspectedColors, inspectColors } from '../../images/inspectColors';
import { defaultImageLimits, type ImageLimits, receiveImage } from '../../images/receive';
import { inMs, type Moment, systemClock } from '../../jobs/runtime/clock';
import { Slots } from '../../jobs/runtime/slots';
import { ImageError, type Outcome, outcomeOf } from '../../model/errors';
import { safeFileName } from '../../model/fileName';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import { withMaxImages } from '../../model/imageCount';
import { imageName } from '../../model/imageName';
import type { EndpointConfig, ProviderDefinition } from '../../providers/provider';
import { fileOfImage, withoutBytes } from '../items/items';
import type { Download } from '../../http/downloader';
import { type DownloadHost, openDownload, receiveDownload } from './downloads';
import { downloadTimes, retriedInTime } from './downloadTime';
import { type Fetched, foldImages, type ImageResult } from './fold';
import { inTurns } from './inTurns';

export type { Fetched } from './fold';

/** Maximum number of images that one node run fetches at the same time. */
const maxDownloads = 4;

export type PrepareBinary = (data: Readable, fileName: string, mimeType: string) => Promise<IBinaryData>;

export interface FetchOptions {
	/** Binary fields that the item already has. */
	have?: IBinaryKeyData | undefined;
	/** Maximum size of one image, in MB; undefined: the default. */
	maxMegabytes?: number | undefined;
	/** What the names of the binary fields begin with; undefined: the default. */
	binaryField?: string | undefined;
	/** Maximum time for all of the job's images, in ms. Images that are late are not there. */
	withinMs?: number | undefined;
}

/** The data of a job's endpoint that downloads of its images need. */
export interface PictureSource extends DownloadHost {
	provider: Pick<ProviderDefinition, 'displayName' | 'capabilities'>;
	config: EndpointConfig;
}

export interface Pictures {
	/**
	 * Fetches every image of a job into n8n's binary store. Images in `have` are kept. An invalid image is removed from
	 * the job, which is then `partial` or `failed`. If an image cannot be downloaded now, its error becomes the job's
	 * error, and the job keeps its other images. Throws only if stopped.
	 */
	fetch(snapshot: JobSnapshot, source: PictureSource, options?: FetchOptions): Promise<Fetched>;
}

/** Any context of n8n that has a binary store. */
interface StoreContext {
	helpers: Pick<IExecuteFunctions['helpers'], 'prepareBinaryData'>;
}

/** Like `createPictures`, with the binary store of a node's context. */
export function picturesOf({ helpers }: StoreContext, signal: AbortSignal | undefined): Pictures {
	return createPictures((data, fileName, mimeType) => helpers.prepareBinaryData(data, fileName, mimeType), signal);
}

/** One object per node run, because all downloads of a run share `maxDownloads`. */
export function createPictures(prepareBinary: PrepareBinary, signal: AbortSignal | undefined): Pictures {
	const slots = new Slots(maxDownloads, () => undefined);

	/**
	 * One image, from n8n's store if it is there, otherwise from the provider. Throws only if stopped.
	 */
	async function fetchImage(
		image: DeliveredImage,
		present: IBinaryData | undefined,
		limits: ImageLimits,
		source: PictureSource,
		until: Moment,
	): Promise<ImageResult> {
		// Only images that we fetched have a length. Without a length, the field of that name comes from another node.
		if (present && image.bytes !== null) return { kind: 'fetched', image, data: present, differences: [] };
		const received = await outcomeOf(
			retriedInTime(
				until,
				signal,
				async (either) => {
					const slot = await slots.acquire(either);
					try {
						return await receivePicture(prepareBinary, image, limits, source, either);
					} finally {
						slot.release();
					}
				},
				mayPass(image),
			),
		);
		if (received.ok) return { kind: 'fetched', ...received.value };
		const { error } = received;
		if (error.code === 'canceled') throw error;
		const isInvalid = error.code === 'malformedResponse' || error.code === 'contentRejected';
		return { kind: isInvalid ? 'invalid' : 'unavailable', image, error };
	}

	return {
		async fetch(reported, source, { have = {}, maxMegabytes, binaryField, withinMs } = {}) {
			const snapshot = withMaxImages(reported);
			const limits = imageLimits(maxMegabytes);
			const until = inMs(systemClock, withinMs ?? downloadTimes.longestMs);
			const results = await inTurns(snapshot.images, maxDownloads, async (image) =>
				fetchImage(image, fileOfImage(have, image, binaryField), limits, source, until),
			);
			return foldImages(snapshot, results, binaryField);
		},
	};
}

/**
 * Whether the download of an image is repeated after an error. A gateway may answer once with a page of its own, so a
 * file that is no image is downloaded once more: the image is paid.
 */
function mayPass({ url }: DeliveredImage): (error: ImageError) => boolean {
	let isLast = url === null || !URL.canParse(url);
	return ({ code, retryable }) => {
		if (retryable) return true;
		const isRepeated = code === 'malformedResponse' && !isLast;
		isLast ||= isRepeated;
		return isRepeated;
	};
}

/** Streams an image into the store and checks it at the same time. Throws ImageError. */
async function receivePicture(
	prepareBinary: PrepareBinary,
	image: DeliveredImage,
	limits: ImageLimits,
	from: PictureSource,
	signal: AbortSignal | undefined,
): Promise<{ image: DeliveredImage; data: IBinaryData; differences: Difference[] }> {
	const { download, origin } = await openImage(image, limits, from, signal);
	const name = safeFileName(image.fileName, imageName(image.index));
	const { stored, facts, bytes } = await receiveDownload(download, async ({ stream: source }) =>
		receiveImage(source, limits, origin, async (stream, found) => {
			const fileName = withExtension(name, found.extension);
			return await storedAndInspected(stream, signal, (copy) => prepareBinary(copy, fileName, found.mimeType));
		}),
	);
	// `receiveImage` has checked that the file is complete, so a decoding error now is final.
	const { colors } = stored;
	if (colors.ok) assertNotBlank(colors.value, from.provider);
	else if (!isUnchecked(colors.error)) throw colors.error;
	return {
		image: {
			...withoutBytes(image),
			fileName: withExtension(name, facts.extension),
			mimeType: facts.mimeType,
			width: facts.width,
			height: facts.height,
			bytes,
		},
		data: stored.data,
		differences: [
			...typeDifference(image, facts.mimeType),
			...(colors.ok ? [] : [checkDifference(image.index, colors.error.message)]),
		],
	};
}

/** The limits from a node's *Max Image Size*, in MB; the default if it is not set. */
export function imageLimits(maxMegabytes: number | undefined): ImageLimits {
	return maxMegabytes === undefined
		? defaultImageLimits
		: { ...defaultImageLimits, maxBytes: maxMegabytes * 1024 * 1024 };
}

/** The bytes from inside the answer, or a download. */
async function openImage(
	{ url, inline, mimeType }: DeliveredImage,
	{ maxBytes }: ImageLimits,
	from: PictureSource,
	signal: AbortSignal | undefined,
): Promise<{ download: Download; origin: string }> {
	const origin = url !== null && URL.canParse(url) ? new URL(url).origin : 'the provider';
	if (inline) {
		const stream = Readable.from([inline]);
		return { download: { stream, contentLength: inline.length, contentType: mimeType, url: '' }, origin };
	}
	if (url === null)
		throw new ImageError('notFound', {
			message: `it came inside ${from.provider.displayName}'s answer, and the item no longer has it`,
			hint: 'Keep the binary data of the items: it is the only copy',
			delivery: 'notSent',
		});
	const timing = { maxBytes, timeoutMs: downloadTimes.attemptMs };
	return { download: await openDownload(from, url, timing, signal), origin };
}

/**
 * Throws `contentRejected` if an image has only one color and its provider answers rejected content with such images.
 */
function assertNotBlank({ onlyColor }: InspectedColors, provider: PictureSource['provider']): void {
	if (onlyColor === null || !provider.capabilities.blankMeansRejected) return;
	throw new ImageError('contentRejected', {
		message: `The image is only ${onlyColor}: ${provider.displayName} answers rejected content this way`,
		hint: 'Change the prompt, or try again with another seed',
	});
}

/**
 * Whether an image was not decoded because that takes too much, or because the process for images failed. That is no
 * evidence against the image, and it is paid, so it is delivered.
 */
function isUnchecked({ code }: ImageError): boolean {
	return code === 'invalidRequest' || code === 'timeout' || code === 'overloaded';
}

/** Stores an image and inspects its colors in one pass. Throws if it cannot be stored. */
async function storedAndInspected(
	stream: Readable,
	signal: AbortSignal | undefined,
	store: (copy: Readable) => Promise<IBinaryData>,
): Promise<{ data: IBinaryData; colors: Outcome<InspectedColors> }> {
	const [forStore, forColors] = [new PassThrough(), new PassThrough()];
	stream.once('error', (error) => {
		for (const copy of [forStore, forColors]) copy.destroy(error);
	});
	for (const copy of [forStore, forColors]) stream.pipe(copy);
	// Both copies are read to their end, because a copy that is not read would block the other. `inspectColors` reads
	// its copy at once, however long the image then waits to be decoded.
	const [data, colors] = await Promise.all([outcomeOf(store(forStore)), outcomeOf(inspectColors(forColors, signal))]);
	if (!data.ok) throw data.error;
	return { data: data.value, colors };
}
