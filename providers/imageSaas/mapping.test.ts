import fc from 'fast-check';
import { jobStatuses } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { fromJob, fromListedJob, fromWebhook, toStatus, toSubmitBody } from './mapping';
import { jobAnswer, listedJob, webhookPayload } from './wire';

const times = { createdAt: '2026-01-28T09:36:16.288Z', updatedAt: '2026-01-28T09:36:25.123Z' };
const get = (answer: object) => fromJob(jobAnswer.parse({ jobId: 'a', ...answer }));
const listed = (answer: object) => fromListedJob(listedJob.parse({ id: 'a', ...answer }));
const webhookSnapshot = (answer: object) =>
	fromWebhook(webhookPayload.parse({ eventId: 'evt', jobId: 'a', ...answer }));

describe('a request', () => {
	it.each<[string, Partial<ImageRequest>, object]>([
		['nothing but a prompt', {}, {}],
		['one image, which is the default', { count: 1 }, {}],
		['several images', { count: 4 }, { sampleCount: 4 }],
		['a ratio', { aspectRatio: '21:9' }, { aspectRatio: '21:9' }],
		['a resolution', { resolution: '4K' }, { resolution: '4K' }],
		['a mode', { extras: { mode: 'draft' } }, { mode: 'draft' }],
		[
			'a reference',
			{ references: [{ kind: 'url', url: 'https://a.example/a.png' }] },
			{ inputImageUrl: 'https://a.example/a.png' },
		],
		['no reference', { references: [] }, {}],
		[
			'a file, which it cannot take',
			{
				references: [
					{
						kind: 'binary',
						fileName: 'a.png',
						mimeType: 'image/png',
						bytes: 1,
						open: () => Promise.reject(new Error('not read')),
					},
				],
			},
			{},
		],
	])('with %s sends that and nothing else', (_what, request, body) => {
		expect(toSubmitBody({ prompt: 'A cat', count: 1, ...request })).toEqual({ prompt: 'A cat', ...body });
	});
});

describe('a status', () => {
	it.each([
		['QUEUED', 'queued'],
		['RUNNING', 'running'],
		['RETRYING', 'retrying'],
		['SUCCEEDED', 'succeeded'],
		['FAILED', 'failed'],
		['CANCELED', 'canceled'],
		['succeeded', 'succeeded'],
		['PAUSED', 'running'],
		['', 'running'],
		['__proto__', 'running'],
	])('%j is %s', (word, status) => {
		expect(toStatus(word)).toBe(status);
	});

	it('whatever the word, it is one of ours', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.constantFrom('constructor', 'toString', 'hasOwnProperty')), (word) => {
				expect(jobStatuses).toContain(toStatus(word));
			}),
		);
	});
});

describe('a job', () => {
	it('that runs has no progress, no pictures and no error, whatever lies about', () => {
		const snapshot = get({
			status: 'RUNNING',
			resultUrls: ['https://a.example/half.png'],
			error: { code: 'PROVIDER_ERROR', message: 'a first try' },
			...times,
		});
		expect(snapshot).toMatchObject({
			images: [],
			job: {
				provider: 'imageSaas',
				id: 'a',
				status: 'running',
				progress: null,
				total: null,
				completed: null,
				error: null,
				idempotencyKey: null,
				...times,
			},
		});
	});

	it('that succeeded has its pictures in order', () => {
		const { job, images } = get({
			status: 'SUCCEEDED',
			resultUrls: ['https://a.example/x/one.png', 'https://a.example/x/two.webp'],
			error: null,
		});
		expect(job).toMatchObject({
			status: 'succeeded',
			progress: 100,
			completed: 2,
			error: null,
			createdAt: null,
			updatedAt: null,
		});
		expect(images.map(({ index, url, fileName }) => [index, url, fileName])).toEqual([
			[0, 'https://a.example/x/one.png', 'one.png'],
			[1, 'https://a.example/x/two.webp', 'two.webp'],
		]);
		expect(images[0]).toMatchObject({ mimeType: null, width: null, height: null, bytes: null, seed: null });
	});

	it.each([[null], [undefined], [[]]])('that succeeded with pictures %j has none', (resultUrls) => {
		expect(get({ status: 'SUCCEEDED', resultUrls })).toMatchObject({
			images: [],
			job: { completed: 0, progress: 100 },
		});
	});

	it.each([
		[
			'an object',
			{ code: 'SERVICE_OVERLOAD', message: 'busy' },
			{ code: 'overloaded', message: 'SERVICE_OVERLOAD: busy' },
		],
		['a text', 'busy', { code: 'upstream', message: 'busy' }],
		['null', null, { code: 'upstream', message: 'The provider gave no reason' }],
		['nothing', undefined, { code: 'upstream', message: 'The provider gave no reason' }],
		['a bare code', { code: 'SERVICE_OVERLOAD' }, { code: 'overloaded', message: 'SERVICE_OVERLOAD' }],
	])('that failed with %s as error says why', (_what, error, expected) => {
		expect(get({ status: 'FAILED', error }).job).toMatchObject({
			status: 'failed',
			completed: null,
			progress: null,
			error: expected,
		});
	});

	it('that was canceled has an error that is not retryable', () => {
		expect(get({ status: 'CANCELED' }).job.error).toEqual({
			code: 'canceled',
			message: 'The job was canceled',
			hint: null,
			retryable: false,
			httpStatus: null,
		});
	});

	it("keeps the provider's own answer, fields we do not know included", () => {
		expect(get({ status: 'RUNNING', queuePosition: 3 }).raw).toMatchObject({ queuePosition: 3, status: 'RUNNING' });
	});
});

describe('a row of the list', () => {
	it.each([
		['both', { errorCode: 'PROVIDER_ERROR', errorMessage: 'no' }, 'PROVIDER_ERROR: no'],
		['only a code', { errorCode: 'PROVIDER_ERROR', errorMessage: null }, 'PROVIDER_ERROR'],
		['only a message', { errorCode: null, errorMessage: 'no' }, 'no'],
		['neither', { errorCode: null, errorMessage: null }, 'The provider gave no reason'],
	])('with %s says why the job failed', (_what, fields, message) => {
		expect(listed({ status: 'FAILED', ...fields }).job.error?.message).toBe(message);
	});

	it('with the code of a limit while the job waits for it is no failure', () => {
		expect(
			listed({ status: 'RETRYING', errorCode: 'TENANT_RATE_LIMIT', errorMessage: 'too many', ...times }).job,
		).toMatchObject({ id: 'a', status: 'retrying', error: null, ...times });
	});
});

describe('a webhook', () => {
	it('has the time of sending, not the creation time of the job', () => {
		expect(
			webhookSnapshot({
				status: 'SUCCEEDED',
				resultUrls: ['https://a.example/a.png'],
				timestamp: Date.UTC(2026, 0, 28),
			}).job,
		).toMatchObject({ status: 'succeeded', completed: 1, createdAt: null, updatedAt: '2026-01-28T00:00:00.000Z' });
		expect(webhookSnapshot({ status: 'SUCCEEDED' }).job).toMatchObject({ completed: 0, updatedAt: null });
		expect(
			webhookSnapshot({ status: 'FAILED', error: { code: 'PROVIDER_ERROR', message: 'no' } }).job.error,
		).toMatchObject({
			message: 'PROVIDER_ERROR: no',
		});
	});
});

describe('a picture is called', () => {
	const nameOf = (url: string) =>
		get({ status: 'SUCCEEDED', resultUrls: ['https://first.example/a.png', url] }).images[1]?.fileName;

	it.each([
		['https://a.example/x/image.png?sig=1#top', 'image.png'],
		['https://a.example/x/Photo-1.final.JPEG', 'Photo-1.final.JPEG'],
		['https://a.example/x/ima%67e.png', 'image.png'],
		['https://a.example/x/', 'image_1'],
		['https://a.example/x/image', 'image_1'],
		['https://a.example/x/run.sh', 'image_1'],
		['https://a.example/x/..%2f..%2fetc%2fpasswd.png', 'image_1'],
		['https://a.example/x/a%00b.png', 'image_1'],
		['https://a.example/x/%E0%A4%A.png', 'image_1'],
		['https://a.example/x/灯塔.png', 'image_1'],
		[`https://a.example/x/${'n'.repeat(101)}.png`, 'image_1'],
		['image.png', 'image_1'],
	])('by %s: %s', (url, name) => {
		expect(nameOf(url)).toBe(name);
	});

	it('by a plain name whatever the URL', () => {
		fc.assert(
			fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), (url) => {
				expect(nameOf(url)).toMatch(/^[\w.-]+$/);
			}),
		);
	});
});
