import fc from 'fast-check';
import { Durations } from './durations';

const filled = (...seen: number[]) => {
	const durations = new Durations();
	for (const ms of seen) durations.record('a', ms);
	return durations;
};

it('expects nothing before enough jobs of a kind were seen, and nothing of other kinds', () => {
	expect(filled(1, 2, 3, 4, 5).expect('a')).toBeUndefined();
	const durations = filled(...Array.from({ length: 20 }, (_, n) => 1_000 + n * 100));
	expect(durations.expect('a')).toMatchObject({ earliest: 900, typical: 2_000 });
	expect(durations.expect('b')).toBeUndefined();
});

it('follows a provider that becomes faster or slower', () => {
	const durations = filled(...Array.from({ length: 64 }, () => 10_000), ...Array.from({ length: 64 }, () => 1_000));
	expect(durations.expect('a')).toMatchObject({ earliest: 900, typical: 1_000 });
});

it('kinds that were not seen for longest are forgotten', () => {
	const durations = filled(...Array.from({ length: 8 }, () => 1_000));
	for (let n = 0; n < 200; n++) durations.record(`other ${n}`, 1);
	expect(durations.expect('a')).toBeUndefined();
});

it('the share that still runs falls with age: all before the first end, few after the last', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 8, maxLength: 64 }),
			fc.nat({ max: 1e6 }),
			fc.nat({ max: 1e6 }),
			(seen, a, b) => {
				const { running = () => Number.NaN, earliest = 0 } = filled(...seen).expect('a') ?? {};
				expect(running(Math.max(a, b))).toBeLessThanOrEqual(running(Math.min(a, b)) + 1e-12);
				expect(running(earliest)).toBe(1);
				expect(running(Math.max(...seen))).toBeLessThanOrEqual(1 / 9);
				expect(running(a)).toBeGreaterThan(0);
			},
		),
	);
});

it('half of the jobs still run at the median duration', () => {
	const { running = () => Number.NaN } =
		filled(...Array.from({ length: 64 }, (_, n) => 1_000 + n * 10)).expect('a') ?? {};
	expect(running(1_320)).toBeCloseTo(0.5, 1);
});

it('is relied on from the sixth duration on', () => {
	expect(filled(1, 2, 3, 4, 5, 6).expect('a')).toMatchObject({ earliest: 0.9, typical: 4, longest: 6 });
});

it('gives the share that still runs: equal parts between the durations seen, a tail that falls with the square', () => {
	const { running = () => Number.NaN } = filled(3_000, 1_000, 6_000, 2_000, 5_000, 4_000).expect('a') ?? {};
	const shares = [0, 900, 950, 1_000, 1_500, 2_000, 4_750, 6_000, 12_000, 60_000].map((age) => running(age));
	const expected = [1, 1, 1 - 0.5 / 7, 6 / 7, 5.5 / 7, 5 / 7, 2.25 / 7, 1 / 7, 1 / 28, 1 / 700];
	for (const [index, share] of expected.entries()) expect(shares[index]).toBeCloseTo(share, 10);
});

it('of equal durations all end in the tenth before it, and the rest later', () => {
	const { running = () => Number.NaN } = filled(...Array.from({ length: 6 }, () => 1_000)).expect('a') ?? {};
	expect([900, 950, 1_000, 2_000].map((age) => running(age))).toEqual([1, 1 - 0.5 / 7, 1 / 7, 1 / 28]);
});

it('remembers the last 64 of a kind, in their order, and puts earlier ones before them', () => {
	const durations = filled(...Array.from({ length: 70 }, (_, n) => n));
	expect(durations.of('a')).toEqual(Array.from({ length: 64 }, (_, n) => n + 6));
	const few = filled(3, 4);
	few.prepend('a', [1, 2]);
	expect(few.of('a')).toEqual([1, 2, 3, 4]);
	few.prepend(
		'a',
		Array.from({ length: 100 }, () => 0),
	);
	expect(few.of('a').slice(-5)).toEqual([0, 1, 2, 3, 4]);
	expect(few.of('a')).toHaveLength(64);
	expect(few.of('b')).toEqual([]);
});

it('remembers 200 kinds; one that is seen again stays', () => {
	const durations = filled(1);
	for (let n = 0; n < 199; n++) durations.record(`other ${n}`, 1);
	expect(durations.kinds()).toHaveLength(200);
	durations.record('a', 2);
	durations.record('one more', 1);
	expect(durations.kinds()).toHaveLength(200);
	expect(durations.of('a')).toEqual([1, 2]);
	expect(durations.of('other 0')).toEqual([]);
	expect(durations.of('other 1')).toEqual([1]);
});
