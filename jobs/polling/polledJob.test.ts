import { ImageError, type ErrorCode } from '../../model/errors';
import type { JobStatus } from '../../model/job';
import type { Observation } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { at } from '../../test/support/virtualClock';
import { type EndSeen, PolledJob } from './polledJob';

const seen = (status: JobStatus): Observation => ({ ok: true, snapshot: snapshotOf('a', status) });
const failing = (code: ErrorCode, more: object = {}): Observation => ({
	ok: false,
	error: new ImageError(code, { message: code, ...more }),
});

/** A job with a waiter for each deadline. The wait began at 1000 ms. */
function setUp(...deadlines: number[]) {
	const job = new PolledJob('a', 1_000, undefined);
	const ends: Array<[string, EndSeen | undefined]> = [];
	const results: string[] = [];
	const details: unknown[] = [];
	for (const [index, deadline] of deadlines.entries()) {
		const waiter = {
			deadline: at(deadline),
			resolve: (result: unknown) => {
				job.waiters.delete(waiter);
				details.push(result);
				results.push(`${index} resolved`);
			},
			reject: ({ code }: ImageError) => {
				job.waiters.delete(waiter);
				results.push(`${index} ${code}`);
			},
		};
		job.waiters.add(waiter);
	}
	const learn = (observation: Observation, now = 2_000, announced?: boolean) =>
		job.learn(observation, now, (id, end) => ends.push([id, end]), announced);
	return { job, ends, results, details, learn };
}

it('resolves all waiters when the job ends, once, and reports since when it was waited for', () => {
	const { learn, ends, results, details } = setUp(9_000, 9_000);
	learn(seen('running'), 1_500);
	learn(seen('running'), 1_800);
	expect(results).toEqual([]);
	learn(seen('succeeded'), 2_000);
	expect(results).toEqual(['0 resolved', '1 resolved']);
	expect(details[0]).toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded' } } });
	expect(ends).toEqual([['a', { since: 1_000, lastRunning: 1_800 }]]);
});

it('reports an end without a poll that saw it run, and an announced one', () => {
	const polled = setUp(9_000);
	polled.learn(seen('failed'));
	expect(polled.ends).toEqual([['a', { since: 1_000, lastRunning: null }]]);
	const announced = setUp(9_000);
	announced.learn(seen('canceled'), 2_000, true);
	expect(announced.ends).toEqual([['a', 'announced']]);
});

it('believes a success without an image only when it is repeated, because a retry would pay again', () => {
	const empty: Observation = {
		ok: true,
		snapshot: { ...snapshotOf('a', 'succeeded'), job: { ...snapshotOf('a', 'succeeded').job, completed: 0 } },
	};
	const late = setUp(9_000);
	late.learn(empty);
	late.learn(empty);
	late.learn(seen('succeeded'));
	expect(late.details[0]).toMatchObject({ snapshot: { job: { status: 'succeeded' } } });
	const never = setUp(9_000);
	for (let poll = 1; poll <= 3; poll++) {
		expect(never.results).toEqual([]);
		never.learn(empty);
	}
	expect(never.details[0]).toMatchObject({
		snapshot: { job: { status: 'failed', error: { code: 'malformedResponse' } } },
	});
});

it('does not go back from an end to an earlier status', () => {
	const { job, learn } = setUp(9_000);
	learn(seen('succeeded'));
	learn(seen('running'));
	expect(job.snapshot?.job.status).toBe('succeeded');
});

it.each<[ErrorCode]>([['malformedResponse'], ['upstream']])(
	'repeats a poll that fails for this job alone four times (%s), and reports the fifth failure',
	(code) => {
		const { learn, results } = setUp(9_000);
		for (let n = 1; n <= 4; n++) learn(failing(code, { retryable: true }));
		expect(results).toEqual([]);
		learn(failing(code, { retryable: true }));
		expect(results).toEqual([`0 ${code}`]);
	},
);

it('counts only failures in a row', () => {
	const { learn, results } = setUp(9_000);
	for (let n = 1; n <= 4; n++) learn(failing('upstream', { retryable: true }));
	learn(seen('running'));
	for (let n = 1; n <= 4; n++) learn(failing('upstream', { retryable: true }));
	expect(results).toEqual([]);
});

it.each<[ErrorCode]>([['network'], ['overloaded'], ['rateLimited']])(
	'has unlimited patience with an endpoint that fails (%s)',
	(code) => {
		const { learn, results } = setUp(9_000);
		for (let n = 1; n <= 50; n++) learn(failing(code));
		expect(results).toEqual([]);
	},
);

it('reports an error that no repetition clears at once; only an unknown job holds no slot', () => {
	const unknown = setUp(9_000, 9_000);
	unknown.learn(failing('notFound'));
	expect(unknown.results).toEqual(['0 notFound', '1 notFound']);
	expect(unknown.ends).toEqual([['a', undefined]]);
	const auth = setUp(9_000);
	auth.learn(failing('auth'));
	expect(auth.results).toEqual(['0 auth']);
	expect(auth.ends).toEqual([]);
});

describe('at the deadline', () => {
	it('resolves the waiters whose deadline is reached, with what is known', () => {
		const { job, learn, results, details } = setUp(3_000, 5_000);
		learn(seen('running'));
		expect(job.deadline).toBe(3_000);
		job.expire(2_999);
		expect(results).toEqual([]);
		job.expire(3_000);
		expect(results).toEqual(['0 resolved']);
		expect(details[0]).toMatchObject({ ended: false, snapshot: { job: { status: 'running' } }, error: null });
		expect(job.deadline).toBe(5_000);
		job.expire(6_000);
		expect(results).toEqual(['0 resolved', '1 resolved']);
		expect(job.deadline).toBe(Number.POSITIVE_INFINITY);
	});

	it('a job that was never polled has no known state', () => {
		const { job, details } = setUp(3_000);
		job.expire(3_000);
		expect(details).toEqual([{ ended: false, snapshot: null, error: null }]);
	});

	it('adds the error of the last poll, unless a later poll succeeded', () => {
		const failed = setUp(3_000);
		failed.learn(failing('network'));
		failed.job.expire(3_000);
		expect(failed.details[0]).toMatchObject({ ended: false, error: { code: 'network' } });
		const cleared = setUp(3_000);
		cleared.learn(failing('network'));
		cleared.learn(seen('running'));
		cleared.job.expire(3_000);
		expect(cleared.details[0]).toMatchObject({ error: null });
	});

	it.each([
		[1_999, null],
		[2_000, { code: 'timeout', retryable: true }],
		[9_000, { code: 'timeout', retryable: true }],
	])('a poll without an answer for %d ms gives the error %j', (ms, error) => {
		const { job, details } = setUp(5_000 + ms);
		job.polled(5_000);
		// The same poll still has no answer.
		job.polled(5_000 + ms - 1);
		job.expire(5_000 + ms);
		expect((details[0] as { error: unknown }).error).toEqual(error && expect.objectContaining(error));
	});

	it('an answered poll is not silent', () => {
		for (const answer of [seen('running'), failing('upstream', { retryable: true })]) {
			const { job, learn, details } = setUp(9_000);
			job.polled(1_000);
			learn(answer, 1_100);
			job.expire(9_000);
			expect((details[0] as { error: ImageError | null }).error?.code).not.toBe('timeout');
		}
	});
});

describe('an outage of the endpoint', () => {
	it('delays the next poll and keeps the waiters', () => {
		const { job, results, details } = setUp(9_000);
		job.polled(1_000);
		job.outage(new ImageError('network', { message: 'cut' }), 4_000);
		expect(job.dueAt).toBe(4_000);
		expect(results).toEqual([]);
		job.expire(9_000);
		expect(details[0]).toMatchObject({ error: { code: 'network' } });
	});

	it('rejects the waiters when no repetition clears it', () => {
		const { job, results } = setUp(9_000, 9_000);
		job.outage(new ImageError('auth', { message: 'wrong key' }), 4_000);
		expect(results).toEqual(['0 auth', '1 auth']);
	});
});
