import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { createDownloader } from '../../http/downloader';
import { defaultImageLimits, receiveImage } from '../../images/receive';
import type { JobSnapshot } from '../../model/job';
import { dialects, useSandbox } from '../support/imageSaasContract';

const { sandbox, calm, open } = useSandbox();
const policy = { allowedHosts: ['127.0.0.1'], allowedRanges: [], blockedHosts: [], blockedRanges: [] };
const downloader = createDownloader(policy);

/** Every picture of a job, or the error of its download. */
const fetchAll = async ({ images }: JobSnapshot, timeoutMs = 10_000) =>
	await Promise.all(
		images
			.map(async ({ url }) => {
				const { stream } = await downloader.open(url ?? '', { maxBytes: 20_000_000, timeoutMs });
				return await receiveImage(stream, defaultImageLimits, 'sandbox', buffer);
			})
			.map((work) => work.catch((error: unknown) => error as { code: string; message: string })),
	);

describe.each(dialects)('the pictures of Image SaaS in dialect %s', (dialect) => {
	beforeEach(() => calm(dialect));

	it.each([
		[{}, [1024, 1024]],
		[{ aspectRatio: '9:16', resolution: '2K' }, [1152, 2048]],
		[{ aspectRatio: '21:9', resolution: '1K' }, [1024, 439]],
		[{ aspectRatio: 'Auto', resolution: '1K', extras: { mode: 'draft' } }, [1024, 1024]],
	])(
		'of %j are there as many as asked for, can be decoded and have the size asked for',
		async (request, size) => {
			const { submit, until } = open();
			const pictures = await fetchAll(await until(await submit({ ...request, count: 2 })));
			expect(pictures).toHaveLength(2);
			for (const picture of pictures) {
				if (!('stored' in picture)) throw new Error(picture.message);
				const { facts, bytes, stored } = picture;
				expect(facts).toMatchObject({
					mimeType: 'image/png',
					extension: 'png',
					width: size[0],
					height: size[1],
				});
				const decoded = await sharp(stored).raw().toBuffer({ resolveWithObject: true });
				expect([decoded.info.width, decoded.info.height, bytes]).toEqual([size[0], size[1], stored.length]);
			}
			expect(sandbox().books().downloads).toBe(2);
		},
		20_000,
	);

	it('are named by the server, each by its own name', async () => {
		const { submit, until } = open();
		const { images } = await until(await submit({ count: 3 }));
		expect(images.map(({ fileName }) => fileName)).toEqual(['image_1.png', 'image_2.png', 'image_3.png']);
		expect(new Set(images.map(({ url }) => url)).size).toBe(3);
	});

	it.each([
		['bad-image', 'malformedResponse', 'not an image'],
		['truncated-image', 'malformedResponse', 'cut off'],
		['empty-image', 'malformedResponse', 'empty'],
		['missing-image', 'notFound', 'answered 404'],
	])('that are invalid (%s) are reported one by one, and the others are returned', async (marker, code, reported) => {
		const { submit, until } = open();
		const [first, second, third] = await fetchAll(
			await until(await submit({ prompt: `One is bad [${marker}:2]`, count: 3 })),
		);
		expect(first).toHaveProperty('stored');
		expect(second).toMatchObject({ code, message: expect.stringContaining(reported) as string });
		expect(third).toHaveProperty('stored');
	});

	it.each([
		['503', { code: 'overloaded', retryable: true }],
		['500', { code: 'upstream', retryable: true }],
		['429', { code: 'rateLimited', retryable: true }],
		['reset', { code: 'network', retryable: true }],
		['hang', { code: 'timeout', retryable: true }],
		['truncated', { retryable: true }],
		['malformed', { code: 'malformedResponse' }],
	] as const)('that meet %s are not there now, and are when asked for again', async (kind, expected) => {
		const { submit, until } = open();
		const done = await until(await submit());
		sandbox().fault({ route: 'asset', kind });
		expect((await fetchAll(done, kind === 'hang' ? 100 : 10_000))[0]).toMatchObject(expected);
		expect((await fetchAll(done))[0]).toHaveProperty('stored');
	});

	it("that redirect to a private address are not fetched, to another of the server's own they are", async () => {
		const { submit, until } = open();
		const done = await until(await submit({ count: 2 }));
		sandbox().fault({ route: 'asset', kind: 'redirect', location: 'http://169.254.169.254/latest/meta-data/' });
		expect((await fetchAll({ ...done, images: done.images.slice(0, 1) }))[0]).toMatchObject({
			code: 'invalidRequest',
			message: expect.stringContaining('169.254.169.254') as string,
		});
		sandbox().fault({ route: 'asset', kind: 'redirect', location: done.images[1]?.url ?? '' });
		expect((await fetchAll({ ...done, images: done.images.slice(0, 1) }))[0]).toHaveProperty('stored');
	});

	it('are asked for without the key', async () => {
		const { submit, until } = open({ key: 'img_other' });
		sandbox().settings({ apiKeys: { img_other: 'other-tenant' } });
		await fetchAll(await until(await submit()));
		// The server would count a request with the key for this tenant.
		expect(
			Object.keys(sandbox().books().tenants['other-tenant']?.requests ?? {}).filter(
				(route) => !route.includes('/v1/'),
			),
		).toEqual([]);
		expect(sandbox().books().tenants['other-tenant']?.downloads).toBe(1);
	});

	it('of a host that is not allowed are blocked before any request', async () => {
		const { submit, until } = open();
		const { images } = await until(await submit());
		await expect(
			createDownloader({ ...policy, allowedHosts: [] }).open(images[0]?.url ?? '', {
				maxBytes: 1,
				timeoutMs: 1_000,
			}),
		).rejects.toMatchObject({ code: 'invalidRequest', delivery: 'notSent' });
		expect(sandbox().books().downloads).toBe(0);
	});
});
