import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';
import { maxImages } from '../../model/imageCount';
import { blankJob } from '../../model/job';
import { providers } from '../../providers/registry';
import { instancePolicy } from '../pictures/downloads';
import { snapshotOf, splitImages, toItem } from './items';
import { isFailure } from './snapshots';

const image = (index: number) => ({
	index,
	url: `https://example.com/${index}.png`,
	fileName: `${index}.png`,
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
});

it('whatever JSON comes in, reading it as an item never fails', () => {
	fc.assert(
		fc.property(fc.jsonValue(), (job) => {
			snapshotOf({ job });
		}),
	);
	expect(snapshotOf({ job: { provider: 'imageSaas', status: 'PAUSED' } })).toBeUndefined();
	expect(snapshotOf({ job: null })).toBeUndefined();
});

it('an item goes through its own shape unchanged', () => {
	const snapshot = { job: { ...blankJob('imageSaas'), id: 'job-1' }, images: [image(0)], raw: { secret: 1 } };
	const { json, pairedItem } = toItem({ snapshot, request: { prompt: 'A' }, itemIndex: 3 });
	// If the journal does not know a job, the ref is derived from the job's own data.
	const job = { ...snapshot.job, ref: expect.stringMatching(/^[0-9a-z]{12}$/) as string };
	expect(json).toEqual({ job, images: [image(0)], request: { prompt: 'A' }, differences: [] });
	expect(pairedItem).toEqual({ item: 3 });
	expect(snapshotOf(json)).toEqual({ ...snapshot, job, raw: null });
});

it('an item has at most as many images as a job can have, and its job says so', () => {
	const images = Array.from({ length: maxImages + 5 }, (_, index) => image(index));
	const snapshot = { job: { ...blankJob('imageSaas'), id: 'job-1' }, images, raw: null };
	const { json } = toItem({ snapshot, request: {}, itemIndex: 0 });
	expect(json['images']).toHaveLength(maxImages);
	expect(json['job']).toMatchObject({
		error: { code: 'malformedResponse', message: expect.stringContaining('1005') },
	});
});

it('bytes that came inside an answer never get into the JSON', () => {
	const { json } = toItem({
		snapshot: { job: blankJob('p'), images: [{ ...image(0), inline: Buffer.from('secret') }], raw: null },
		request: {},
		itemIndex: 0,
	});
	expect(json['images']).toEqual([image(0)]);
});

it("the provider's answer is there only with the option", () => {
	const snapshot = { job: blankJob('p'), images: [], raw: { a: 1 } };
	expect(toItem({ snapshot, request: {}, itemIndex: 0 }).json).not.toHaveProperty('raw');
	expect(toItem({ snapshot, request: {}, itemIndex: 0, includeRaw: true }).json).toHaveProperty('raw', { a: 1 });
});

it('an item without or with one image is not split', () => {
	const item = (images: unknown[]): INodeExecutionData => ({ json: { images, differences: [] }, pairedItem: 0 });
	expect(splitImages(item([]))).toEqual([item([])]);
	expect(splitImages(item([image(0)]))).toEqual([item([image(0)])]);
});

it('the only picture of a job is in image_0 after a split, with its differences', () => {
	const about = (index: number | null) => ({ image: index, field: 'type', expected: 'a', actual: 'b' });
	const picture = { mimeType: 'image/png', data: '' };
	const item: INodeExecutionData = {
		json: { images: [image(2)], differences: [about(null), about(1), about(2)] },
		binary: { image_2: picture },
		pairedItem: 0,
	};
	expect(splitImages(item)).toEqual([
		{
			json: { images: [image(2)], differences: [about(null), about(2)] },
			binary: { image_0: picture },
			pairedItem: 0,
		},
	]);
});

describe('the result is compared with the request', () => {
	const done = (images: object[], total: number | null = null) => ({
		job: { ...blankJob('imageSaas'), id: '1', status: 'succeeded' as const, total },
		images: images.map((more, index) => ({ ...image(index), ...more })),
		raw: null,
	});
	const differences = (snapshot: ReturnType<typeof done>, request: object) =>
		toItem({ snapshot, request: { ...request }, itemIndex: 0 }).json['differences'];

	it('reports nothing if both are equal or unknown', () => {
		expect(
			differences(done([{ width: 1344, height: 768 }]), { count: 1, aspectRatio: '16:9', resolution: '1K' }),
		).toEqual([]);
		expect(differences(done([{}]), { count: 1, aspectRatio: '16:9', resolution: '4K' })).toEqual([]);
		expect(differences(done([{ width: 5, height: 3 }]), { aspectRatio: 'Auto', anything: { else: true } })).toEqual(
			[],
		);
	});

	it('names the picture, the expected value and the real value', () => {
		expect(
			differences(
				done([
					{ width: 1024, height: 1024 },
					{ width: 1344, height: 768 },
				]),
				{ count: 3, aspectRatio: '16:9', resolution: '2K' },
			),
		).toEqual([
			{ image: null, field: 'count', expected: '3', actual: '2' },
			{ image: 0, field: 'aspectRatio', expected: '16:9', actual: '1024x1024' },
			{ image: 0, field: 'resolution', expected: '2K', actual: '1024x1024' },
			{ image: 1, field: 'resolution', expected: '2K', actual: '1344x768' },
		]);
		expect(differences(done([{}], 4), {})).toEqual([{ image: null, field: 'count', expected: '4', actual: '1' }]);
	});

	it("uses the exact size where the provider's document has it", () => {
		const snapshot = done([{ width: 512, height: 512 }]);
		snapshot.job.provider = 'zImage';
		expect(differences(snapshot, { width: 640, height: 512 })).toEqual([
			{ image: 0, field: 'size', expected: '640x512', actual: '512x512' },
		]);
	});

	it('judges no job that has not ended well', () => {
		const snapshot = { ...done([]), job: { ...blankJob('imageSaas'), status: 'running' as const } };
		expect(toItem({ snapshot, request: { count: 4 }, itemIndex: 0 }).json['differences']).toEqual([]);
	});

	it("whatever stands in an item's request, reading it back never fails", () => {
		fc.assert(
			fc.property(
				fc.dictionary(
					fc.constantFrom(
						'count',
						'aspectRatio',
						'resolution',
						'width',
						'height',
						'imageSize',
						'references',
						'x',
					),
					fc.jsonValue(),
				),
				fc.constantFrom(...providers.map(({ id }) => id)),
				(request, id) => {
					const snapshot = done([{ width: 10, height: 10 }]);
					snapshot.job.provider = id;
					expect(Array.isArray(differences(snapshot, request))).toBe(true);
				},
			),
		);
	});
});

it.each([
	['failed', null, true],
	['canceled', null, true],
	['succeeded', null, false],
	['partial', { code: 'upstream' }, false],
	['succeeded', { code: 'notFound' }, true],
	['running', { code: 'network' }, false],
])('a job that is %s with error %j counts as failure: %s', (status, error, expected) => {
	expect(isFailure({ job: { ...blankJob('p'), status, error } as never, images: [], raw: null })).toBe(expected);
});

it('n8n\'s own lists of addresses are read, and "default" stands for ranges that are blocked anyway', () => {
	expect(
		instancePolicy({
			N8N_SSRF_ALLOWED_HOSTNAMES: 'Minio:9000, files.local',
			N8N_SSRF_BLOCKED_IP_RANGES: 'default,203.0.113.0/24',
		}),
	).toEqual({
		allowedHosts: ['minio:9000', 'files.local'],
		allowedRanges: [],
		blockedHosts: [],
		blockedRanges: ['203.0.113.0/24'],
	});
});
