import fc from 'fast-check';
import { Durations } from './durations';
import { learnedPauseMs, schedule } from './schedule';

const filled = (...seen: number[]) => {
	const durations = new Durations();
	for (const ms of seen) durations.record('a', ms);
	return durations;
};

it('says nothing before enough jobs of a kind were seen, and nothing of other kinds', () => {
	expect(filled(1, 2, 3, 4, 5, 6, 7).expect('a')).toBeUndefined();
	const durations = filled(...Array.from({ length: 20 }, (_, n) => 1_000 + n * 100));
	expect(durations.expect('a')).toEqual({ earliest: 900, typical: 2_000, latest: 2_900 });
	expect(durations.expect('b')).toBeUndefined();
});

it('follows a provider that becomes quicker or slower', () => {
	const durations = filled(...Array.from({ length: 64 }, () => 10_000), ...Array.from({ length: 64 }, () => 1_000));
	expect(durations.expect('a')).toEqual({ earliest: 900, typical: 1_000, latest: 1_000 });
});

it('kinds that were not seen for longest are forgotten', () => {
	const durations = filled(...Array.from({ length: 8 }, () => 1_000));
	for (let n = 0; n < 200; n++) durations.record(`other ${n}`, 1);
	expect(durations.expect('a')).toBeUndefined();
});

it('the pause is a fifth of what is typical, never below the floor, and longer for one that is late', () => {
	const expectation = { earliest: 8_000, typical: 10_000, latest: 15_000 };
	expect([learnedPauseMs(expectation, 9_000, 200), learnedPauseMs(expectation, 9_000, 5_000), learnedPauseMs(expectation, 65_000, 200)]).toEqual([2_000, 5_000, 8_000]);
	fc.assert(fc.property(fc.nat({ max: 1e7 }), fc.nat({ max: 1e7 }), fc.nat({ max: 120_000 }), (typical, ageMs, floorMs) => {
		const pause = learnedPauseMs({ earliest: typical / 2, typical, latest: typical * 2 }, ageMs, floorMs);
		expect(pause).toBeGreaterThanOrEqual(Math.max(floorMs, schedule.learnedFastestMs));
		expect(pause).toBeLessThanOrEqual(Math.max(floorMs, schedule.learnedCapMs));
	}));
});
