import fc from 'fast-check';
import { isTerminal, type Job, type JobSnapshot, type JobStatus, jobStatuses } from '../model/job';
import { advance, advanceSnapshot, mayBecome } from './transition';

const job = (patch: Partial<Job> = {}): Job => ({ provider: 'imageSaas', id: 'job-1', status: 'queued', progress: null, total: null, completed: null, error: null, idempotencyKey: null, createdAt: null, updatedAt: null, ...patch });

const observation = fc.record({
	status: fc.constantFrom(...jobStatuses),
	progress: fc.option(fc.integer({ min: 0, max: 100 })),
	completed: fc.option(fc.integer({ min: 0, max: 10 })),
	updatedAt: fc.option(fc.integer({ min: 0, max: 1000 }).map((s) => new Date(Date.UTC(2026, 0, 1) + s * 1000).toISOString())),
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

it('a job that has ended never moves again, whatever is told of it', () => {
	fc.assert(
		fc.property(fc.array(observation, { maxLength: 30 }), (told) => {
			let current = job({ total: 4 });
			for (const patch of told) {
				const before = current;
				current = advance(current, job(patch));
				if (isTerminal(before.status)) expect(current).toBe(before);
			}
		}),
	);
});

it('a running job is never queued again, and progress within a state never goes backwards', () => {
	fc.assert(
		fc.property(fc.array(observation, { maxLength: 30 }), (told) => {
			let current = job({ total: 4 });
			for (const patch of told) {
				const before = current;
				current = advance(current, job(patch));
				if (before.status === 'running') expect(current.status).not.toBe('queued');
				if (before.status === current.status && before.progress !== null) expect(current.progress ?? -1).toBeGreaterThanOrEqual(before.progress);
			}
		}),
	);
});

it('an older answer is refused unless it is an end', () => {
	const current = job({ status: 'running', progress: 50, updatedAt: '2026-01-01T00:00:10.000Z' });
	expect(advance(current, job({ status: 'retrying', updatedAt: '2026-01-01T00:00:05.000Z' }))).toBe(current);
	expect(advance(current, job({ status: 'failed', updatedAt: '2026-01-01T00:00:05.000Z' })).status).toBe('failed');
});

it('what the answer is silent about is kept', () => {
	const current = job({ total: 2, idempotencyKey: 'key', createdAt: '2026-01-01T00:00:00.000Z' });
	expect(advance(current, job({ status: 'running' }))).toMatchObject({ status: 'running', total: 2, idempotencyKey: 'key', createdAt: '2026-01-01T00:00:00.000Z' });
});

it('a success with fewer images than were asked for is partial, and says how many', () => {
	expect(advance(job({ total: 4 }), job({ status: 'succeeded', completed: 3 }))).toMatchObject({ status: 'partial', error: { code: 'upstream', message: '3 of 4 images came' } });
});

it('a success without any image is a failure', () => {
	expect(advance(job(), job({ status: 'succeeded', completed: 0 }))).toMatchObject({ status: 'failed', error: { code: 'malformedResponse' } });
	expect(advanceSnapshot(undefined, { job: job({ status: 'succeeded', completed: 0 }), images: [], raw: null }).job.status).toBe('failed');
});

it('an answer about another job is an error', () => {
	expect(() => advance(job(), job({ id: 'job-2', status: 'running' }))).toThrow(/Asked after job job-1, told of job job-2/);
});

it('a refused answer leaves the images as they were', () => {
	const done: JobSnapshot = { job: job({ status: 'succeeded', completed: 1 }), images: [{ index: 0, url: 'https://example.com/a.png', fileName: 'a.png', mimeType: null, width: null, height: null, bytes: null, seed: null }], raw: null };
	expect(advanceSnapshot(done, { job: job({ status: 'running' }), images: [], raw: null })).toBe(done);
});

it('a success that came without its pictures takes them from a later answer, and nothing else', () => {
	const image = { index: 0, url: 'https://example.com/a.png', fileName: 'a.png', mimeType: null, width: null, height: null, bytes: null, seed: null };
	const bare: JobSnapshot = { job: job({ status: 'succeeded', completed: 1, idempotencyKey: 'key' }), images: [], raw: null };
	expect(advanceSnapshot(bare, { job: job({ status: 'succeeded', completed: 1 }), images: [image], raw: null })).toMatchObject({ job: bare.job, images: [image] });
	expect(advanceSnapshot(bare, { job: job({ status: 'running' }), images: [image], raw: null })).toBe(bare);
	const failed: JobSnapshot = { ...bare, job: job({ status: 'failed' }) };
	expect(advanceSnapshot(failed, { job: job({ status: 'succeeded', completed: 1 }), images: [image], raw: null })).toBe(failed);
});
