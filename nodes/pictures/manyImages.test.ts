import { growthOf } from '../../test/support/growth';
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

it('ten times the images of a job take about ten times as long', async () => {
	const fetch = async (count: number) => {
		const pictures = createPictures(
			() => Promise.reject(new Error('nothing to store')),
			new AbortController().signal,
		);
		const { snapshot } = await pictures.fetch(withImages(count), source);
		expect(snapshot.job).toMatchObject({ status: 'failed', error: { code: 'malformedResponse' } });
	};
	const factor = await growthOf(fetch, 1_000);
	expect(factor).toBeLessThan(40);
	recordFigure('answers.images', `${factor.toFixed(0)} times the time`);
}, 60_000);

it('n8n does other work while many images of a job fail at once', async () => {
	let last = performance.now();
	let longest = 0;
	let isDone = false;
	const watch = () => {
		longest = Math.max(longest, performance.now() - last);
		last = performance.now();
		if (!isDone) setImmediate(watch);
	};
	setImmediate(watch);
	const began = performance.now();
	const pictures = createPictures(() => Promise.reject(new Error('nothing to store')), new AbortController().signal);
	await pictures.fetch(withImages(30_000), source);
	const whole = performance.now() - began;
	isDone = true;
	expect(longest).toBeLessThan(whole / 2);
}, 60_000);
