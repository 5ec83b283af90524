import { buffer, text } from 'node:stream/consumers';
import type { IBinaryData } from 'n8n-workflow';
import sharp from 'sharp';
import { blankJob, type DeliveredImage, type JobSnapshot } from '../../model/job';
import { type Loopback, loopback } from '../../test/support/loopback';
import { jpegOfScans } from '../../test/support/hostileImages';
import { createPictures, type PictureSource } from './pictures';

let server: Loopback | undefined;
const serve = async (...args: Parameters<typeof loopback>) => (server = await loopback(...args));
afterEach(async () => {
	await server?.close();
	server = undefined;
});

const onePicture = async () =>
	await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123456' } })
		.png()
		.toBuffer();
const store = async (data: NodeJS.ReadableStream) => ({ data: await text(data), mimeType: 'image/png' }) as IBinaryData;
const sourceAt = (baseUrl: string) =>
	({
		provider: { displayName: 'Backend', capabilities: { blankMeansRejected: false } },
		config: { baseUrl, allowedHosts: [] },
	}) as unknown as PictureSource;
const jobWith = (...urls: string[]): JobSnapshot => ({
	job: { ...blankJob('imageSaas'), status: 'succeeded', total: urls.length, completed: urls.length },
	images: urls.map(
		(url, index): DeliveredImage => ({
			index,
			url,
			fileName: `${index}.png`,
			mimeType: null,
			width: null,
			height: null,
			bytes: null,
			seed: null,
		}),
	),
	raw: null,
});

it('a file that is no image is downloaded once more, and no more often', async () => {
	const png = await onePicture();
	const asked: string[] = [];
	const { url } = await serve((request, response) => {
		asked.push(request.url ?? '');
		const isFirst = asked.filter((path) => path === request.url).length === 1;
		response.end(request.url === '/once' && !isFirst ? png : '<html>Busy</html>');
	});
	const { snapshot, binary } = await createPictures(store, undefined).fetch(
		jobWith(`${url}/once`, `${url}/always`),
		sourceAt(url),
	);
	expect(Object.keys(binary)).toEqual(['image_0']);
	expect(snapshot.job).toMatchObject({ status: 'partial', error: { code: 'malformedResponse' } });
	expect(asked.sort()).toEqual(['/always', '/always', '/once', '/once']);
});

it('a download that fails until its time is over says why', async () => {
	const { url } = await serve((_request, response) => response.writeHead(503).end());
	const fetched = await createPictures(store, undefined).fetch(jobWith(`${url}/a`), sourceAt(url), {
		withinMs: 1_000,
	});
	expect(fetched.snapshot.job.error).toMatchObject({ code: 'overloaded', httpStatus: 503 });
});

it('an image that would take too much to decode is delivered as it came, and says so', async () => {
	const jpeg = await jpegOfScans(4_000, 4_000, 2_000);
	const { url } = await serve((_request, response) => response.end(jpeg));
	let bytes = 0;
	const count = async (data: NodeJS.ReadableStream) => {
		bytes = (await buffer(data)).length;
		return { data: '', mimeType: 'image/jpeg' } as IBinaryData;
	};
	const { snapshot, binary, differences } = await createPictures(count, undefined).fetch(
		jobWith(`${url}/0.jpg`),
		sourceAt(url),
	);
	expect([Object.keys(binary), bytes]).toEqual([['image_0'], jpeg.length]);
	expect(snapshot).toMatchObject({ job: { status: 'succeeded', error: null }, images: [{ width: 4_000 }] });
	expect(differences).toContainEqual({
		image: 0,
		field: 'check',
		expected: 'decoded without an error',
		actual: expect.stringMatching(/^not decoded: The image has 2000 scans/) as string,
	});
});

it('an image that does not come in time is missing with a timeout, and the others are there', async () => {
	const png = await onePicture();
	const { url } = await serve((request, response) => {
		if (request.url === '/good') response.end(png);
		if (request.url === '/drip') response.write(png.subarray(0, 20));
	});
	const snapshot = jobWith(`${url}/silent`, `${url}/good`, `${url}/drip`);
	const fetched = await createPictures(store, undefined).fetch(snapshot, sourceAt(url), { withinMs: 1_000 });
	expect(Object.keys(fetched.binary)).toEqual(['image_1']);
	expect(fetched.snapshot.images.map((image) => image.url)).toEqual(snapshot.images.map((image) => image.url));
	expect(fetched.snapshot.job).toMatchObject({
		status: 'succeeded',
		error: {
			code: 'timeout',
			message: 'Image 0 could not be downloaded (and 1 more): the time for downloads was over',
			hint: expect.stringContaining('Image Poll') as string,
		},
	});
});

it('a stop ends the downloads at once, also while the store hangs', async () => {
	const stop = new AbortController();
	const png = await onePicture();
	const { url } = await serve((_request, response) => response.end(png));
	const hanging = async () => {
		setImmediate(() => stop.abort());
		return await new Promise<never>(() => undefined);
	};
	const fetching = createPictures(hanging, stop.signal).fetch(jobWith(`${url}/a`), sourceAt(url));
	await expect(fetching).rejects.toMatchObject({ code: 'canceled' });
});

it('ten times the images wait with no more listeners on the signal', async () => {
	const { url } = await serve(() => undefined);
	const listenersFor = async (count: number) => {
		const stop = new AbortController();
		const added = jest.spyOn(stop.signal, 'addEventListener');
		const urls = Array.from({ length: count }, (_, index) => `${url}/${index}`);
		const fetching = createPictures(store, stop.signal).fetch(jobWith(...urls), sourceAt(url));
		setImmediate(() => stop.abort());
		await expect(fetching).rejects.toMatchObject({ code: 'canceled' });
		return added.mock.calls.length;
	};
	expect(await listenersFor(1_000)).toBe(await listenersFor(100));
});
