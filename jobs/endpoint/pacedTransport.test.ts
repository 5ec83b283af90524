import { ImageError } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { settle } from '../../test/support/virtualClock';
import { inMs, never } from '../runtime/clock';

const own = 'http://fake.example/images/1.png';

it('a socket is paced like any request', async () => {
	const { clock, submit, endpoint, sockets } = fakeEndpoint({ requestsPerMinute: 2, watches: true });
	await clock.until(Promise.all([submit('a'), submit('b')]));
	const began = clock.now();
	void endpoint.jobs.wait('job-1', { deadline: inMs(clock, 300_000) });
	await settle();
	expect(sockets).toEqual([]);
	await clock.advance(120_000);
	expect(sockets[0]).toBeGreaterThan(began);
});

it("where the limit applies to each client, downloads from the base URL's origin are paced", async () => {
	const { clock, endpoint } = fakeEndpoint({ requestsPerMinute: 60, limits: { burst: 3, perClient: true } });
	const at: number[] = [];
	await clock.until(
		Promise.all(Array.from({ length: 6 }, () => endpoint.pace(own, async () => at.push(clock.now())))),
	);
	expect(at).toEqual([0, 0, 0, 1_000, 2_000, 3_000]);
});

it.each(['https://fake.example/1.png', 'http://cdn.example/1.png', 'not a url'])(
	'a download from another server is not paced: %s',
	async (url) => {
		const { clock, endpoint } = fakeEndpoint({ requestsPerMinute: 60, limits: { burst: 1, perClient: true } });
		await clock.until(Promise.all(Array.from({ length: 6 }, () => endpoint.pace(url, async () => undefined))));
		expect(clock.now()).toBe(0);
	},
);

it('where the limit applies to a key, downloads are not paced, since they carry none', async () => {
	const { clock, endpoint } = fakeEndpoint({ requestsPerMinute: 1 });
	await clock.until(Promise.all(Array.from({ length: 6 }, () => endpoint.pace(own, async () => undefined))));
	expect(clock.now()).toBe(0);
});

it('a rate-limited download slows the requests too', async () => {
	const { clock, endpoint } = fakeEndpoint({ requestsPerMinute: 60, limits: { perClient: true } });
	const rateLimited = new ImageError('rateLimited', { message: '429', httpStatus: 429, retryAfterMs: 9_000 });
	await expect(clock.until(endpoint.pace(own, () => Promise.reject(rateLimited)))).rejects.toBe(rateLimited);
	expect(endpoint.pausedUntil).toBe(9_000);
});

it('an abort while a download waits for pacing ends it at once', async () => {
	const { clock, endpoint } = fakeEndpoint({ requestsPerMinute: 1, limits: { perClient: true } });
	await endpoint.pace(own, async () => undefined);
	const stop = new AbortController();
	const work = jest.fn(async () => undefined);
	const waiting = endpoint.pace(own, work, stop.signal);
	await settle();
	stop.abort();
	await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
	expect(work).not.toHaveBeenCalled();
	expect(clock.now()).toBe(0);
});

it('the polls of all executions are paced as their own group, whichever execution began the loop', async () => {
	const { clock, endpoint, submit, sent } = fakeEndpoint({ requestsPerMinute: 60, jobMs: 600_000 });
	await clock.until(submit('a'));
	const stop = new AbortController();
	const { signal } = stop;
	const many = Array.from({ length: 200 }, (_, n) => submit(`many-${n}`, { group: 'big', signal }));
	await settle();
	const wait = endpoint.forGroup('big', () => endpoint.jobs.wait('job-1', { deadline: never, signal }));
	await clock.advance(70_000);
	// Polls and submits take turns. In the group of the submits, the first poll would come after all of them.
	const ofWindow = sent.slice(1, 60).map(({ path }) => path);
	expect(ofWindow.filter((path) => path === '/poll').length).toBeGreaterThan(5);
	stop.abort();
	await Promise.allSettled([wait, ...many]);
});

it('the socket of a job that an execution of many requests begins to watch does not wait for all of them', async () => {
	const { clock, endpoint, submit, sockets } = fakeEndpoint({ requestsPerMinute: 60, watches: true, jobMs: 600_000 });
	await clock.until(submit('a'));
	const stop = new AbortController();
	const { signal } = stop;
	const many = Array.from({ length: 200 }, (_, n) => submit(`many-${n}`, { group: 'big', signal }));
	await settle();
	const wait = endpoint.forGroup('big', () => endpoint.jobs.wait('job-1', { deadline: never, signal }));
	await clock.advance(10_000);
	expect(sockets).toHaveLength(1);
	stop.abort();
	await Promise.allSettled([wait, ...many]);
});
