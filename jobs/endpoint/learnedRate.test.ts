import fc from 'fast-check';
import type { ApiAnswer } from '../../http/apiClient';
import type { ProviderAdapter, ProviderDefinition } from '../../providers/provider';
import { snapshotOf } from '../../test/support/fakeEndpoint';
import { transportOf } from '../../test/support/transport';
import { VirtualClock } from '../../test/support/virtualClock';
import { capabilities } from '../../providers/imageSaas/capabilities';
import { Endpoint } from './endpoint';
import { LearnedRate } from './learnedRate';

it('a provider that never refuses has no limit', () => {
	const rate = new LearnedRate();
	for (let now = 0; now < 100_000; now += 10) rate.accept(now);
	expect(rate.perMinute(100_000)).toBeNull();
});

it('what was accepted, and the wait that is asked for, tell the limit', () => {
	const aMinute = new LearnedRate();
	for (let n = 0; n < 60; n++) aMinute.accept(n * 100);
	aMinute.refuse(6_000, 6_100, 54_000);
	expect(aMinute.perMinute(6_100)).toBe(57);

	const aSecond = new LearnedRate();
	for (let n = 0; n < 20; n++) aSecond.accept(n * 10);
	aSecond.refuse(200, 210, 1_000);
	expect(aSecond.perMinute(210)).toBeGreaterThan(600);
});

it('a guess that was too high goes down, once for all that were on their way, and heals with time', () => {
	const rate = new LearnedRate();
	for (let n = 0; n < 100; n++) rate.accept(n);
	rate.refuse(100, 110, 59_000);
	const first = rate.perMinute(110) ?? 0;
	for (let n = 0; n < 50; n++) rate.refuse(105, 120, 59_000);
	expect(rate.perMinute(120)).toBe(first);
	rate.refuse(130, 140, 59_000);
	const second = rate.perMinute(140) ?? 0;
	expect(second).toBeLessThan(first);
	expect(rate.perMinute(140 + 10 * 60_000)).toBeGreaterThan(second);
});

it('is never below one a minute and always a whole number, whatever happens', () => {
	const event = fc.record({ after: fc.nat(90_000), refused: fc.boolean(), retryAfterMs: fc.nat(120_000) });
	fc.assert(
		fc.property(fc.array(event, { maxLength: 200 }), (events) => {
			const rate = new LearnedRate();
			let now = 0;
			for (const { after, refused, retryAfterMs } of events) {
				now += after;
				if (refused) rate.refuse(now, now, retryAfterMs);
				else rate.accept(now);
				const perMinute = rate.perMinute(now);
				expect(perMinute === null || (Number.isInteger(perMinute) && perMinute >= 1)).toBe(true);
			}
		}),
	);
});

it.each([
	['sixty a minute', 60, 60_000],
	['ten a second', 10, 1_000],
])('a credential that names no limit before a provider of %s: few requests are refused, and little time is lost', async (_name, most, windowMs) => {
	const clock = new VirtualClock(0);
	const seen: number[] = [];
	let refused = 0;
	const transport = transportOf(async (): Promise<ApiAnswer> => {
		const windowStart = Math.floor(clock.now() / windowMs) * windowMs;
		if (seen.filter((moment) => moment >= windowStart).length >= most) {
			refused++;
			return { status: 429, headers: { 'retry-after': String(Math.max(1, Math.ceil((windowStart + windowMs - clock.now()) / 1_000))) }, text: '' };
		}
		seen.push(clock.now());
		return { status: 200, headers: {}, text: '' };
	});
	const config = { baseUrl: 'http://fake.example', headers: {}, secrets: [], limits: { requestsPerMinute: null, jobsInFlight: null }, allowedHosts: [] };
	let paced = transport;
	const adapter: ProviderAdapter = {
		endpoint: () => config,
		connect: (_config, own) => {
			paced = own;
			return { submit: async () => snapshotOf('x', 'succeeded'), isRefusal: () => false };
		},
	};
	const provider: ProviderDefinition = { id: 'fake', displayName: 'Fake', credential: 'fakeApi', keyField: 'key', capabilities, load: async () => adapter };
	new Endpoint(provider, adapter, config, { clock, random: () => 0, transport: () => transport });
	const requests = 10 * most;
	const ask = async (): Promise<void> => {
		const { status } = await paced.send({ method: 'GET', path: '/' });
		if (status === 429) await ask();
	};
	// Eight at a time, as jobs in flight are.
	let left = requests;
	const worker = async () => {
		while (left-- > 0) await ask();
	};
	await clock.until(Promise.all(Array.from({ length: 8 }, worker)), 24 * 3_600_000);
	expect(refused).toBeLessThan(requests * 0.15);
	expect(clock.now()).toBeLessThan(2 * (requests / most) * windowMs);
});
