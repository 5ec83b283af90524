import fc from 'fast-check';
import {
	blankJob,
	type DeliveredImage,
	isTerminal,
	type Job,
	type JobSnapshot,
	type JobStatus,
	jobStatuses,
} from '../../model/job';
import { advance, advanceSnapshot, mayBecome } from './transition';

const job = (patch: Partial<Job> = {}): Job => ({
	...blankJob('imageSaas'),
	id: 'job-1',
	...patch,
});

const image: DeliveredImage = {
	index: 0,
	url: 'https://example.com/a.png',
	fileName: 'a.png',
	mimeType: null,
	width: null,
	height: null,
	bytes: null,
	seed: null,
};
/** An answer of the provider. */
const snapshot = (patch: Partial<Job>, images: DeliveredImage[] = []): JobSnapshot => ({
	job: job(patch),
	images,
	raw: null,
});

const observation = fc.record({
	status: fc.constantFrom(...jobStatuses),
	progress: fc.option(fc.integer({ min: 0, max: 100 })),
	completed: fc.option(fc.integer({ min: 0, max: 10 })),
	updatedAt: fc.option(
		fc.integer({ min: 0, max: 1000 }).map((s) => new Date(Date.UTC(2026, 0, 1) + s * 1000).toISOString()),
	),
});

it.each<[JobStatus, JobStatus[]]>([
	['queued', [...jobStatuses]],
	['running', ['running', 'retrying', 'succeeded', 'partial', 'failed', 'canceled']],
	['retrying', [...jobStatuses]],
	['succeeded', []],
	['partial', []],
	['failed', []],
	['canceled', []],
])('from %s a job may become %j and nothing else', (from, to) => {
	expect(jobStatuses.filter((status) => mayBecome(from, status)).sort()).toEqual([...to].sort());
});

it('a job that has ended never moves again, whatever is reported of it', () => {
	fc.assert(
		fc.property(fc.array(observation, { maxLength: 30 }), (observed) => {
			let current = job({ total: 4 });
			for (const patch of observed) {
				const before = current;
				current = advance(current, job(patch));
				if (isTerminal(before.status)) expect(current).toBe(before);
			}
		}),
	);
});

it('a running job is never queued again, and progress within a state never goes backwards', () => {
	fc.assert(
		fc.property(fc.array(observation, { maxLength: 30 }), (observed) => {
			let current = job({ total: 4 });
			for (const patch of observed) {
				const before = current;
				current = advance(current, job(patch));
				if (before.status === 'running') expect(current.status).not.toBe('queued');
				if (before.status === current.status && before.progress !== null)
					expect(current.progress ?? -1).toBeGreaterThanOrEqual(before.progress);
			}
		}),
	);
});

it('an older answer is ignored unless it is an end', () => {
	const current = job({ status: 'running', progress: 50, updatedAt: '2026-01-01T00:00:10.000Z' });
	expect(advance(current, job({ status: 'retrying', updatedAt: '2026-01-01T00:00:05.000Z' }))).toBe(current);
	expect(advance(current, job({ status: 'failed', updatedAt: '2026-01-01T00:00:05.000Z' })).status).toBe('failed');
});

it('what the answer does not contain is kept', () => {
	const current = job({ total: 2, idempotencyKey: 'key', createdAt: '2026-01-01T00:00:00.000Z' });
	expect(advance(current, job({ status: 'running' }))).toMatchObject({
		status: 'running',
		total: 2,
		idempotencyKey: 'key',
		createdAt: '2026-01-01T00:00:00.000Z',
	});
});

it('a success with fewer images than requested is partial, with their number', () => {
	expect(advance(job({ total: 4 }), job({ status: 'succeeded', completed: 3 }))).toMatchObject({
		status: 'partial',
		error: { code: 'upstream', message: '3 of 4 images arrived' },
	});
});

it('a success without any image is a failure', () => {
	expect(advance(job(), job({ status: 'succeeded', completed: 0 }))).toMatchObject({
		status: 'failed',
		error: { code: 'malformedResponse' },
	});
	expect(advanceSnapshot(undefined, snapshot({ status: 'succeeded', completed: 0 })).job.status).toBe('failed');
});

it('an answer about another job is an error', () => {
	expect(() => advance(job(), job({ id: 'job-2', status: 'running' }))).toThrow(
		/Polled job job-1, but the answer is about job job-2/,
	);
});

it('an ignored answer leaves the images as they were', () => {
	const done = snapshot({ status: 'succeeded', completed: 1 }, [image]);
	expect(advanceSnapshot(done, snapshot({ status: 'running' }))).toBe(done);
});

it('a success without images takes them from a later answer, and nothing else', () => {
	const bare = snapshot({ status: 'succeeded', completed: 1, idempotencyKey: 'key' });
	expect(advanceSnapshot(bare, snapshot({ status: 'succeeded', completed: 1 }, [image]))).toMatchObject({
		job: bare.job,
		images: [image],
	});
	expect(advanceSnapshot(bare, snapshot({ status: 'running' }, [image]))).toBe(bare);
	const failed: JobSnapshot = { ...bare, job: job({ status: 'failed' }) };
	expect(advanceSnapshot(failed, snapshot({ status: 'succeeded', completed: 1 }, [image]))).toBe(failed);
});

it.each<[string, Partial<Job>, Partial<Job>, Partial<Job>]>([
	[
		'progress never falls back while the job stays as it is',
		{ status: 'running', progress: 60, completed: 2 },
		{ status: 'running', progress: 40, completed: 1 },
		{ progress: 60, completed: 2 },
	],
	[
		'progress grows',
		{ status: 'running', progress: 40, completed: 1 },
		{ status: 'running', progress: 60, completed: 2 },
		{ progress: 60, completed: 2 },
	],
	[
		'progress that is not reported again is kept',
		{ status: 'running', progress: 40, completed: 1 },
		{ status: 'running' },
		{ progress: 40, completed: 1 },
	],
	[
		'progress that is reported for the first time counts',
		{ status: 'running' },
		{ status: 'running', progress: 0, completed: 0 },
		{ progress: 0, completed: 0 },
	],
	[
		'a new state begins its own progress',
		{ status: 'running', progress: 80, completed: 3 },
		{ status: 'retrying', progress: 5, completed: 0 },
		{ progress: 5, completed: 0 },
	],
	['a new total is believed', { total: 2 }, { status: 'running', total: 3 }, { total: 3 }],
	[
		'when it changed last is kept where the answer does not say',
		{ updatedAt: '2026-01-01T00:00:00.000Z' },
		{ status: 'running' },
		{ updatedAt: '2026-01-01T00:00:00.000Z' },
	],
	[
		'when it changed last moves on',
		{ updatedAt: '2026-01-01T00:00:00.000Z' },
		{ status: 'running', updatedAt: '2026-01-01T00:00:01.000Z' },
		{ status: 'running', updatedAt: '2026-01-01T00:00:01.000Z' },
	],
	[
		'an answer of the same moment counts',
		{ updatedAt: '2026-01-01T00:00:00.000Z' },
		{ status: 'running', updatedAt: '2026-01-01T00:00:00.000Z' },
		{ status: 'running' },
	],
	[
		'an answer with a very old time counts if our job has no time',
		{},
		{ status: 'running', updatedAt: '1970-01-01T00:00:00.000Z' },
		{ status: 'running' },
	],
	[
		'as many images as requested is a success',
		{ total: 4 },
		{ status: 'succeeded', completed: 4 },
		{ status: 'succeeded', error: null },
	],
	[
		'more images than requested is a success',
		{ total: 1 },
		{ status: 'succeeded', completed: 4 },
		{ status: 'succeeded', error: null },
	],
	[
		'a success of an unknown number is a success',
		{},
		{ status: 'succeeded', completed: 1 },
		{ status: 'succeeded', error: null },
	],
	[
		'a success that does not say how many is a success',
		{ total: 4 },
		{ status: 'succeeded' },
		{ status: 'succeeded', completed: null },
	],
	[
		'a failure with images is a failure',
		{ total: 4 },
		{ status: 'failed', completed: 0 },
		{ status: 'failed', error: null },
	],
	[
		'our own id of the job and its origin survive an answer of the provider',
		{ ref: '0vm6bydm81m3', adoptedFrom: '7', endpoint: 'two' },
		{ status: 'succeeded' },
		{ ref: '0vm6bydm81m3', adoptedFrom: '7', endpoint: 'two' },
	],
	['an id is learned', { id: null }, { id: 'job-1', status: 'running' }, { id: 'job-1' }],
])('%s', (_what, current, observed, expected) => {
	expect(advance(job(current), job(observed))).toMatchObject(expected);
});

it('a job without images is not retryable, a job with some is', () => {
	expect(advance(job({ total: 2 }), job({ status: 'succeeded', completed: 0, progress: 100 }))).toMatchObject({
		status: 'failed',
		progress: null,
		error: { retryable: false, hint: expect.stringContaining('Ask the provider') as string },
	});
	expect(advance(job({ total: 2 }), job({ status: 'succeeded', completed: 1 })).error).toMatchObject({
		retryable: true,
		hint: 'Generate the missing images again',
	});
});

it('an answer about another job is not retried', () => {
	expect(() => advance(job(), job({ id: 'job-2' }))).toThrow(
		expect.objectContaining({ code: 'malformedResponse', retryable: false }) as Error,
	);
	expect(() => advance(job(), job({ id: null }))).toThrow(/about job null/);
});

it('in whatever order the observations of a run come, the same end is reached', () => {
	const at = (s: number) => new Date(Date.UTC(2026, 0, 1) + s * 1000).toISOString();
	const run = [
		job({ status: 'queued', updatedAt: at(0) }),
		job({ status: 'running', progress: 30, updatedAt: at(1) }),
		job({ status: 'running', progress: 70, updatedAt: at(2) }),
		job({ status: 'succeeded', completed: 2, updatedAt: at(3) }),
	];
	fc.assert(
		fc.property(fc.shuffledSubarray([...run, ...run], { minLength: 8 }), (observed) => {
			const end = observed.reduce(advance, job({ total: 4 }));
			expect(end).toMatchObject({ status: 'partial', completed: 2, total: 4, updatedAt: at(3) });
		}),
	);
});

it('a job with more images than a job can have keeps the first ones, and says so', () => {
	const images = Array.from({ length: 1_001 }, (_, index) => ({ ...image, index }));
	const ended = (count: number): JobSnapshot => ({
		job: { ...blankJob('imageSaas'), id: '1', status: 'succeeded', completed: count },
		images: images.slice(0, count),
		raw: null,
	});
	for (const before of [undefined, { ...ended(0), job: { ...ended(0).job, status: 'running' as const } }]) {
		const cut = advanceSnapshot(before, ended(1_001));
		expect(cut.images).toEqual(images.slice(0, 1_000));
		expect(cut.job).toMatchObject({
			status: 'succeeded',
			completed: 1_001,
			error: { code: 'malformedResponse', message: expect.stringContaining('1001 images of one job') as string },
		});
		expect(advanceSnapshot(before, ended(1_000)).job.error).toBeNull();
	}
});
