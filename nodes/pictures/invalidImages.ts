import { type ImageError, jobError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';

/**
 * The job without what turned out to be no picture: `partial` where some are left, `failed` where none is. @param
 * invalid why, by index
 */
export function withoutInvalidImages(snapshot: JobSnapshot, invalid: ReadonlyMap<number, ImageError>): JobSnapshot {
	const [first] = [...invalid].sort(([a], [b]) => a - b);
	if (!first) return snapshot;
	const [index, { code, message, hint, retryable }] = first;
	const images = snapshot.images.filter((image) => !invalid.has(image.index));
	const others = invalid.size > 1 ? ` (and ${invalid.size - 1} more)` : '';
	const error = jobError(code, {
		message: `Image ${index} is none${others}: ${message}`,
		hint:
			hint ??
			(images.length > 0
				? 'Generate the missing images again'
				: 'The provider calls the job done; ask there, or generate again'),
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
