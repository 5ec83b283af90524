import { ImageError } from '../../model/errors';
import { blankJob, type DeliveredImage } from '../../model/job';
import { foldImages, type ImageResult } from './fold';

const image = (index: number): DeliveredImage => ({
	index,
	url: `https://img.example/${index}.png`,
	fileName: `${index}.png`,
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
});
const invalid = (index: number): ImageResult => ({
	kind: 'invalid',
	image: image(index),
	error: new ImageError('contentRejected', { message: 'it is black' }),
});
const unavailable = (index: number): ImageResult => ({
	kind: 'unavailable',
	image: image(index),
	error: new ImageError('network', { message: `the host is gone` }),
});
const folded = (...results: ImageResult[]) =>
	foldImages(
		{
			job: { ...blankJob('imageSaas'), status: 'succeeded', total: results.length, completed: results.length },
			images: results.map((result) => result.image),
			raw: null,
		},
		results,
	).snapshot;

it('of several images that could not be downloaded the first is named and the others are counted', () => {
	expect(folded(unavailable(0), unavailable(1), unavailable(2)).job.error?.message).toBe(
		'Image 0 could not be downloaded (and 2 more): the host is gone',
	);
});

it('an invalid image does not hide that others can still be downloaded', () => {
	const { job, images } = folded(unavailable(0), invalid(1), invalid(2), unavailable(3));
	expect(images.map(({ index }) => index)).toEqual([0, 3]);
	expect(job).toMatchObject({ status: 'partial', completed: 2 });
	expect(job.error).toMatchObject({
		code: 'contentRejected',
		message:
			'Image 1 is invalid (and 1 more): it is black. ' +
			'Image 0 could not be downloaded (and 1 more): the host is gone',
		hint: expect.stringMatching(/Generate the missing images again.*Image Poll/) as string,
	});
});
