import fc from 'fast-check';
import { Durations } from './durations';
import { type RunningJob, scarcePauseMs, worthPollingAt } from './detectionDelay';

const durations = new Durations();
for (let n = 0; n < 64; n++) durations.record('a', 1_000 + (n * 2_000) / 63);
const expectation = durations.expect('a');
if (!expectation) throw new Error('Enough were seen');
const job = (since: number, seenAt = since): RunningJob => ({ since, seenAt, expectation });
const forever = Number.POSITIVE_INFINITY;

it('no job is polled before the first can have ended', () => {
	expect(worthPollingAt([job(0)], forever)).toBeGreaterThan(900);
	expect(worthPollingAt([job(0), job(500)], forever)).toBeGreaterThan(900);
	expect(worthPollingAt([], forever)).toBe(forever);
});

it('the more jobs run together, the sooner a poll is worth its request', () => {
	const together = (count: number) =>
		worthPollingAt(
			Array.from({ length: count }, () => job(0, 1_500)),
			forever,
		);
	expect(together(5)).toBeLessThanOrEqual(together(1) + 50);
	expect(together(50)).toBeLessThan(together(5));
	// With very many jobs, the calculation uses a sample of them.
	expect(Math.abs(together(1_000) - together(1_024))).toBeLessThan(50);
});

it('a job that runs longer than all before is polled ever more rarely', () => {
	const pause = (age: number) => worthPollingAt([job(0, age)], forever) - age;
	expect(pause(10_000)).toBeGreaterThan(pause(5_000));
	expect(pause(100_000)).toBeGreaterThan(2 * pause(10_000));
	expect(worthPollingAt([job(0, 100_000_000)], 60_000)).toBeLessThanOrEqual(100_060_000);
});

it('property: a poll is never due before a job was seen, nor later than allowed', () => {
	const any = fc
		.record({ since: fc.nat(10_000), after: fc.nat(20_000) })
		.map(({ since, after }) => job(since, since + after));
	fc.assert(
		fc.property(
			fc.array(any, { minLength: 1, maxLength: 200 }),
			fc.integer({ min: 100, max: 60_000 }),
			(jobs, maxMs) => {
				const at = worthPollingAt(jobs, maxMs);
				expect(at).toBeGreaterThanOrEqual(Math.min(...jobs.map(({ seenAt }) => seenAt)));
				expect(at).toBeLessThanOrEqual(Math.max(...jobs.map(({ seenAt }) => seenAt + maxMs)));
			},
		),
	);
});

it('polls of a single job come each time it has ended with a probability of a third', () => {
	// A third of the jobs of 1 to 3 s has ended at 1.7 s, a third of the others at 2.1 s, and so on.
	const first = worthPollingAt([job(0)], forever);
	expect(1 - expectation.running(first)).toBeCloseTo(0.33, 1);
	const second = worthPollingAt([job(0, first)], forever);
	expect(1 - expectation.running(second) / expectation.running(first)).toBeCloseTo(0.33, 1);
});

it('a poll of five jobs that began together is due when 1.1 of them have probably ended', () => {
	const at = worthPollingAt(
		[0, 0, 0, 0, 0].map(() => job(0)),
		forever,
	);
	expect(5 * (1 - expectation.running(at))).toBeCloseTo(1.1, 1);
});

it('where slots and requests are scarce, the pause is the longer the fewer requests there are', () => {
	const pause = (requestsPerMinute: number) => scarcePauseMs({ requestsPerMinute, inFlight: 5 }, expectation);
	expect(pause(60)).toBeGreaterThan(pause(120));
	expect(pause(120)).toBeGreaterThan(pause(1_200));
	// If there are fewer requests than even the rarest polls need, the pause is the typical duration.
	expect(pause(1)).toBe(expectation.typical);
});

it('the longest time from when a job was last seen counts, also where no job can have ended by then', () => {
	expect(worthPollingAt([job(0)], 500)).toBe(500);
	expect(worthPollingAt([job(0, 200), job(0)], 500)).toBe(500);
	expect(worthPollingAt([job(0), job(0, 300)], 1_200)).toBeLessThanOrEqual(1_200);
});

it.each([2, 3, 4, 5, 6, 20, 80])('a poll of %d jobs that began together is due at its share of ends', (count) => {
	const together = Array.from({ length: count }, () => job(0));
	const at = worthPollingAt(together, forever);
	// The expected number of ends grows in equal steps from 0.33 (one job) to 1.1 (five jobs), then with the square
	// root.
	const enough = count <= 5 ? 0.33 + (0.77 / 4) * (count - 1) : 1.1 * Math.sqrt(count / 5);
	const ended = (moment: number) => count * (1 - expectation.running(moment));
	expect(ended(at)).toBeGreaterThanOrEqual(enough);
	// The precision of the search is half a percent of the typical duration.
	expect(ended(at - expectation.typical / 100)).toBeLessThan(enough);
});

it('only what a job has run since it was last seen can end: one just seen adds nothing', () => {
	const at = worthPollingAt([job(0, 1_500), job(1_400, 1_500)], forever);
	expect(at).toBeGreaterThan(1_500);
	const alone = worthPollingAt([job(0, 1_500)], forever);
	expect(at).toBeGreaterThan(alone);
});

it('the pause between scarce requests makes the most jobs of all pauses', () => {
	/** Jobs made per ms with a given pause, from the shares of jobs that still run at each poll. */
	const madePerMs = (pauseMs: number, requestsPerMinute: number, inFlight: number) => {
		let heldMs = 0;
		for (let polls = 0; polls < 10_000; polls++) {
			const share = polls === 0 ? 1 : expectation.running(polls * pauseMs);
			if (share <= 0.01) break;
			heldMs += pauseMs * share;
		}
		return Math.min(inFlight / heldMs, requestsPerMinute / 60_000 - 1 / pauseMs);
	};
	for (const [requestsPerMinute, inFlight] of [
		[60, 5],
		[120, 2],
		[600, 50],
		[300, 1],
	] as const) {
		const chosen = scarcePauseMs({ requestsPerMinute, inFlight }, expectation);
		expect(chosen).toBeGreaterThanOrEqual(expectation.typical / 20);
		expect(chosen).toBeLessThanOrEqual(5 * expectation.typical);
		const made = madePerMs(chosen, requestsPerMinute, inFlight);
		for (let share = 0.05; share <= 5; share += 0.01)
			expect(madePerMs(share * expectation.typical, requestsPerMinute, inFlight)).toBeLessThanOrEqual(
				1.05 * made,
			);
	}
});
