import { ImageError } from '../../model/errors';
import type { Observation } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { forever, trackedJobs } from '../../test/support/trackedJobs';
import { settle, at } from '../../test/support/virtualClock';

const never = new Promise<never>(() => undefined);

it('one loop polls all jobs together, and each waiter gets the end of its own', async () => {
	const { clock, polls, ends, tracker } = trackedJobs({ endsAt: { a: 3_000, b: 3_000, c: 9_000 } });
	const all = Promise.all(['a', 'b', 'c'].map((id) => tracker.wait(id, forever)));
	const results = await clock.until(all);
	expect(results.map((result) => result.ended && result.snapshot.job.status)).toEqual([
		'succeeded',
		'succeeded',
		'succeeded',
	]);
	expect(polls[0]?.ids).toEqual(['a', 'b', 'c']);
	expect(ends).toEqual(['a', 'b', 'c']);
	expect(polls.length).toBeLessThan(20);
});

it('a job that has ended is never polled again', async () => {
	const { clock, polls, tracker } = trackedJobs({ endsAt: { a: 1_000, b: 30_000 } });
	await clock.until(Promise.all([tracker.wait('a', forever), tracker.wait('b', forever)]));
	const end = polls.findIndex(({ at }) => at >= 1_000);
	expect(polls.slice(end + 1).every(({ ids }) => !ids.includes('a'))).toBe(true);
});

it('polls become rarer the longer a job runs, and the last comes soon after its end', async () => {
	const { clock, polls, tracker } = trackedJobs({ endsAt: { a: 60_000 } });
	await clock.until(tracker.wait('a', forever));
	expect(polls.length).toBeLessThan(40);
	expect(clock.now() - 60_000).toBeLessThanOrEqual(60_000 * 0.14);
});

it('a wait ends at its deadline even while the provider does not answer', async () => {
	let signal: AbortSignal | undefined;
	const { clock, tracker } = trackedJobs({
		poll: (_ids, given) => {
			signal = given;
			return new Promise<never>((_resolve, reject) =>
				given.addEventListener('abort', () => reject(new ImageError('canceled', { message: 'dropped' }))),
			);
		},
	});
	await expect(clock.until(tracker.wait('a', { deadline: at(5_000) }))).resolves.toMatchObject({ ended: false });
	expect(clock.now()).toBe(5_000);
	expect(signal?.aborted).toBe(true);
});

it('a waiter that is added while the provider does not answer leaves at its own deadline', async () => {
	const { clock, tracker } = trackedJobs({ poll: () => never });
	void tracker.wait('a', forever);
	void tracker.wait('b', { deadline: at(300_000) });
	await clock.advance(2_000);
	await expect(clock.until(tracker.wait('c', { deadline: at(5_000) }))).resolves.toMatchObject({ ended: false });
	expect(clock.now()).toBe(5_000);
});

it('pauses grow during an outage, and the wait ends when the provider is back', async () => {
	const { clock, polls, tracker } = trackedJobs({
		endsAt: { a: 0 },
		answer: (_id, poll) => (poll <= 4 ? new ImageError('network', { message: 'cut' }) : undefined),
	});
	await expect(clock.until(tracker.wait('a', forever))).resolves.toMatchObject({ ended: true });
	const gaps = polls.slice(1).map(({ at }, index) => at - (polls[index]?.at ?? 0));
	expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
	expect(polls).toHaveLength(5);
});

it('an outage that outlasts the deadline is reported as the reason', async () => {
	const { clock, tracker } = trackedJobs({ answer: () => new ImageError('network', { message: 'cut' }) });
	await expect(clock.until(tracker.wait('a', { deadline: at(20_000) }))).resolves.toMatchObject({
		ended: false,
		error: { code: 'network' },
	});
});

it('every waiter gets an authentication error at once', async () => {
	const { clock, polls, tracker } = trackedJobs({ answer: () => new ImageError('auth', { message: '401' }) });
	const results = await clock.until(Promise.allSettled([tracker.wait('a', forever), tracker.wait('b', forever)]));
	expect(results.map((result) => result.status === 'rejected' && (result.reason as ImageError).code)).toEqual([
		'auth',
		'auth',
	]);
	expect(polls).toHaveLength(1);
});

it('an invalid answer about one job is tolerated four times in a row, then its waiters get the error', async () => {
	const invalid: Observation = { ok: false, error: new ImageError('malformedResponse', { message: 'no JSON' }) };
	const passing = trackedJobs({ endsAt: { a: 0 }, answer: (_id, poll) => (poll <= 3 ? invalid : undefined) });
	await expect(passing.clock.until(passing.tracker.wait('a', forever))).resolves.toMatchObject({ ended: true });
	const lasting = trackedJobs({ answer: () => invalid });
	await expect(lasting.clock.until(lasting.tracker.wait('a', forever))).rejects.toMatchObject({
		code: 'malformedResponse',
	});
	expect(lasting.polls).toHaveLength(5);
});

it('a job that is not available while others are is waited for patiently', async () => {
	const busy: Observation = { ok: false, error: new ImageError('overloaded', { message: '503' }) };
	const { clock, tracker } = trackedJobs({
		endsAt: { a: 0, b: 30_000 },
		answer: (id, poll) => (id === 'a' && poll <= 12 ? busy : undefined),
	});
	const [a] = await clock.until(Promise.all([tracker.wait('a', forever), tracker.wait('b', forever)]));
	expect(a).toMatchObject({ ended: true });
});

it('nothing is polled while no execution waits, and the loop begins again with the next wait', async () => {
	const { clock, polls, tracker } = trackedJobs({ endsAt: { a: 1_000, b: 100_000 } });
	await clock.until(tracker.wait('a', forever));
	const before = polls.length;
	await clock.advance(50_000);
	await settle();
	expect(polls).toHaveLength(before);
	await clock.until(tracker.wait('b', forever));
	expect(polls.length).toBeGreaterThan(before);
});

it('a job that was made just now is polled after a pause, a job of unknown age at once', async () => {
	const fresh = trackedJobs({ endsAt: { a: 0 } });
	const known = snapshotOf('a', 'queued', { createdAt: new Date(0).toISOString() });
	await fresh.clock.until(fresh.tracker.wait('a', { ...forever, known }));
	expect(fresh.polls[0]?.at).toBe(500);
	const old = trackedJobs({ endsAt: { a: 0 } });
	await old.clock.until(old.tracker.wait('a', { ...forever, known: snapshotOf('a', 'queued') }));
	expect(old.polls[0]?.at).toBe(0);
});

it('where each job costs a request, only the jobs that are due are polled', async () => {
	const { clock, polls, tracker } = trackedJobs({ bulk: false, endsAt: { old: 200_000, young: 200_000 } });
	void tracker.wait('old', forever);
	await clock.advance(100_000);
	const before = polls.length;
	void tracker.wait('young', forever);
	await clock.advance(3_000);
	const pollsOf = (id: string) => polls.slice(before).filter(({ ids }) => ids.includes(id)).length;
	expect(pollsOf('young')).toBeGreaterThan(pollsOf('old'));
});

it('a job that is missing from the answers is polled on in the usual pauses', async () => {
	const { clock, polls, tracker } = trackedJobs({ poll: async () => new Map() });
	await expect(clock.until(tracker.wait('a', { deadline: at(10_000) }))).resolves.toMatchObject({
		ended: false,
		snapshot: null,
		error: { code: 'timeout', retryable: true },
	});
	expect(polls.length).toBeLessThanOrEqual(20);
});
