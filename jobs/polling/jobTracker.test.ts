import { ImageError } from '../../model/errors';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { forever, trackedJobs } from '../../test/support/trackedJobs';
import { at } from '../../test/support/virtualClock';

const never = new Promise<never>(() => undefined);

/** A tracker whose provider never answers. Gives the signal of the running poll. */
function unanswered() {
	const current: { signal?: AbortSignal } = {};
	const { clock, tracker } = trackedJobs({
		poll: (_ids, signal) => {
			current.signal = signal;
			return never;
		},
	});
	return { clock, tracker, current };
}

it('several executions that wait for one job share its polls', async () => {
	const { clock, polls, tracker } = trackedJobs({ endsAt: { a: 2_000 } });
	await clock.until(Promise.all([tracker.wait('a', forever), tracker.wait('a', forever)]));
	expect(polls.every(({ ids }) => ids.length === 1)).toBe(true);
});

it('reaching the deadline is not an error: the wait gives what is known', async () => {
	const { clock, tracker } = trackedJobs();
	const result = await clock.until(tracker.wait('a', { deadline: at(5_000) }));
	expect(result).toMatchObject({ ended: false, snapshot: { job: { status: 'running' } }, error: null });
	expect(clock.now()).toBe(5_000);
});

it('an aborted wait ends at once, and a poll that no other waiter needs is aborted', async () => {
	const { clock, tracker, current } = unanswered();
	const stop = new AbortController();
	const result = tracker.wait('a', { ...forever, signal: stop.signal });
	await clock.advance(1_000);
	expect(current.signal?.aborted).toBe(false);
	stop.abort();
	await expect(result).rejects.toMatchObject({ code: 'canceled' });
	expect(current.signal?.aborted).toBe(true);
});

it('a wait with an aborted signal is not begun', async () => {
	const { polls, tracker } = trackedJobs();
	await expect(tracker.wait('a', { ...forever, signal: AbortSignal.abort() })).rejects.toMatchObject({
		code: 'canceled',
	});
	expect(polls).toEqual([]);
	expect(tracker.isBusy).toBe(false);
});

it('one of several waiters that stops leaves the others their poll', async () => {
	const { clock, tracker, current } = unanswered();
	const stops = [new AbortController(), new AbortController(), new AbortController()];
	const waits = [
		tracker.wait('a', { ...forever, signal: stops[0]?.signal }),
		tracker.wait('a', { ...forever, signal: stops[1]?.signal }),
		tracker.wait('b', { ...forever, signal: stops[2]?.signal }),
	];
	await clock.advance(600);
	for (const [n, stop] of stops.entries()) {
		expect(current.signal?.aborted).toBe(false);
		stop.abort();
		await expect(waits[n]).rejects.toMatchObject({ code: 'canceled' });
	}
	expect(current.signal?.aborted).toBe(true);
});

it('only the waiters of a job that the provider does not know get the error, and it holds no slot', async () => {
	const { clock, ends, tracker } = trackedJobs({
		endsAt: { b: 2_000 },
		answer: (id) => (id === 'a' ? { ok: false, error: new ImageError('notFound', { message: '404' }) } : undefined),
	});
	const results = await clock.until(Promise.allSettled([tracker.wait('a', forever), tracker.wait('b', forever)]));
	expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
	expect(ends).toEqual(['a', 'b']);
});

it('an end that another request saw ends the wait', async () => {
	const { clock, tracker } = trackedJobs();
	const result = tracker.wait('a', forever);
	await clock.advance(1_000);
	tracker.observe(snapshotOf('a', 'succeeded'));
	await expect(result).resolves.toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded' } } });
});

it('an end that no execution waits for is reported, a beginning is not', () => {
	const { ends, tracker } = trackedJobs();
	tracker.observe(snapshotOf('x', 'running'));
	tracker.observe(snapshotOf('x', 'failed'));
	expect(ends).toEqual(['x']);
});

it('an end that was announced before the wait ends it without a poll, and is reported again', async () => {
	const { ends, polls, tracker } = trackedJobs();
	tracker.announce(snapshotOf('a', 'succeeded'));
	// Reported at once, and again at the wait: the job may get its slot only after the announcement.
	expect(ends).toEqual(['a']);
	await expect(tracker.wait('a', forever)).resolves.toMatchObject({ ended: true });
	expect(ends).toEqual(['a', 'a']);
	expect(polls).toEqual([]);
});

it('of what is known of a job, the newest state counts, whichever waiter brings it', async () => {
	const { clock, tracker } = trackedJobs();
	const createdAt = '2026-01-01T00:00:00.000Z';
	const waits = [
		tracker.wait('a', { deadline: at(4_000) }),
		tracker.wait('a', { deadline: at(4_000), known: snapshotOf('a', 'running', { total: 4, createdAt }) }),
		tracker.wait('a', { deadline: at(4_000), known: snapshotOf('a', 'queued') }),
	];
	for (const result of await clock.until(Promise.all(waits)))
		expect(result).toMatchObject({ ended: false, snapshot: { job: { status: 'running', total: 4, createdAt } } });
});
