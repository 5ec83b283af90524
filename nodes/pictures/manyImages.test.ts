import { growthOf } from '../../test/support/growth';
import { ImageError } from '../../model/errors';
import { maxImages } from '../../model/imageCount';
import { blankJob } from '../../model/job';
import { imageSaas } from '../../providers/imageSaas/definition';
import { createPictures } from './pictures';
import { recordFigure } from '../../test/support/figures';

const source = {
	provider: imageSaas,
	config: {
		baseUrl: 'http://127.0.0.1:9',
		headers: {},
		secrets: [],
		limits: { requestsPerMinute: null, jobsInFlight: null },
		allowedHosts: [],
	},
};

/** A job whose images all fail at once: their addresses are none. */
const withImages = (count: number) => ({
	job: { ...blankJob('imageSaas'), id: '1', status: 'succeeded' as const },
	images: Array.from({ length: count }, (_, index) => ({
		index,
		url: 'no address',
		fileName: `image_${index}`,
		mimeType: null,
		width: null,
		height: null,
		bytes: null,
		seed: null,
	})),
	raw: null,
});

const failing = () => createPictures(() => Promise.reject(new Error('nothing to store')), new AbortController().signal);

it('ten times the images of a job take about ten times as long', async () => {
	const fetch = async (count: number) => {
		const { snapshot } = await failing().fetch(withImages(count), source);
		expect(snapshot.job).toMatchObject({ status: 'failed', error: { code: 'malformedResponse' } });
	};
	const factor = await growthOf(fetch, maxImages / 10);
	expect(factor).toBeLessThan(40);
	recordFigure('answers.images', `${factor.toFixed(0)} times the time`);
}, 60_000);

it('of any number of images, only as many as a job can have are fetched', async () => {
	const asked: string[] = [];
	const pace = async (url: string) => {
		asked.push(url);
		return await Promise.reject(new ImageError('notFound', { message: 'gone' }));
	};
	await failing().fetch(withImages(30 * maxImages), { ...source, pace });
	expect(asked).toHaveLength(maxImages);
});

it('n8n does other work while the images of a job fail at once', async () => {
	let turns = 0;
	let isDone = false;
	const watch = () => {
		turns++;
		if (!isDone) setImmediate(watch);
	};
	setImmediate(watch);
	// Each failure takes a millisecond, so that the whole takes far longer than one turn may.
	const pace = async () => {
		for (const from = performance.now(); performance.now() - from < 1; );
		return await Promise.reject(new ImageError('notFound', { message: 'gone' }));
	};
	await failing().fetch(withImages(200), { ...source, pace });
	isDone = true;
	expect(turns).toBeGreaterThan(4);
});
