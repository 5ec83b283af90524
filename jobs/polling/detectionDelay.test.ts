import fc from 'fast-check';
import { Durations } from './durations';
import { type Running, worthPollingAt as worthPollingAt } from './detectionDelay';

const durations = new Durations();
for (let n = 0; n < 64; n++) durations.record('a', 1_000 + (n * 2_000) / 63);
const expectation = durations.expect('a');
if (!expectation) throw new Error('Enough were seen');
const job = (since: number, seenAt = since): Running => ({ since, seenAt, expectation });
const forever = Number.POSITIVE_INFINITY;

it('nobody is looked at before the first can have ended', () => {
	expect(worthPollingAt([job(0)], forever)).toBeGreaterThan(900);
	expect(worthPollingAt([job(0), job(500)], forever)).toBeGreaterThan(900);
	expect(worthPollingAt([], forever)).toBe(forever);
});

it('the more run together, the sooner a look is worth it', () => {
	const together = (count: number) =>
		worthPollingAt(
			Array.from({ length: count }, () => job(0, 1_500)),
			forever,
		);
	expect(together(5)).toBeLessThanOrEqual(together(1) + 50);
	expect(together(50)).toBeLessThan(together(5));
	// Of very many a sample stands for all.
	expect(Math.abs(together(1_000) - together(1_024))).toBeLessThan(50);
});

it('one that takes longer than all before is looked at ever more rarely', () => {
	const pause = (age: number) => worthPollingAt([job(0, age)], forever) - age;
	expect(pause(10_000)).toBeGreaterThan(pause(5_000));
	expect(pause(100_000)).toBeGreaterThan(2 * pause(10_000));
	expect(worthPollingAt([job(0, 100_000_000)], 60_000)).toBeLessThanOrEqual(100_060_000);
});

it('property: a look is never due before a job was seen, nor later than is allowed', () => {
	const any = fc
		.record({ since: fc.nat(10_000), after: fc.nat(20_000) })
		.map(({ since, after }) => job(since, since + after));
	fc.assert(
		fc.property(
			fc.array(any, { minLength: 1, maxLength: 200 }),
			fc.integer({ min: 100, max: 60_000 }),
			(jobs, mostMs) => {
				const at = worthPollingAt(jobs, mostMs);
				expect(at).toBeGreaterThanOrEqual(Math.min(...jobs.map(({ seenAt }) => seenAt)));
				expect(at).toBeLessThanOrEqual(Math.max(...jobs.map(({ seenAt }) => seenAt + mostMs)));
			},
		),
	);
});
