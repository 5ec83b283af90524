import { PassThrough, Readable } from 'node:stream';
import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { type Difference, typeDifference } from '../../images/compare';
import { withExtension } from '../../images/fileName';
import { type InspectedColors, inspectColors } from '../../images/inspect';
import { defaultImageLimits, type ImageLimits, receiveImage } from '../../images/receive';
import { systemClock } from '../../jobs/runtime/clock';
import { withRetry } from '../../jobs/runtime/retry';
import { Slots } from '../../jobs/runtime/slots';
import { ImageError, type Outcome, outcomeOf } from '../../model/errors';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import type { EndpointConfig, ProviderDefinition } from '../../providers/provider';
import { binaryName, withoutBytes } from '../items/items';
import { type DownloadHost, openDownload } from './downloads';
import { type Fetched, foldImages, type ImageResult } from './fold';

export type { Fetched } from './fold';

/** Images that one node run fetches at the same time. */
const maxDownloads = 4;
const downloadTimeoutMs = 5 * 60_000;

export type PrepareBinary = (data: Readable, fileName: string, mimeType: string) => Promise<IBinaryData>;

export interface FetchOptions {
	/** Binary fields that the item already has. */
	have?: IBinaryKeyData | undefined;
	/** Size limit of one image, in MB; undefined takes the default. */
	maxMegabytes?: number | undefined;
}

/** The endpoint that a job's images come from, as far as downloads need it. */
export interface PictureSource extends DownloadHost {
	provider: Pick<ProviderDefinition, 'displayName' | 'capabilities'>;
	config: EndpointConfig;
}

export interface Pictures {
	/**
	 * Fetches every image of a job into n8n's binary store. Those in `have` are kept. An invalid image leaves the job,
	 * which is then `partial` or `failed`. One that cannot be downloaded now becomes the job's error; the other images
	 * and the job stay. Throws only when stopped.
	 */
	fetch(snapshot: JobSnapshot, source: PictureSource, options?: FetchOptions): Promise<Fetched>;
}

/** Any context of n8n that has a binary store. */
interface StoreContext {
	helpers: Pick<IExecuteFunctions['helpers'], 'prepareBinaryData'>;
}

/** As `createPictures`, with the binary store of a node's context. */
export function picturesOf({ helpers }: StoreContext, signal: AbortSignal | undefined): Pictures {
	return createPictures((data, fileName, mimeType) => helpers.prepareBinaryData(data, fileName, mimeType), signal);
}

/** One object per node run, because its downloads share `maxDownloads`. */
export function createPictures(prepareBinary: PrepareBinary, signal: AbortSignal | undefined): Pictures {
	const slots = new Slots(maxDownloads, () => undefined);

	/** One image, from n8n's store if it is there, else from the provider. Throws only when stopped. */
	async function fetchImage(
		image: DeliveredImage,
		present: IBinaryData | undefined,
		limits: ImageLimits,
		source: PictureSource,
	): Promise<ImageResult> {
		// Only images that we fetched have a length. Without a length, another node made the field of that name.
		if (present && image.bytes !== null) return { kind: 'fetched', image, data: present, differences: [] };
		const slot = await slots.acquire(signal);
		const received = await outcomeOf(
			withRetry(() => receivePicture(prepareBinary, image, limits, source, signal), {
				clock: systemClock,
				random: Math.random,
				signal,
			}),
		);
		slot.release();
		if (received.ok) return { kind: 'fetched', ...received.value };
		const { error } = received;
		if (error.code === 'canceled') throw error;
		const isInvalid = error.code === 'malformedResponse' || error.code === 'contentRejected';
		return { kind: isInvalid ? 'invalid' : 'unavailable', image, error };
	}

	return {
		async fetch(snapshot, source, { have = {}, maxMegabytes } = {}) {
			const limits = imageLimits(maxMegabytes);
			const results = await Promise.all(
				snapshot.images.map((image) => fetchImage(image, have[binaryName(image.index)], limits, source)),
			);
			return foldImages(snapshot, results);
		},
	};
}

/** Streams an image into the store and checks it on the way. Throws ImageError. */
async function receivePicture(
	prepareBinary: PrepareBinary,
	image: DeliveredImage,
	limits: ImageLimits,
	from: PictureSource,
	signal: AbortSignal | undefined,
): Promise<{ image: DeliveredImage; data: IBinaryData; differences: Difference[] }> {
	const { stream: source, origin } = await openImage(image, limits, from, signal);
	const { stored, facts, bytes } = await receiveImage(source, limits, origin, async (stream, found) => {
		const fileName = withExtension(image.fileName, found.extension);
		return await storedAndInspected(stream, (copy) => prepareBinary(copy, fileName, found.mimeType));
	});
	// `receiveImage` has checked that the file is complete, so a decoding error now is final.
	if (!stored.colors.ok) throw stored.colors.error;
	assertNotBlank(stored.colors.value, from.provider);
	return {
		image: {
			...withoutBytes(image),
			fileName: withExtension(image.fileName, facts.extension),
			mimeType: facts.mimeType,
			width: facts.width,
			height: facts.height,
			bytes,
		},
		data: stored.data,
		differences: typeDifference(image, facts.mimeType),
	};
}

/** The limits of a node's *Max Image Size*, in MB; the default where it is not set. */
export function imageLimits(maxMegabytes: number | undefined): ImageLimits {
	return maxMegabytes === undefined
		? defaultImageLimits
		: { ...defaultImageLimits, maxBytes: maxMegabytes * 1024 * 1024 };
}

/** The bytes that came inside the answer, or a download. */
async function openImage(
	{ url, inline }: DeliveredImage,
	{ maxBytes }: ImageLimits,
	from: PictureSource,
	signal: AbortSignal | undefined,
): Promise<{ stream: Readable; origin: string }> {
	const origin = url !== null && URL.canParse(url) ? new URL(url).origin : 'the provider';
	if (inline) return { stream: Readable.from([inline]), origin };
	if (url === null)
		throw new ImageError('notFound', {
			message: `it came inside ${from.provider.displayName}'s answer, and the item no longer has it`,
			hint: 'Keep the binary data of the items: it is the only copy',
			delivery: 'notSent',
		});
	const { stream } = await openDownload(from, url, { maxBytes, timeoutMs: downloadTimeoutMs }, signal);
	return { stream, origin };
}

/** Throws `contentRejected` for an image of one color from a provider that answers rejected content with it. */
function assertNotBlank({ onlyColor }: InspectedColors, provider: PictureSource['provider']): void {
	if (onlyColor === null || !provider.capabilities.blankMeansRejected) return;
	throw new ImageError('contentRejected', {
		message: `The image is only ${onlyColor}: ${provider.displayName} answers rejected content this way`,
		hint: 'Change the prompt, or try again with another seed',
	});
}

/** Stores an image and inspects its colors in one pass. Throws where it cannot be stored. */
async function storedAndInspected(
	stream: Readable,
	store: (copy: Readable) => Promise<IBinaryData>,
): Promise<{ data: IBinaryData; colors: Outcome<InspectedColors> }> {
	const [forStore, forColors] = [new PassThrough(), new PassThrough()];
	stream.once('error', (error) => {
		for (const copy of [forStore, forColors]) copy.destroy(error);
	});
	for (const copy of [forStore, forColors]) stream.pipe(copy);
	// Both are read to their end: a copy that is not read would stop the other.
	const [data, colors] = await Promise.all([outcomeOf(store(forStore)), outcomeOf(inspectColors(forColors))]);
	if (!data.ok) throw data.error;
	return { data: data.value, colors };
}
