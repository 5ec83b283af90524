import fc from 'fast-check';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import { Pacer } from './pacer';

/** The times at which the pacer sends requests that arrive at the given times. */
async function grants(limit: number | null, arrivals: number[]): Promise<number[]> {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(limit, clock);
	const granted: number[] = [];
	const all: Array<Promise<unknown>> = [];
	for (const gap of arrivals) {
		await clock.advance(gap);
		all.push(pacer.take().then(() => granted.push(clock.now())));
	}
	await clock.until(Promise.all(all), 365 * 86_400_000);
	return granted;
}

it('no window of a minute, wherever it begins, contains more requests than allowed', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 120 }),
			fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 80 }),
			async (limit, arrivals) => {
				const granted = await grants(limit, arrivals);
				expect(granted).toHaveLength(arrivals.length);
				for (const start of granted)
					expect(granted.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(
						limit,
					);
			},
		),
		{ numRuns: 40 },
	);
});

it('requests are sent in the order in which they came', async () => {
	const clock = new VirtualClock();
	const pacer = new Pacer(6, clock);
	const order: number[] = [];
	const all = [1, 2, 3, 4, 5].map((n) => pacer.take().then(() => order.push(n)));
	await clock.until(Promise.all(all));
	expect(order).toEqual([1, 2, 3, 4, 5]);
});

it('under steady demand the whole limit is used', async () => {
	const granted = await grants(
		60,
		Array.from({ length: 601 }, () => 0),
	);
	const minutes = ((granted.at(-1) ?? 0) - (granted[0] ?? 0)) / 60_000;
	// Half a second of each minute is a margin for requests that do not arrive at equal intervals.
	expect(600 / minutes).toBeGreaterThan(59);
});

it('a later request does not wait for a whole minute: half of the minute is spread evenly', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 2, max: 120 }),
			fc.integer({ min: 1, max: 300 }),
			async (limit, requests) => {
				const granted = await grants(
					limit,
					Array.from({ length: requests }, () => 0),
				);
				const longest = 60_500 / (limit - Math.max(1, Math.floor(limit / 2)));
				for (const [index, at] of granted.entries())
					expect(at - (granted[index - 1] ?? 0)).toBeLessThanOrEqual(Math.ceil(longest) + 1);
			},
		),
		{ numRuns: 30 },
	);
});

it('an aborted wait costs no request and delays no other', async () => {
	const clock = new VirtualClock();
	const pacer = new Pacer(6, clock);
	await pacer.take();
	const gone = new AbortController();
	const given = pacer.take(gone.signal);
	const next = pacer.take();
	gone.abort();
	await expect(given).rejects.toMatchObject({ code: 'canceled' });
	const before = clock.now();
	await clock.until(next);
	expect(clock.now() - before).toBeLessThanOrEqual(12_000);
});

it('nothing is sent before the end of the pause that the provider requested', async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(null, clock);
	pacer.pauseUntil(5_000);
	pacer.pauseUntil(3_000);
	let at = -1;
	void pacer.take().then(() => {
		at = clock.now();
	});
	await clock.advance(4_999);
	expect(at).toBe(-1);
	await clock.advance(1);
	expect(at).toBe(5_000);
});

it('without a limit all requests are sent at once', async () => {
	const clock = new VirtualClock();
	const pacer = new Pacer(null, clock);
	await Promise.all(Array.from({ length: 100 }, () => pacer.take()));
	await settle();
	expect(clock.now()).toBe(new VirtualClock().now());
});

it('aborted waits anywhere in the queue cost nothing: the others are sent as without them', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 30 }),
			fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
			async (limit, stays) => {
				const clock = new VirtualClock(0);
				const pacer = new Pacer(limit, clock);
				const granted: number[] = [];
				const stop = new AbortController();
				const all = stays.map((stay) =>
					stay
						? pacer.take().then(() => granted.push(clock.now()))
						: pacer.take(stop.signal).catch(() => undefined),
				);
				stop.abort();
				await clock.until(Promise.all(all), 365 * 86_400_000);
				expect(granted).toEqual(
					await grants(
						limit,
						stays.filter(Boolean).map(() => 0),
					),
				);
			},
		),
		{ numRuns: 40 },
	);
});

it('a limit of one request a minute is kept', async () => {
	expect(await grants(1, [0, 0, 0, 0])).toEqual([0, 60_500, 121_000, 181_500]);
});

it('a pause allows no more than a burst after it', async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(60, clock);
	await Promise.all(Array.from({ length: 10 }, () => pacer.take()));
	pacer.pauseUntil(600_000);
	const granted: number[] = [];
	await clock.until(
		Promise.all(Array.from({ length: 70 }, () => pacer.take().then(() => granted.push(clock.now())))),
	);
	expect(granted[0]).toBe(600_000);
	expect(granted.filter((at) => at < 660_000).length).toBeLessThanOrEqual(60);
});

it('an abort during a pause ends the wait at once', async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(null, clock);
	pacer.pauseUntil(60_000);
	const stop = new AbortController();
	const taken = pacer.take(stop.signal);
	await settle();
	stop.abort();
	await expect(taken).rejects.toMatchObject({ code: 'canceled' });
	expect(clock.now()).toBe(0);
});

it.each([
	[60, 30],
	[6, 3],
	[13, 6],
	[1, 1],
	[2, 1],
])('of %i requests a minute %i may go at once', async (limit, burst) => {
	const granted = await grants(
		limit,
		Array.from({ length: burst + 1 }, () => 0),
	);
	expect(granted.filter((at) => at === 0)).toHaveLength(burst);
});

it('a wait with an aborted signal is not begun', async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(60, clock);
	await expect(pacer.take(AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
	expect(await Promise.all(Array.from({ length: 30 }, () => pacer.take().then(() => clock.now())))).toEqual(
		Array.from({ length: 30 }, () => 0),
	);
});

it("a bucket like the server's own: 10 a second, 20 at once", async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(600, clock, 20);
	const gone: number[] = [];
	const all = Promise.all(Array.from({ length: 60 }, () => pacer.take().then(() => gone.push(clock.now()))));
	await clock.until(all);
	expect(gone.filter((at) => at === 0)).toHaveLength(20);
	expect(clock.now()).toBeGreaterThanOrEqual(4_000);
	// The server's token bucket never falls below zero.
	for (const [index, at] of gone.entries()) expect(20 + at / 100).toBeGreaterThanOrEqual(index + 1 - 1e-9);
});

it('a batch of ten thousand delays a single request of another group by one request', async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(60, clock);
	const order: string[] = [];
	for (let n = 0; n < 10_000; n++) void pacer.take(undefined, 'batch').then(() => order.push('batch'));
	await clock.advance(60_000);
	const before = order.length;
	await clock.until(pacer.take(undefined, 'single').then(() => order.push('single')));
	expect(order.indexOf('single') - before).toBeLessThanOrEqual(1);
	expect(before).toBeGreaterThan(50);
});
