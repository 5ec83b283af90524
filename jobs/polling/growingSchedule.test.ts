import fc from 'fast-check';
import { VirtualClock } from '../../test/support/virtualClock';
import { growing, GrowingSchedule, nextPollMs, pollFloorMs } from './growingSchedule';

it.each([
	[null, 500],
	[60, 2_000],
	[120, 1_000],
	[600, 500],
	[1, 120_000],
])('with %j requests a minute no job is polled more often than every %i ms', (requestsPerMinute, ms) => {
	expect(pollFloorMs(requestsPerMinute)).toBe(ms);
});

it('polling one job never takes more than half of the requests allowed', () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 10_000 }), (limit) => {
			expect(60_000 / pollFloorMs(limit)).toBeLessThanOrEqual((limit / 2) * (1 + 1e-9));
		}),
	);
});

it.each([
	[0, 500, 0.5, 500],
	[10_000, 500, 0.5, 1_200],
	[10_000, 500, 0, 1_080],
	[10_000, 500, 1, 1_320],
	[600_000, 500, 0.5, 10_000],
	[600_000, 500, 1, 11_000],
	[10_000, 2_000, 0.5, 2_000],
	[10_000, 2_000, 0, 2_000],
])(
	'at an age of %i ms with a floor of %i ms and chance %d the next poll comes after %d ms',
	(ageMs, floorMs, chance, ms) => {
		expect(nextPollMs(ageMs, floorMs, () => chance)).toBeCloseTo(ms, 6);
	},
);

it('no pause is below the floor, above the cap with its jitter, or shorter for an older job', () => {
	const ages = fc.integer({ min: 0, max: 86_400_000 });
	fc.assert(
		fc.property(
			ages,
			ages,
			fc.constantFrom(500, 2_000, 120_000),
			fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
			(a, b, floorMs, chance) => {
				const pause = (age: number) => nextPollMs(age, floorMs, () => chance);
				expect(pause(a)).toBeGreaterThanOrEqual(floorMs);
				expect(pause(a)).toBeLessThanOrEqual(Math.max(floorMs, growing.maxPauseMs * 1.1));
				expect(pause(Math.max(a, b))).toBeGreaterThanOrEqual(pause(Math.min(a, b)));
			},
		),
	);
});

it('each job is polled at its own time, and observations do not change it', () => {
	const schedule = new GrowingSchedule({ clock: new VirtualClock(10_000), random: () => 0.5, requestsPerMinute: 60 });
	const job = { id: 'a', since: 10_000, lastRunning: null };
	expect(schedule.minPauseMs).toBe(2_000);
	expect(schedule.firstPollAt(job, 1_000)).toBe(12_000);
	expect(schedule.firstPollAt(job, 3_000)).toBe(10_000);
	expect(schedule.firstPollAt(job, Number.NaN)).toBe(10_000);
	expect(schedule.nextPollAt({ ...job, since: -40_000 })).toBe(16_000);
	expect(schedule.sharedPollAt()).toBe(Number.POSITIVE_INFINITY);
	expect(schedule.endSeen()).toBe(false);
});
