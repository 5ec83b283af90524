import fc from 'fast-check';
import type { ApiAnswer } from '../../http/apiClient';
import type { Json } from '../../memory/memory';
import type { ProviderAdapter } from '../../providers/provider';
import { endpointOver } from '../../test/support/endpointOver';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { transportOf } from '../../test/support/transport';
import { VirtualClock } from '../../test/support/virtualClock';
import { LearnedRate } from './learnedRate';

/** A moment and its date are the same. */
const same = (time: number) => time;

/** Adds `count` accepted requests at equal intervals, beginning at `from`. */
const accepted = (rate: LearnedRate, count: number, from: number, everyMs = 10) => {
	for (let n = 0; n < count; n++) rate.accept(from + n * everyMs);
};

it('a provider without rate-limited answers has no limit', () => {
	const rate = new LearnedRate();
	accepted(rate, 10_000, 0);
	expect(rate.limit(100_000)).toBeNull();
});

it('a single rate-limited answer sets no limit, however many requests were sent with it', () => {
	const rate = new LearnedRate();
	accepted(rate, 60, 0);
	for (let n = 0; n < 20; n++) rate.rateLimited(600 + n, 700 + n, 5_000);
	expect(rate.limit(800)).toBeNull();
	accepted(rate, 20, 6_000, 5_000);
	expect(rate.limit(110_000)).toBeNull();
});

it('rate-limited answers far apart set no limit', () => {
	const rate = new LearnedRate();
	for (let round = 0; round < 5; round++) {
		accepted(rate, 100, round * 300_000, 1_000);
		rate.rateLimited(round * 300_000 + 100_000, round * 300_000 + 100_000, 1_000);
	}
	expect(rate.limit(1_500_000)).toBeNull();
});

it.each([
	['a count a minute', { count: 60, windowMs: 60_000, limitedAfterMs: 600, retryAfterMs: 59_400 }],
	['a count a second', { count: 10, windowMs: 1_000, limitedAfterMs: 50, retryAfterMs: 950 }],
	['a few a minute', { count: 2, windowMs: 60_000, limitedAfterMs: 100, retryAfterMs: 59_900 }],
])(
	'requests accepted between rate-limited answers give the limit: %s',
	(_name, { count, windowMs, limitedAfterMs, retryAfterMs }) => {
		const rate = new LearnedRate();
		for (let round = 0; round < 4; round++) {
			accepted(rate, count, round * windowMs, 1);
			rate.rateLimited(round * windowMs + limitedAfterMs, round * windowMs + limitedAfterMs, retryAfterMs);
		}
		const limit = rate.limit(4 * windowMs);
		// The limit allows at once the number that was accepted at once. Its rate is a little lower than the
		// provider's.
		expect(limit).toEqual({ count, windowMs: expect.any(Number) as number });
		expect(limit?.windowMs).toBeGreaterThanOrEqual(windowMs);
		expect(limit?.windowMs).toBeLessThan(windowMs * 1.2);
	},
);

it('the limit of a provider without `Retry-After` is learned from what it accepts later', () => {
	const rate = new LearnedRate();
	for (let round = 0; round < 3; round++) {
		accepted(rate, 60, round * 60_000, 10);
		for (const at of [1_000, 2_200, 4_600, 9_400, 19_000, 38_200])
			rate.rateLimited(round * 60_000 + at, round * 60_000 + at, at === 38_200 ? 21_800 : at + 200);
	}
	expect(rate.perMinute(181_000)).toBeGreaterThan(45);
	expect(rate.perMinute(181_000)).toBeLessThanOrEqual(60);
});

/** A rate that has learned sixty per minute, most recently at 120 s. */
const learned = () => {
	const rate = new LearnedRate();
	for (let round = 0; round < 2; round++) {
		accepted(rate, 60, round * 60_000);
		rate.rateLimited(round * 60_000 + 600, round * 60_000 + 600, 59_400);
	}
	return rate;
};

it('a limit that is too high is lowered once for each pause, and rises again with time', () => {
	const rate = learned();
	const first = rate.perMinute(120_000) ?? 0;
	expect(first).toBeGreaterThan(50);
	accepted(rate, 30, 120_000);
	for (let n = 0; n < 50; n++) rate.rateLimited(120_400, 120_500 + n, 59_500);
	const second = rate.perMinute(180_000) ?? 0;
	expect(second).toBeLessThan(first * 0.6);
	expect(second).toBeGreaterThan(25);
	expect(rate.perMinute(190_000 + 10 * 60_000)).toBeGreaterThan(first);
	expect(rate.perMinute(180_000 + 24 * 3_600_000)).toBeNull();
});

it('is saved over a restart with its age', () => {
	const before = learned();
	const kept = JSON.parse(JSON.stringify(before.snapshot(same))) as Json;
	for (const later of [120_000, 600_000, 86_400_000]) {
		const after = new LearnedRate();
		after.restore(kept, same);
		expect(after.limit(later)).toEqual(learned().limit(later));
	}
	const knowsBetter = new LearnedRate();
	for (let round = 0; round < 2; round++) {
		accepted(knowsBetter, 10, round * 60_000);
		knowsBetter.rateLimited(round * 60_000 + 600, round * 60_000 + 600, 59_400);
	}
	knowsBetter.restore(kept, same);
	expect(knowsBetter.limit(120_000)?.count).toBe(10);
	for (const damaged of [
		null,
		7,
		'x',
		[],
		{},
		{ count: -1, windowMs: 5, since: 0 },
		{ count: 5, windowMs: 0, since: 0 },
		{ count: 5, windowMs: 60_000, since: 'x' },
	]) {
		const rate = new LearnedRate();
		rate.restore(damaged, same);
		expect(rate.limit(0)).toBeNull();
	}
});

it('is always a whole number and at least one a minute', () => {
	const event = fc.record({ after: fc.nat(90_000), rateLimited: fc.boolean(), retryAfterMs: fc.nat(120_000) });
	fc.assert(
		fc.property(fc.array(event, { maxLength: 200 }), (events) => {
			const rate = new LearnedRate();
			let now = 0;
			for (const { after, rateLimited, retryAfterMs } of events) {
				now += after;
				if (rateLimited) rate.rateLimited(now, now, retryAfterMs);
				else rate.accept(now);
				const perMinute = rate.perMinute(now);
				expect(perMinute === null || (Number.isInteger(perMinute) && perMinute >= 1)).toBe(true);
				const limit = rate.limit(now);
				expect(
					limit === null || (Number.isInteger(limit.count) && limit.count >= 1 && limit.windowMs >= 1_000),
				).toBe(true);
			}
		}),
	);
});

it.each([
	['sixty a minute', 60, 60_000],
	['ten a second', 10, 1_000],
])(
	'a credential that names no limit and a provider of %s: few requests are rate limited, and little time is lost',
	async (_name, most, windowMs) => {
		const clock = new VirtualClock(0);
		const seen: number[] = [];
		let rateLimited = 0;
		const transport = transportOf(async (): Promise<ApiAnswer> => {
			const windowStart = Math.floor(clock.now() / windowMs) * windowMs;
			if (seen.filter((moment) => moment >= windowStart).length >= most) {
				rateLimited++;
				return {
					status: 429,
					headers: {
						'retry-after': String(Math.max(1, Math.ceil((windowStart + windowMs - clock.now()) / 1_000))),
					},
					text: '',
				};
			}
			seen.push(clock.now());
			return { status: 200, headers: {}, text: '' };
		});
		let paced = transport;
		const connect: ProviderAdapter['connect'] = (_config, own) => {
			paced = own;
			return { submit: async () => snapshotOf('x', 'succeeded'), isNotAccepted: () => false };
		};
		endpointOver({ clock, transport, connect });
		const requests = Math.max(10 * most, 400);
		const ask = async (): Promise<void> => {
			const { status } = await paced.send({ method: 'GET', path: '/' });
			if (status === 429) await ask();
		};
		// Eight requests at a time, like jobs in flight.
		let left = requests;
		const worker = async () => {
			while (left-- > 0) await ask();
		};
		await clock.until(Promise.all(Array.from({ length: 8 }, worker)), 24 * 3_600_000);
		expect(rateLimited).toBeLessThan(requests * 0.1);
		expect(clock.now()).toBeLessThan(1.3 * (requests / most) * windowMs);
	},
);

describe('a learned limit in numbers', () => {
	const minute = 60_000;
	/** A rate after two rate-limited answers, the second at 2 s, with `count` accepted requests between them. */
	const learned = (count: number) => {
		const rate = new LearnedRate();
		rate.rateLimited(0, 0, 1_000);
		accepted(rate, count, 1_000);
		rate.rateLimited(2_000, 2_000, 1_000);
		return rate;
	};
	// Five requests in the two seconds from the end of one pause to the end of the next, minus a margin of 5 %.
	const windowMs = 2_000 / 0.95;

	it('needs five accepted requests', () => {
		expect(learned(4).limit(2_000)).toBeNull();
		expect(learned(4).perMinute(2_000)).toBeNull();
		expect(learned(5).limit(2_000)).toEqual({ count: 5, windowMs: expect.closeTo(windowMs, 6) as number });
		expect(learned(5).perMinute(2_000)).toBe(142);
	});

	it('does not count requests that were sent before the end of the pause', () => {
		const rate = new LearnedRate();
		rate.rateLimited(0, 0, 1_000);
		accepted(rate, 100, 0);
		rate.rateLimited(2_000, 2_000, 1_000);
		expect(rate.limit(2_000)).toBeNull();
	});

	it('adds up over several pauses, and starts again after a conclusion', () => {
		const rate = new LearnedRate();
		rate.rateLimited(0, 0, 1_000);
		accepted(rate, 3, 1_000);
		rate.rateLimited(2_000, 2_000, 1_000);
		expect(rate.limit(2_000)).toBeNull();
		accepted(rate, 2, 3_000);
		rate.rateLimited(4_000, 4_000, 1_000);
		// Five requests in four seconds, three of them at once.
		expect(rate.limit(4_000)).toEqual({ count: 3, windowMs: expect.closeTo((3 * 4_000) / 5 / 0.95, 6) as number });
		accepted(rate, 4, 5_000);
		rate.rateLimited(6_000, 6_000, 1_000);
		expect(rate.limit(6_000)?.count).toBe(3);
	});

	it('grows by a tenth each minute without a rate-limited answer, however often it is read', () => {
		const seldom = learned(5);
		const often = learned(5);
		for (let now = 2_000; now <= 2_000 + 10 * minute; now += 7_000) often.limit(now);
		expect([0, minute - 1, minute, 2 * minute].map((ms) => learned(5).limit(2_000 + ms)?.count)).toEqual([
			5, 5, 5, 6,
		]);
		expect(seldom.perMinute(2_000 + 10 * minute)).toBe(Math.floor((5 * 1.1 ** 10 * minute) / windowMs));
		expect(often.perMinute(2_000 + 10 * minute)).toBe(seldom.perMinute(2_000 + 10 * minute));
	});

	it('is forgotten when it has grown a hundredfold', () => {
		expect(learned(5).limit(2_000 + 48 * minute)?.count).toBe(Math.floor(5 * 1.1 ** 48));
		expect(learned(5).limit(2_000 + 49 * minute)).toBeNull();
	});

	it('does not grow while answers are rate-limited', () => {
		const rate = learned(5);
		rate.rateLimited(2_500, 2_000 + minute - 1, 1_000);
		expect(rate.limit(2_000 + minute)?.count).toBe(5);
	});

	it.each([
		undefined,
		null,
		7,
		{ count: 0, windowMs: 1_000, since: 0 },
		{ count: 5, windowMs: 999, since: 0 },
		{ count: 5, windowMs: 1_000, since: -1 },
		{ count: '5', windowMs: 1_000, since: 0 },
		{ count: 5, windowMs: 1_000 },
		{ windowMs: 1_000, since: 0 },
	])('%j is not restored', (kept) => {
		const rate = new LearnedRate();
		rate.restore(kept, same);
		expect(rate.limit(0)).toBeNull();
	});

	it('the age of a saved limit goes on in a process whose clock has begun again', () => {
		const own = learned(5);
		const saved = JSON.parse(JSON.stringify(own.snapshot((moment) => moment + 1e12))) as Json;
		const next = new LearnedRate();
		next.restore(saved, (date) => date - 1e12 - 50 * minute);
		expect(next.limit(2_000 - 50 * minute)).toEqual(own.limit(2_000));
		expect(next.limit(2_000 - 40 * minute)).toEqual(own.limit(2_000 + 10 * minute));
	});

	it('is restored with its age, and never over what this process has learned', () => {
		const rate = new LearnedRate();
		rate.restore({ count: 5, windowMs: 1_000, since: 0 }, same);
		expect(rate.limit(0)).toEqual({ count: 5, windowMs: 1_000 });
		expect(rate.limit(2 * minute)).toEqual({ count: 6, windowMs: 1_000 });
		const own = learned(5);
		own.restore({ count: 1, windowMs: 1_000, since: 0 }, same);
		expect(own.limit(2_000)?.count).toBe(5);
		const kept = new LearnedRate();
		kept.restore(own.snapshot(same), same);
		expect(kept.limit(2_000)).toEqual(own.limit(2_000));
	});
});
