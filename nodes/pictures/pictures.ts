import { PassThrough, Readable } from 'node:stream';
import type { IBinaryData, IBinaryKeyData } from 'n8n-workflow';
import { type Difference, typeDifference } from '../../images/compare';
import { type InspectedColors, inspectColors } from '../../images/inspectColors';
import { withExtension } from '../../images/fileName';
import { defaultImageLimits, type ImageLimits, receiveImage } from '../../images/receive';
import { systemClock } from '../../jobs/runtime/clock';
import { withRetry } from '../../jobs/runtime/retry';
import { Slots } from '../../jobs/runtime/slots';
import { ImageError, type Outcome, outcomeOf } from '../../model/errors';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import type { EndpointConfig, ProviderDefinition } from '../../providers/provider';
import { type DownloadHost, openDownload } from './downloaders';
import { binaryName, withError, withoutBytes } from '../items/items';
import { withoutInvalidImages } from './invalidImages';

/** Pictures fetched at once by one node run. */
const atOnce = 4;
const downloadTimeoutMs = 5 * 60_000;

export type PrepareBinary = (data: Readable, fileName: string, mimeType: string) => Promise<IBinaryData>;

export interface FetchOptions {
	/** Pictures the item brought along. */
	have?: IBinaryKeyData | undefined;
	/** Largest picture taken; undefined takes the default. */
	maxMegabytes?: number | undefined;
}

/** Where a job's pictures come from: an endpoint, as far as it matters here. */
export interface PictureSource extends DownloadHost {
	provider: Pick<ProviderDefinition, 'displayName' | 'capabilities'>;
	config: EndpointConfig;
}

export interface Fetched {
	snapshot: JobSnapshot;
	binary: IBinaryKeyData;
	/** Pictures of another type than was said. */
	differences: Difference[];
}

export interface Pictures {
	/**
	 * Fetches every image of a job into n8n's binary store. Those in `have` are taken as they are. What turns out to be
	 * no picture is taken out of the job, which is then `partial` or `failed`. A picture that cannot be had now is
	 * noted as the job's error; the others, and the job, stay. Throws only when stopped.
	 */
	fetch(snapshot: JobSnapshot, source: PictureSource, options?: FetchOptions): Promise<Fetched>;
}

/** One a node run, so that its downloads share their turns. */
export function createPictures(prepareBinary: PrepareBinary, signal: AbortSignal | undefined): Pictures {
	const turns = new Slots(atOnce, () => undefined);

	async function fetchOne(
		image: DeliveredImage,
		limits: ImageLimits,
		from: PictureSource,
	): Promise<{ image: DeliveredImage; data: IBinaryData; differences: Difference[] }> {
		const { url, inline } = image;
		const { provider } = from;
		if (!inline && url === null)
			throw new ImageError('notFound', {
				message: `it came inside ${provider.displayName}'s answer, and the item has lost it on its way`,
				hint: 'Keep the binary data of the items: it is the only copy',
				delivery: 'notSent',
			});
		const origin = url !== null && URL.canParse(url) ? new URL(url).origin : 'the provider';
		const source = inline
			? Readable.from([inline])
			: (await openDownload(from, url ?? '', { maxBytes: limits.maxBytes, timeoutMs: downloadTimeoutMs }, signal))
					.stream;
		const { stored, facts, bytes } = await receiveImage(
			source,
			limits,
			origin,
			async (stream, { mimeType, extension }) =>
				await storedAndSeen(stream, (copy) =>
					prepareBinary(copy, withExtension(image.fileName, extension), mimeType),
				),
		);
		// Whether it is all there was looked at first: what is cut off may come whole the next time.
		if (!stored.colors.ok) throw stored.colors.error;
		const { onlyColor } = stored.colors.value;
		if (onlyColor !== null && provider.capabilities.blankMeansRejected) {
			throw new ImageError('contentRejected', {
				message: `The picture is nothing but ${onlyColor}, which is how ${provider.displayName} answers what it refuses`,
				hint: 'Change the prompt, or try again with another seed',
			});
		}
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

	return {
		async fetch(snapshot, source, { have = {}, maxMegabytes } = {}) {
			const limits: ImageLimits = {
				...defaultImageLimits,
				...(maxMegabytes === undefined ? {} : { maxBytes: maxMegabytes * 1024 * 1024 }),
			};
			const had: IBinaryKeyData = {};
			const differences: Difference[] = [];
			const invalid = new Map<number, ImageError>();
			let result = snapshot;
			const images = await Promise.all(
				snapshot.images.map(async (image) => {
					const name = binaryName(image.index);
					const present = have[name];
					// A length stands only with pictures we fetched; another field of that name is somebody else's.
					if (present && image.bytes !== null) {
						had[name] = present;
						return image;
					}
					const turn = await turns.acquire(signal);
					const fetched = await outcomeOf(
						withRetry(() => fetchOne(image, limits, source), {
							clock: systemClock,
							random: Math.random,
							signal,
						}),
					);
					turn.release();
					if (fetched.ok) {
						had[name] = fetched.value.data;
						differences.push(...fetched.value.differences);
						return fetched.value.image;
					}
					const { error } = fetched;
					if (error.code === 'canceled') throw error;
					if (error.code === 'malformedResponse' || error.code === 'contentRejected')
						invalid.set(image.index, error);
					else
						result = withError(snapshot, {
							...error.toJobError(),
							message: `Image ${image.index} could not be downloaded: ${error.message}`,
							hint:
								error.hint ?? 'The job is done and paid: run Image Poll on this item to download again',
						});
					return image;
				}),
			);
			// In the order of the images, not of their coming: Image Compose takes the fields as they stand.
			const binary = Object.fromEntries(
				images.flatMap(({ index }) => Object.entries(had).filter(([name]) => name === binaryName(index))),
			);
			return { snapshot: withoutInvalidImages({ ...result, images }, invalid), binary, differences };
		},
	};
}

/** Stores a picture and looks at it in one pass. */
async function storedAndSeen(
	stream: Readable,
	store: (copy: Readable) => Promise<IBinaryData>,
): Promise<{ data: IBinaryData; colors: Outcome<InspectedColors> }> {
	const [forStore, forEye] = [new PassThrough(), new PassThrough()];
	stream.once('error', (error) => {
		for (const copy of [forStore, forEye]) copy.destroy(error);
	});
	for (const copy of [forStore, forEye]) stream.pipe(copy);
	// Both are heard to their end: a copy that nobody reads any more would hold up the other.
	const [data, colors] = await Promise.all([outcomeOf(store(forStore)), outcomeOf(inspectColors(forEye))]);
	if (!data.ok) throw data.error;
	return { data: data.value, colors: colors };
}
