import type { IBinaryData, IBinaryKeyData } from 'n8n-workflow';
import type { Difference } from '../../images/compare';
import { type ImageError, jobError } from '../../model/errors';
import type { DeliveredImage, JobSnapshot } from '../../model/job';
import { binaryName } from '../items/items';
import { withError } from '../items/snapshots';

/** The result of fetching one image of a job. */
export type ImageResult =
	| { kind: 'fetched'; image: DeliveredImage; data: IBinaryData; differences: readonly Difference[] }
	/** The bytes arrived but are not a valid image, or the provider rejected the content. */
	| { kind: 'invalid'; image: DeliveredImage; error: ImageError }
	/** It could not be downloaded now. */
	| { kind: 'unavailable'; image: DeliveredImage; error: ImageError };

/** A job with the images that were fetched. */
export interface Fetched {
	snapshot: JobSnapshot;
	binary: IBinaryKeyData;
	/** Images of another type than the provider reported. */
	differences: Difference[];
}

/**
 * Puts the results of all images together, in the order of the images: Image Compose takes the binary fields in that
 * order. Invalid images are removed from the job. If an image could not be downloaded, its error becomes the job's
 * error.
 */
export function foldImages(snapshot: JobSnapshot, results: readonly ImageResult[], binaryField?: string): Fetched {
	const fetched = results.filter((result) => result.kind === 'fetched');
	const unavailable = results.filter((result) => result.kind === 'unavailable');
	const [first] = unavailable;
	const invalid = new Map(
		results.flatMap((result) => (result.kind === 'invalid' ? [[result.image.index, result.error]] : [])),
	);
	const withImages = { ...snapshot, images: results.map(({ image }) => image) };
	return {
		snapshot: withoutInvalidImages(
			first ? withDownloadError(withImages, first, unavailable.length - 1) : withImages,
			invalid,
			first !== undefined,
		),
		binary: Object.fromEntries(fetched.map(({ image, data }) => [binaryName(image.index, binaryField), data])),
		differences: fetched.flatMap(({ differences }) => differences),
	};
}

function withDownloadError(
	snapshot: JobSnapshot,
	{ image, error }: { image: DeliveredImage; error: ImageError },
	more: number,
): JobSnapshot {
	const others = more > 0 ? ` (and ${more} more)` : '';
	// The general hints of these codes are about the base URL, which need not be the host of the image.
	const isConnection = error.code === 'timeout' || error.code === 'network';
	return withError(snapshot, {
		...error.toJobError(),
		message: `Image ${image.index} could not be downloaded${others}: ${error.message}`,
		hint:
			(isConnection ? null : error.hint) ??
			'The job is done and paid for: run Image Poll on this item to download again',
	});
}

/**
 * The job without its invalid images: `partial` if some images are left, `failed` if none is.
 * @param invalid the errors by image index
 * @param hasDownloadError whether the job's error is one of a download, which then stays in the message
 */
function withoutInvalidImages(
	snapshot: JobSnapshot,
	invalid: ReadonlyMap<number, ImageError>,
	hasDownloadError: boolean,
): JobSnapshot {
	const [first] = [...invalid].sort(([a], [b]) => a - b);
	if (!first) return snapshot;
	const [index, { code, message, hint, retryable }] = first;
	const images = snapshot.images.filter((image) => !invalid.has(image.index));
	const others = invalid.size > 1 ? ` (and ${invalid.size - 1} more)` : '';
	const download = hasDownloadError ? snapshot.job.error : null;
	const ownHint =
		hint ??
		(images.length > 0
			? 'Generate the missing images again'
			: 'The provider reports success: download it again with "Fetch Result" of the node Image Jobs, ' +
				'or check the job at the provider, before you generate again');
	const error = jobError(code, {
		message: [`Image ${index} is invalid${others}: ${message}`, download?.message].filter(Boolean).join('. '),
		hint: [ownHint, download?.hint].filter(Boolean).join('. '),
		retryable,
	});
	return {
		...snapshot,
		images,
		job: {
			...snapshot.job,
			status: images.length > 0 ? 'partial' : 'failed',
			progress: null,
			completed: images.length,
			error,
		},
	};
}
