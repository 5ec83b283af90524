import { JobTracker } from '../polling/jobTracker';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { settle } from '../../test/support/virtualClock';

afterEach(() => jest.restoreAllMocks());

it.each([10, 1_000])('the jobs that hold a slot are followed once each while %i submits wait', async (waiting) => {
	const held = 3;
	const { clock, submit } = fakeEndpoint({ jobsInFlight: held, jobMs: 30_000 });
	await clock.until(Promise.all(['a', 'b', 'c'].map((key) => submit(key))));
	const waits = jest.spyOn(JobTracker.prototype, 'wait');
	const stop = new AbortController();
	const all = Array.from({ length: waiting }, (_, n) => submit(`w${n}`, { signal: stop.signal }));
	await clock.advance(1_000);
	expect(waits.mock.calls.map(([id]) => id).sort()).toEqual(['job-1', 'job-2', 'job-3']);
	stop.abort();
	await Promise.allSettled(all);
});

it('a job that is followed is followed on while submits wait, and frees its slot', async () => {
	const { clock, submit } = fakeEndpoint({ jobsInFlight: 1, jobMs: 200_000 });
	await clock.until(submit('a'));
	await expect(clock.until(submit('b'))).resolves.toMatchObject({ job: { id: 'job-2' } });
	await settle();
	await expect(clock.until(submit('c'))).resolves.toMatchObject({ job: { id: 'job-3' } });
	expect(clock.now()).toBeGreaterThan(400_000);
});
