import { ImageError } from '../../model/errors';
import type { JobSnapshot } from '../../model/job';
import type { Observation } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import { Poller } from './jobTracker';

type Script = (clock: VirtualClock, signal: AbortSignal | undefined) => AsyncIterable<JobSnapshot>;

/** A watcher whose provider pushes by a script a job; `endsAt` is when a poll sees its end. */
function watch(scripts: Record<string, Script>, endsAt = 60_000) {
	const clock = new VirtualClock(0);
	const polls: number[] = [];
	const opened: string[] = [];
	const poller = new Poller({
		bulk: false,
		floorMs: 500,
		clock,
		random: () => 0.5,
		onEnd: () => undefined,
		watch: (id, { signal }) => {
			opened.push(id);
			return scripts[id]?.(clock, signal) ?? silence(clock, signal);
		},
		poll: async (ids) => {
			polls.push(clock.now());
			return new Map(
				ids.map((id): [string, Observation] => [
					id,
					{ ok: true, snapshot: snapshotOf(id, clock.now() >= endsAt ? 'succeeded' : 'running') },
				]),
			);
		},
	});
	return { clock, polls, opened, poller: poller };
}

async function* silence(clock: VirtualClock, signal: AbortSignal | undefined): AsyncGenerator<JobSnapshot> {
	await clock.sleep(10_000_000, signal);
	yield snapshotOf('a', 'running');
}

/** Tells of progress every `ms`, `times` times. */
const speaking = (ms: number, times: number): Script =>
	async function* (clock, signal) {
		for (let n = 1; n <= times; n++) {
			await clock.sleep(ms, signal);
			yield snapshotOf('a', 'running', { completed: n });
		}
	};

const forever = { deadline: Number.POSITIVE_INFINITY };

it('while a channel speaks nobody polls, and its end is looked at once', async () => {
	const { clock, polls, poller: poller } = watch({ a: speaking(400, 150) }, 60_000);
	const result = await clock.until(
		poller.wait('a', { ...forever, known: snapshotOf('a', 'queued', { createdAt: new Date(0).toISOString() }) }),
	);
	expect(result).toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded' } } });
	expect(polls).toEqual([60_000]);
});

it('what a channel tells is what a wait that is over gives', async () => {
	const { clock, poller: poller } = watch({ a: speaking(1_000, 20) });
	const result = await clock.until(poller.wait('a', { deadline: 5_500 }));
	expect(result).toMatchObject({ ended: false, snapshot: { job: { status: 'running', completed: 5 } } });
});

it('an end that the channel itself tells needs no poll', async () => {
	const {
		clock,
		polls,
		poller: poller,
	} = watch({
		a: async function* (time, signal) {
			yield snapshotOf('a', 'running');
			await time.sleep(3_000, signal);
			yield snapshotOf('a', 'succeeded');
		},
	});
	await clock.until(
		poller.wait('a', { ...forever, known: snapshotOf('a', 'queued', { createdAt: new Date(0).toISOString() }) }),
	);
	expect(clock.now()).toBe(3_000);
	expect(polls).toEqual([]);
});

it.each([
	[
		'is refused',
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
] as Array<[string, Script]>)('a channel that %s leaves the job to the polls, at once', async (_what, script) => {
	const { clock, polls, opened, poller: poller } = watch({ a: script }, 4_000);
	await clock.until(poller.wait('a', forever));
	expect(clock.now()).toBeLessThan(5_000);
	expect(polls.length).toBeGreaterThan(2);
	expect(opened).toEqual(['a']);
});

it('a channel that goes quiet is not waited for: polls begin beside it', async () => {
	const {
		clock,
		polls,
		poller: poller,
	} = watch(
		{
			a: async function* (time, signal) {
				yield snapshotOf('a', 'running');
				yield* silence(time, signal);
			},
		},
		20_000,
	);
	await clock.until(
		poller.wait('a', { ...forever, known: snapshotOf('a', 'queued', { createdAt: new Date(0).toISOString() }) }),
	);
	expect(polls[0]).toBe(15_000);
	expect(clock.now()).toBeLessThan(25_000);
});

it('the channel is closed with the last who waits', async () => {
	let closed = false;
	const { clock, poller: poller } = watch({
		a: async function* (time, signal) {
			signal?.addEventListener('abort', () => (closed = true));
			yield* silence(time, signal);
		},
	});
	const stop = new AbortController();
	const wait = poller.wait('a', { ...forever, signal: stop.signal });
	await settle();
	stop.abort();
	await expect(wait).rejects.toMatchObject({ code: 'canceled' });
	expect(closed).toBe(true);
	await clock.advance(60_000);
});

it('only so many channels are open at once; the other jobs are polled', async () => {
	const { clock, opened, poller: poller } = watch({}, 3_000);
	await clock.until(Promise.all(Array.from({ length: 20 }, (_, n) => poller.wait(`job-${n}`, forever))));
	expect(opened).toHaveLength(8);
});
