import fc from 'fast-check';
import { isTerminal } from '../../model/job';
import { fakeEndpoint, snapshotOf } from '../../test/support/fakeEndpoint';
import { never } from '../runtime/clock';

/** Jobs, each with the time until its submit and its duration, ms. */
const jobs = fc.array(fc.record({ after: fc.nat(20_000), runs: fc.integer({ min: 1, max: 60_000 }) }), {
	minLength: 1,
	maxLength: 40,
});

/** Submits the jobs and waits for each. Gives every poll of every job. */
async function polled(
	plan: ReadonlyArray<{ after: number; runs: number }>,
	limits: { requestsPerMinute: number | null; jobsInFlight: number | null },
	bulk: boolean,
) {
	const observations: Array<{ id: string; at: number; ended: boolean }> = [];
	const endsAt = new Map<string, number>();
	const { clock, endpoint, submit, sent } = fakeEndpoint({
		...limits,
		can: { poll: bulk ? 'bulk' : 'single' },
		says: (id) => {
			const status = clock.now() >= (endsAt.get(id) ?? Number.POSITIVE_INFINITY) ? 'succeeded' : 'running';
			observations.push({ id, at: clock.now(), ended: isTerminal(status) });
			return { ok: true, snapshot: snapshotOf(id, status) };
		},
	});
	const one = async ({ after, runs }: { after: number; runs: number }, n: number) => {
		await clock.sleep(after);
		const { job } = await submit(`key ${n}`, { deadline: never });
		endsAt.set(job.id ?? '', clock.now() + runs);
		return await endpoint.jobs.wait(job.id ?? '', { deadline: never });
	};
	const results = await clock.until(Promise.all(plan.map(one)), 24 * 3_600_000);
	return { observations, results, sent };
}

it('property: each waiter gets the end of its job, which is not polled again', async () => {
	await fc.assert(
		fc.asyncProperty(jobs, fc.boolean(), fc.constantFrom(null, 3), async (plan, bulk, jobsInFlight) => {
			const { observations, results } = await polled(plan, { requestsPerMinute: null, jobsInFlight }, bulk);
			expect(results.every(({ ended, snapshot }) => ended && snapshot.job.status === 'succeeded')).toBe(true);
			for (const { id, at } of observations.filter(({ ended }) => ended))
				expect(observations.filter((poll) => poll.id === id && poll.at > at)).toEqual([]);
		}),
		{ numRuns: 40 },
	);
});

it('property: polls stay within half of the requests allowed, and all requests within the limit', async () => {
	await fc.assert(
		fc.asyncProperty(
			jobs,
			fc.integer({ min: 6, max: 120 }),
			fc.boolean(),
			async (plan, requestsPerMinute, bulk) => {
				const { sent } = await polled(plan, { requestsPerMinute, jobsInFlight: null }, bulk);
				const polls = sent.filter(({ path }) => path === '/poll');
				for (const { at } of sent)
					expect(sent.filter((other) => other.at >= at && other.at < at + 60_000).length).toBeLessThanOrEqual(
						requestsPerMinute,
					);
				if (bulk)
					for (const { at } of polls)
						expect(
							polls.filter((other) => other.at >= at && other.at < at + 60_000).length,
						).toBeLessThanOrEqual(Math.ceil(requestsPerMinute / 2) + 1);
			},
		),
		{ numRuns: 30 },
	);
});
