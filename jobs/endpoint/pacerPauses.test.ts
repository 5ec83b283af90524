import { toImageError } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import type { Clock } from '../runtime/clock';
import { Pacer } from './pacer';

/** A pacer in a pause, and the signals of its sleeps. */
function paused(untilMs: number) {
	const clock = new VirtualClock(0);
	const signals: AbortSignal[] = [];
	const noting: Clock = {
		now: () => clock.now(),
		date: () => clock.date(),
		sleep: (ms, signal) => {
			if (signal) signals.push(signal);
			return clock.sleep(ms, signal);
		},
	};
	const pacer = new Pacer(null, noting);
	pacer.pauseUntil(untilMs);
	return { clock, pacer, signals };
}

it('a pause ends when the last request that waits is stopped, and not before', async () => {
	const { pacer, signals } = paused(10_000);
	const stops = [new AbortController(), new AbortController()];
	const waits = stops.map(({ signal }) => pacer.take(signal).catch((thrown: unknown) => toImageError(thrown).code));
	await settle();
	expect([pacer.waiting, signals.length]).toEqual([2, 1]);
	stops[0]?.abort();
	await settle();
	expect([pacer.waiting, signals.length, signals[0]?.aborted]).toEqual([1, 1, false]);
	stops[1]?.abort();
	await settle();
	expect([pacer.waiting, signals[0]?.aborted]).toEqual([0, true]);
	expect(await Promise.all(waits)).toEqual(['canceled', 'canceled']);
});

it('a request after an ended pause still keeps the time that the provider requested', async () => {
	const { clock, pacer } = paused(10_000);
	const stop = new AbortController();
	const stopped = pacer.take(stop.signal).catch(() => undefined);
	await settle();
	stop.abort();
	await stopped;
	pacer.pauseUntil(5_000);
	expect(pacer.pausedUntil).toBe(10_000);
	await clock.until(pacer.take());
	expect(clock.now()).toBe(10_000);
});

it('an endpoint is idle from its last use or request on, and not while a request waits', async () => {
	const { clock, endpoint } = fakeEndpoint({ requestsPerMinute: 1 });
	clock.jump(1_000);
	endpoint.use();
	expect(endpoint.idleSince).toBe(1_000);
	const poll = () => endpoint.read(async (session) => await session.poll?.([], {}));
	await clock.until(poll());
	const waits = poll();
	await settle();
	expect([endpoint.load, endpoint.idleSince]).toEqual([{ jobsInFlight: 0, waiting: 1 }, null]);
	await clock.until(waits);
	expect(endpoint.idleSince).toBe(clock.now());
	expect(clock.now()).toBeGreaterThan(1_000);
});
