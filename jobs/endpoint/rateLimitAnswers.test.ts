import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { VirtualClock } from '../../test/support/virtualClock';
import { Pacer } from './pacer';

/** Polls every `everyMs`, so that the endpoint has a light load. */
async function lightLoad(
	{ clock, endpoint }: ReturnType<typeof fakeEndpoint>,
	polls: number,
	everyMs: number,
): Promise<void> {
	for (let n = 0; n < polls; n++) {
		await clock.until(endpoint.pollOnce([`job-${n}`]));
		await clock.advance(everyMs);
	}
}

it('without a limit in the credential, a single 429 under light load causes one pause and nothing else', async () => {
	let rateLimited = false;
	const fake = fakeEndpoint({
		status: (path) => {
			const isLimited = rateLimited && path === '/submit';
			if (isLimited) rateLimited = false;
			return isLimited ? 429 : 200;
		},
	});
	const { clock, submit, submits } = fake;
	await lightLoad(fake, 8, 5_000);
	rateLimited = true;
	// The answer has a `Retry-After` of 7 s. The fake accepts the job anyway, which has no effect on the pace.
	await clock.until(submit('limited'));
	const limitedAt = clock.now();
	await clock.until(Promise.all(['a', 'b', 'c', 'd'].map((key) => submit(key))));
	expect(submits.slice(-4).map(({ at }) => at - limitedAt)).toEqual([7_000, 7_000, 7_000, 7_000]);
	expect(fake.endpoint.requestsPerMinute).toBeNull();
});

it('a learned limit allows at once what was accepted at once, and no more in any window', async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(null, clock);
	pacer.limitTo({ count: 8, windowMs: 10_000 });
	const granted: number[] = [];
	const all = Promise.all(Array.from({ length: 24 }, () => pacer.take().then(() => granted.push(clock.now()))));
	await clock.until(all);
	expect(granted).toEqual([
		...Array.from({ length: 8 }, () => 0),
		...Array.from({ length: 8 }, () => 10_000),
		...Array.from({ length: 8 }, () => 20_000),
	]);
});

it('a limit that grows still counts earlier requests', async () => {
	const clock = new VirtualClock(0);
	const pacer = new Pacer(null, clock);
	pacer.limitTo({ count: 8, windowMs: 10_000 });
	await clock.until(Promise.all(Array.from({ length: 8 }, () => pacer.take())));
	pacer.limitTo({ count: 9, windowMs: 10_000 });
	const granted: number[] = [];
	await clock.until(Promise.all(Array.from({ length: 2 }, () => pacer.take().then(() => granted.push(clock.now())))));
	expect(granted).toEqual([0, 10_000]);
	pacer.limitTo(null);
	await clock.until(Promise.all(Array.from({ length: 50 }, () => pacer.take())));
	expect(clock.now()).toBe(10_000);
});

it('after rate-limited answers without `Retry-After`, requests become rarer until one is accepted', async () => {
	let accepts = false;
	const fake = fakeEndpoint({ retryAfter: null, status: () => (accepts ? 200 : 429) });
	const { clock, endpoint, sent } = fake;
	const poll = async (): Promise<void> => {
		await endpoint.pollOnce(['job-1']).catch(() => undefined);
	};
	for (let n = 0; n < 7; n++) await clock.until(poll());
	const gaps = sent.slice(1).map(({ at }, n) => at - (sent[n]?.at ?? 0));
	expect(gaps.every((gap, n) => n === 0 || gap >= (gaps[n - 1] ?? 0))).toBe(true);
	expect(gaps.at(-1)).toBeGreaterThan(20_000);
	expect(gaps.at(-1)).toBeLessThanOrEqual(30_000);
	accepts = true;
	await clock.until(poll());
	accepts = false;
	const before = clock.now();
	await clock.until(poll());
	await clock.until(poll());
	expect(clock.now() - before).toBeLessThan(4_000);
});
