import { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { forever, trackedJobs } from '../../test/support/trackedJobs';
import { settle, VirtualClock, at } from '../../test/support/virtualClock';

type Script = (clock: VirtualClock, signal: AbortSignal | undefined) => AsyncIterable<JobSnapshot>;

/** A tracker whose provider pushes by one script per job. `endsAt` is the time when a poll sees the end of each job. */
function pushing(scripts: Record<string, Script>, endsAt = 60_000) {
	const clock = new VirtualClock(0);
	const opened: string[] = [];
	const { polls, tracker } = trackedJobs({
		bulk: false,
		clock,
		watch: (id, { signal }) => {
			opened.push(id);
			return scripts[id]?.(clock, signal) ?? silence(clock, signal);
		},
		answer: (id) => ({ ok: true, snapshot: snapshotOf(id, clock.now() >= endsAt ? 'succeeded' : 'running') }),
	});
	return { clock, polls, opened, tracker };
}

async function* silence(clock: VirtualClock, signal: AbortSignal | undefined): AsyncGenerator<JobSnapshot> {
	await clock.sleep(10_000_000, signal);
	yield snapshotOf('a', 'running');
}

/** Reports progress every `ms`, `times` times. */
const reporting = (ms: number, times: number): Script =>
	async function* (clock, signal) {
		for (let n = 1; n <= times; n++) {
			await clock.sleep(ms, signal);
			yield snapshotOf('a', 'running', { completed: n });
		}
	};

it('while a channel sends, the job is not polled; one poll follows its end', async () => {
	const { clock, polls, tracker } = pushing({ a: reporting(400, 150) }, 60_000);
	const result = await clock.until(
		tracker.wait('a', { ...forever, known: snapshotOf('a', 'queued', { createdAt: new Date(0).toISOString() }) }),
	);
	expect(result).toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded' } } });
	expect(polls.map(({ at }) => at)).toEqual([60_000]);
});

it('a wait that reaches its deadline gives what the channel reported last', async () => {
	const { clock, tracker } = pushing({ a: reporting(1_000, 20) });
	const result = await clock.until(tracker.wait('a', { deadline: at(5_500) }));
	expect(result).toMatchObject({ ended: false, snapshot: { job: { status: 'running', completed: 5 } } });
});

it('an end that the channel reports needs no poll', async () => {
	const { clock, polls, tracker } = pushing({
		a: async function* (time, signal) {
			yield snapshotOf('a', 'running');
			await time.sleep(3_000, signal);
			yield snapshotOf('a', 'succeeded');
		},
	});
	await clock.until(
		tracker.wait('a', { ...forever, known: snapshotOf('a', 'queued', { createdAt: new Date(0).toISOString() }) }),
	);
	expect(clock.now()).toBe(3_000);
	expect(polls).toEqual([]);
});

it.each([
	[
		'is not accepted',
		async function* () {
			throw new ImageError('overloaded', { message: 'no room' });
		},
	],
	[
		'breaks',
		async function* () {
			yield snapshotOf('a', 'running');
			throw new ImageError('network', { message: 'cut' });
		},
	],
] as Array<[string, Script]>)('a job whose channel %s is polled at once', async (_what, script) => {
	const { clock, polls, opened, tracker } = pushing({ a: script }, 4_000);
	await clock.until(tracker.wait('a', forever));
	expect(clock.now()).toBeLessThan(5_000);
	expect(polls.length).toBeGreaterThan(2);
	expect(opened).toEqual(['a']);
});

it('a job whose channel goes silent is polled beside it', async () => {
	const { clock, polls, tracker } = pushing(
		{
			a: async function* (time, signal) {
				yield snapshotOf('a', 'running');
				yield* silence(time, signal);
			},
		},
		20_000,
	);
	await clock.until(
		tracker.wait('a', { ...forever, known: snapshotOf('a', 'queued', { createdAt: new Date(0).toISOString() }) }),
	);
	expect(polls[0]?.at).toBe(15_000);
	expect(clock.now()).toBeLessThan(25_000);
});

it('the channel is closed when the last waiter stops', async () => {
	let closed = false;
	const { clock, tracker } = pushing({
		a: async function* (time, signal) {
			signal?.addEventListener('abort', () => (closed = true));
			yield* silence(time, signal);
		},
	});
	const stop = new AbortController();
	const wait = tracker.wait('a', { ...forever, signal: stop.signal });
	await settle();
	stop.abort();
	await expect(wait).rejects.toMatchObject({ code: 'canceled' });
	expect(closed).toBe(true);
	await clock.advance(60_000);
});

it('only so many channels are open at once; the other jobs are polled', async () => {
	const { clock, opened, tracker } = pushing({}, 3_000);
	await clock.until(Promise.all(Array.from({ length: 20 }, (_, n) => tracker.wait(`job-${n}`, forever))));
	expect(opened).toHaveLength(8);
});
