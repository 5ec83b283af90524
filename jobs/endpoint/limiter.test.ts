import { ImageError, outcomeOf } from '../../model/errors';
import type { EndpointLimits } from '../../providers/provider';
import { settle, VirtualClock } from '../../test/support/virtualClock';
import { LearnedValues } from './learnedValues';
import { Limiter } from './limiter';

const baseUrl = 'https://files.example/api';
const own = 'https://files.example/a.png';

function bench(limits: Partial<EndpointLimits>) {
	const clock = new VirtualClock(0);
	const all = { requestsPerMinute: null, jobsInFlight: null, perClient: true, ...limits };
	const config = { baseUrl, headers: {}, secrets: [], allowedHosts: [], limits: all };
	const contended: string[][] = [];
	const limiter = new Limiter(config, clock, new LearnedValues(), (ids) => contended.push(ids));
	return { clock, limiter, contended };
}

it.each([
	['of the same origin', own, true, true],
	['of another port', 'https://files.example:8443/a.png', true, false],
	['of another scheme', 'http://files.example/a.png', true, false],
	['of another host', 'https://cdn.example/a.png', true, false],
	['without a usable address', 'a.png', true, false],
	['of the same origin, where each key has its own limit,', own, false, false],
])(
	'a download %s counts in the limit of requests only if the server counts it',
	async (_what, url, perClient, isCounted) => {
		const { clock, limiter } = bench({ requestsPerMinute: 1, perClient });
		expect(await clock.until(limiter.paceDownload(url, async () => 'first'))).toBe('first');
		const second = limiter.paceDownload(url, async () => 'second');
		await settle();
		expect(limiter.waiting).toBe(isCounted ? 1 : 0);
		expect(await clock.until(second)).toBe('second');
		expect(clock.now() > 0).toBe(isCounted);
	},
);

it('a download that is rate limited pauses the endpoint, and fails with its own error', async () => {
	const { clock, limiter } = bench({});
	const error = new ImageError('rateLimited', { message: 'Slow', httpStatus: 429, retryAfterMs: 9_000 });
	const failed = await clock.until(outcomeOf(limiter.paceDownload(own, () => Promise.reject(error))));
	expect(failed).toEqual({ ok: false, error });
	expect(limiter.pausedUntil).toBe(9_000);
});

it('a download without an answer neither pauses the endpoint nor shows that a pause is over', async () => {
	const { clock, limiter } = bench({});
	const slow = new ImageError('rateLimited', { message: 'Slow', httpStatus: 429 });
	const cut = new ImageError('network', { message: 'Reset' });
	const fail = async (error: ImageError) =>
		await clock.until(outcomeOf(limiter.paceDownload(own, () => Promise.reject(error))));
	await fail(slow);
	const first = limiter.pausedUntil - clock.now();
	await fail(cut);
	await fail(slow);
	// The second rate-limited answer in a row doubles the pause.
	expect(limiter.pausedUntil - clock.now()).toBe(2 * first);
	await clock.until(limiter.paceDownload(own, async () => 'done'));
	await fail(slow);
	expect(limiter.pausedUntil - clock.now()).toBe(first);
});

it.each([
	[
		{ requestsPerMinute: 60, jobsInFlight: 1 },
		{ requestsPerMinute: 60, inFlight: 1 },
	],
	[{ requestsPerMinute: null, jobsInFlight: 1 }, undefined],
])('with %j, polls and submits share %j while a submit waits for a slot', async (limits, scarce) => {
	const { limiter } = bench(limits);
	const stop = new AbortController();
	const slot = await limiter.slots.acquire();
	slot.assign('job-1');
	expect(limiter.scarce).toBeUndefined();
	const waiting = limiter.slots.acquire(stop.signal).catch(() => undefined);
	await settle();
	expect(limiter.scarce).toEqual(scarce);
	expect(limiter.waiting).toBe(1);
	stop.abort();
	await waiting;
	expect([limiter.scarce, limiter.waiting]).toEqual([undefined, 0]);
});
