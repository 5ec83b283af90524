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
