import { VirtualClock } from '../../test/support/virtualClock';
import { AdaptiveSchedule } from './adaptiveSchedule';
import { Durations, type Expectation } from './durations';
import type { ScheduleFacts } from './pollSchedule';
import { PushTrust } from './pushTrust';

const durations = new Durations();
for (let n = 0; n < 20; n++) durations.record('a', 1_000 + n * 100);
const expectation = expected();

function expected(): Expectation {
	const expectation = durations.expect('a');
	if (!expectation) throw new Error('Enough were seen');
	return expectation;
}

const job = (id: string) => ({ id, since: 0, lastRunning: null });

/** A schedule that knows the durations of the given jobs. */
function scheduleOf(known: ReadonlySet<string>, more: Partial<ScheduleFacts> = {}) {
	const facts: ScheduleFacts = {
		clock: new VirtualClock(0),
		random: () => 0.5,
		bulk: true,
		requestsPerMinute: 240,
		expected: (id) => (known.has(id) ? { ...expectation, since: 0 } : undefined),
		scarce: () => undefined,
		trust: new PushTrust(),
		...more,
	};
	return new AdaptiveSchedule(facts);
}

it('a job whose kind was forgotten is polled, although it had no own time', () => {
	const known = new Set(['a', 'b']);
	const schedule = scheduleOf(known);
	expect(schedule.firstPollAt(job('a'), Number.NaN)).toBe(Number.POSITIVE_INFINITY);
	const together = schedule.sharedPollAt([job('a'), job('b')], 100);
	expect(together).toBeGreaterThan(900);
	known.delete('b');
	expect(schedule.sharedPollAt([job('a'), job('b')], 100)).toBe(600);
	expect(schedule.nextPollAt(job('b'))).toBeLessThan(1_000);
});

it('where ends are announced, a job is polled when its announcement is overdue', () => {
	const trust = new PushTrust();
	for (let n = 0; n < 4; n++) trust.announced();
	const schedule = scheduleOf(new Set(['a']), { trust });
	expect(schedule.firstPollAt(job('a'), 0)).toBeCloseTo(2_900 * 1.1, 6);
	expect(schedule.firstPollAt(job('strange'), 0)).toBe(15_000);
	expect(schedule.firstPollAt(job('strange'), Number.NaN)).toBe(0);
});

it('reports that all times change when announcements begin to be relied on, and when one was missing', () => {
	const schedule = scheduleOf(new Set());
	expect([1, 2, 3, 4, 5].map(() => schedule.endSeen('announced'))).toEqual([false, false, false, true, false]);
	expect(schedule.endSeen('polled')).toBe(true);
	expect(schedule.endSeen('polled')).toBe(false);
});

it('if each job costs a request, a job of a known kind is polled at its own time', () => {
	const schedule = scheduleOf(new Set(['a']), { bulk: false });
	const at = schedule.firstPollAt(job('a'), Number.NaN);
	expect(at).toBeGreaterThan(1_000);
	expect(at).toBeLessThan(2_000);
	expect(schedule.sharedPollAt([], 0)).toBe(Number.POSITIVE_INFINITY);
});

it('pauses are longer where polls take requests that submits wait for', () => {
	const scarce = { requestsPerMinute: 60, inFlight: 1 };
	const late = { id: 'a', since: 0, lastRunning: 2_800 };
	const free = scheduleOf(new Set(['a'])).sharedPollAt([late], 2_800);
	expect(scheduleOf(new Set(['a']), { scarce: () => scarce }).sharedPollAt([late], 2_800)).toBeGreaterThan(free);
});
