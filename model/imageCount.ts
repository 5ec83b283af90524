import { ImageError } from './errors';
import type { JobSnapshot } from './job';

/** Most images of one job that are passed on, ten times what any provider makes for one request. */
export const maxImages = 1_000;

/** What happened to the images that are counted. */
type CountedEvent = 'arrived' | 'were accepted';

/**
 * How many images a job has, in the words of every message of the pack: `2 of 4 images arrived`.
 * @param total how many were requested; null where that is unknown
 */
export function countedImages(count: number, total: number | null, event: CountedEvent = 'arrived'): string {
	return total === null ? `${count} images of an unknown total ${event}` : `${count} of ${total} images ${event}`;
}

/**
 * A job with more images than a job can have keeps the first ones, and its error says so. Every way of a job into an
 * item passes here.
 */
export function withMaxImages(snapshot: JobSnapshot): JobSnapshot {
	const { job, images } = snapshot;
	if (images.length <= maxImages) return snapshot;
	const error = new ImageError('malformedResponse', {
		message: `The provider reports ${images.length} images of one job; the item has the first ${maxImages}`,
		hint: 'Check the job at the provider',
		retryable: false,
	}).toJobError();
	return { ...snapshot, job: { ...job, error: job.error ?? error }, images: images.slice(0, maxImages) };
}
