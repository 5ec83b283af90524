import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { ImageError, jobError } from '../../model/errors';
import { isTerminal, type JobSnapshot } from '../../model/job';
import { withError } from '../items/snapshots';

/** The option of *Fetch Result* that fetches one image of a job. A webhook that serves images uses it. */
export const imageIndexField: INodeProperties = {
	displayName: 'Image Index',
	name: 'imageIndex',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 0 },
	default: 0,
	description: 'Fetch only the image with this number, as in images[].index. Without this option all are fetched.',
};

/** The index in the options of an item; null if all images are wanted. Throws `invalidRequest`. */
export function readImageIndex(context: IExecuteFunctions, itemIndex: number): number | null {
	const { imageIndex } = context.getNodeParameter('options', itemIndex, {}) as { imageIndex?: unknown };
	if (imageIndex === undefined) return null;
	// An expression may give the text of an address.
	const text = typeof imageIndex === 'number' || typeof imageIndex === 'string' ? String(imageIndex) : '';
	if (/^\d{1,4}$/.test(text)) return Number(text);
	throw new ImageError('invalidRequest', {
		message: 'Image Index is not a whole number from 0',
		hint: 'Enter the number that the image has in images[].index',
		delivery: 'notSent',
	});
}

/** The job with only the wanted image; with an error if it has ended and has no such image. */
export function onlyImage(snapshot: JobSnapshot, index: number | null): JobSnapshot {
	if (index === null) return snapshot;
	const images = snapshot.images.filter((image) => image.index === index);
	if (images.length > 0 || !isTerminal(snapshot.job.status)) return { ...snapshot, images };
	const error = jobError('notFound', {
		message: `The job has no image ${index}`,
		hint: 'Use a number that the job has in images[].index',
		retryable: false,
	});
	return withError({ ...snapshot, images }, error);
}

/** All images of a job again, after one of them was fetched. */
export function withOtherImages(fetched: JobSnapshot, whole: JobSnapshot, index: number | null): JobSnapshot {
	if (index === null) return fetched;
	const others = whole.images.filter((image) => image.index !== index);
	return { ...fetched, images: [...others, ...fetched.images].sort((a, b) => a.index - b.index) };
}
