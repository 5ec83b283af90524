import fc from 'fast-check';
import type { ApiAnswer } from '../../http/apiClient';
import type { Json } from '../../memory/memory';
import type { ProviderAdapter, ProviderDefinition } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { transportOf } from '../../test/support/transport';
import { VirtualClock } from '../../test/support/virtualClock';
import { capabilities } from '../../providers/imageSaas/capabilities';
import { Endpoint } from './endpoint';
import { LearnedRate } from './learnedRate';

/** `count` requests that are accepted, evenly from `from` on. */
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
		// As many at once as were seen to be accepted, and a little slower than the provider.
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

/** A rate that has learned sixty a minute, the last time at 120 s. */
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
	const kept = JSON.parse(JSON.stringify(before.snapshot())) as Json;
	for (const later of [120_000, 600_000, 86_400_000]) {
		const after = new LearnedRate();
		after.restore(kept);
		expect(after.limit(later)).toEqual(learned().limit(later));
	}
	const knowsBetter = new LearnedRate();
	for (let round = 0; round < 2; round++) {
		accepted(knowsBetter, 10, round * 60_000);
		knowsBetter.rateLimited(round * 60_000 + 600, round * 60_000 + 600, 59_400);
	}
	knowsBetter.restore(kept);
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
		rate.restore(damaged);
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
		const config = {
			baseUrl: 'http://fake.example',
			headers: {},
			secrets: [],
			limits: { requestsPerMinute: null, jobsInFlight: null },
			allowedHosts: [],
		};
		let paced = transport;
		const adapter: ProviderAdapter = {
			endpoint: () => config,
			connect: (_config, own) => {
				paced = own;
				return { submit: async () => snapshotOf('x', 'succeeded'), isNotAccepted: () => false };
			},
		};
		const provider: ProviderDefinition = {
			id: 'fake',
			displayName: 'Fake',
			credential: 'fakeApi',
			keyField: 'key',
			capabilities,
			load: async () => adapter,
		};
		new Endpoint(provider, adapter, config, { clock, random: () => 0, transport: () => transport });
		const requests = Math.max(10 * most, 400);
		const ask = async (): Promise<void> => {
			const { status } = await paced.send({ method: 'GET', path: '/' });
			if (status === 429) await ask();
		};
		// Eight at a time, like jobs in flight.
		let left = requests;
		const worker = async () => {
			while (left-- > 0) await ask();
		};
		await clock.until(Promise.all(Array.from({ length: 8 }, worker)), 24 * 3_600_000);
		expect(rateLimited).toBeLessThan(requests * 0.1);
		expect(clock.now()).toBeLessThan(1.3 * (requests / most) * windowMs);
	},
);
