import fc from 'fast-check';
import { BucketRate, type Rate, WindowRate } from './rates';

const windowMs = 60_500;

/** The times at which `count` requests are sent, if each is sent as soon as the rate allows. */
function greedy(rate: Rate, count: number, from = 0): number[] {
	const moments: number[] = [];
	let now = from;
	while (moments.length < count) {
		const pause = rate.pauseMs(now);
		now += pause;
		if (pause > 0) continue;
		rate.countRequest(now);
		moments.push(now);
	}
	return moments;
}

/** The largest number of requests in any window of the given length. */
const maxInWindow = (moments: readonly number[], length: number) =>
	Math.max(...moments.map((start) => moments.filter((at) => at >= start && at < start + length).length));

describe('WindowRate', () => {
	it.each([
		[1, 1],
		[2, 1],
		[3, 1],
		[5, 2],
		[60, 30],
	])('of %d per minute lets %d go at once', (perMinute, atOnce) => {
		expect(greedy(WindowRate.perMinute(perMinute), perMinute).filter((at) => at === 0)).toHaveLength(atOnce);
	});

	it('spreads the requests after the burst evenly over the window', () => {
		const moments = greedy(WindowRate.perMinute(8), 13);
		expect(moments).toEqual([0, 0, 0, 0, 12_100, 24_200, 36_300, 48_400, 60_500, 60_500, 60_500, 60_500, 72_600]);
	});

	it('keeps every window within the limit', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 30 }),
				fc.integer({ min: 0, max: 1_000_000 }),
				fc.integer({ min: 1, max: 100 }),
				(perMinute, from, count) => {
					const moments = greedy(WindowRate.perMinute(perMinute), count, from);
					expect(moments[0]).toBe(from);
					expect(maxInWindow(moments, windowMs)).toBeLessThanOrEqual(perMinute);
				},
			),
		);
	});

	it.each([1, 2, 3, 7, 30])('uses all of %d per minute under steady demand', (perMinute) => {
		const moments = greedy(WindowRate.perMinute(perMinute), 10 * perMinute + 1);
		expect(moments.at(-1)).toBeLessThan(10 * windowMs + 100);
	});

	it('allows all requests of a learned window at once', () => {
		expect(greedy(WindowRate.of({ count: 3, windowMs: 1_000 }), 7)).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000]);
	});

	it('gives the pause without counting a request: later, the rest of it is left', () => {
		const rate = WindowRate.of({ count: 1, windowMs: 1_000 });
		rate.countRequest(100);
		expect([100, 400.5, 1_099, 1_100].map((now) => rate.pauseMs(now))).toEqual([1_000, 700, 1, 0]);
	});

	it('counts requests before a change against the new limit', () => {
		const rate = WindowRate.of({ count: 5, windowMs: 1_000 });
		for (const at of [0, 100, 200, 300]) rate.countRequest(at);
		rate.change({ count: 2, windowMs: 1_000 });
		// Only one of the four requests may remain in the window, so the pause ends when the third one leaves it.
		expect(rate.pauseMs(300)).toBe(900);
		expect(rate.pauseMs(1_200)).toBe(0);
		rate.change({ count: 6, windowMs: 1_000 });
		expect(rate.pauseMs(300)).toBe(0);
	});

	it('uses the window of the new limit', () => {
		const rate = WindowRate.of({ count: 1, windowMs: 1_000 });
		rate.countRequest(0);
		rate.change({ count: 1, windowMs: 5_000 });
		expect(rate.pauseMs(0)).toBe(5_000);
		expect(rate.pauseMs(4_999)).toBe(1);
		expect(rate.pauseMs(5_000)).toBe(0);
	});

	it('stays exact over thousands of requests, and forgets them all after a quiet window', () => {
		const rate = WindowRate.of({ count: 700, windowMs: 1_000 });
		const moments = greedy(rate, 2_801);
		expect(new Set(moments)).toEqual(new Set([0, 1_000, 2_000, 3_000, 4_000]));
		expect(maxInWindow(moments, 1_000)).toBe(700);
		expect(greedy(rate, 701, 9_000).filter((at) => at === 9_000)).toHaveLength(700);
	});
});

describe('BucketRate', () => {
	it('allows its capacity at once and then one request per share of the minute', () => {
		expect(greedy(new BucketRate(60, 3), 6)).toEqual([0, 0, 0, 1_000, 2_000, 3_000]);
	});

	it('fills up with time, and never beyond its capacity', () => {
		const rate = new BucketRate(60, 3);
		greedy(rate, 3);
		expect(greedy(rate, 3, 2_000)).toEqual([2_000, 2_000, 3_000]);
		expect(greedy(rate, 5, 1_000_000)).toEqual([1_000_000, 1_000_000, 1_000_000, 1_001_000, 1_002_000]);
	});

	it('gives a pause of at least 1 ms while a token is missing', () => {
		const rate = new BucketRate(60_000, 1);
		rate.pauseMs(0);
		rate.countRequest();
		expect(rate.pauseMs(0.5)).toBe(1);
		expect(rate.pauseMs(1)).toBe(0);
	});

	it('allows at any time what the capacity and the rate add up to since the beginning', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 600 }),
				fc.integer({ min: 1, max: 20 }),
				fc.integer({ min: 1, max: 100 }),
				(perMinute, burst, count) => {
					const moments = greedy(new BucketRate(perMinute, burst), count);
					for (const [index, at] of moments.entries()) {
						const due = (Math.max(0, index + 1 - burst) * 60_000) / perMinute;
						expect(at).toBeGreaterThanOrEqual(due - 0.001);
						expect(at).toBeLessThanOrEqual(due + index + 1);
					}
				},
			),
		);
	});
});
