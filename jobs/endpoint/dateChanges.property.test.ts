import fc from 'fast-check';
import { toImageError } from '../../model/errors';
import { fakeEndpoint } from '../../test/support/fakeEndpoint';
import { inMs } from '../runtime/clock';

const hour = 3_600_000;

/** Jobs, each with the time until its submit and its longest wait, ms. */
const jobs = fc.array(fc.record({ after: fc.nat(60_000), maxWaitMs: fc.integer({ min: 0, max: 120_000 }) }), {
	minLength: 1,
	maxLength: 12,
});
type Plan = typeof jobs extends fc.Arbitrary<infer T> ? T : never;

/** Changes of the date, each with its time and by how much the date is set forward, ms. */
const changes = fc.array(
	fc.record({
		at: fc.nat(120_000),
		forward: fc.oneof(fc.integer({ min: -90 * 24 * hour, max: 90 * 24 * hour }), fc.constantFrom(-hour, hour)),
	}),
	{ minLength: 1, maxLength: 6 },
);
type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never;

interface Limits {
	requestsPerMinute: number | null;
	jobsInFlight: number | null;
	/** Every so many answers, one is a 429. */
	limitedEvery: number;
}

/** Submits the jobs and waits for them while the date changes. Gives every request and every end with its time. */
async function timeline(plan: Plan, { limitedEvery, ...limits }: Limits, dates: Changes) {
	let answers = 0;
	const { clock, endpoint, submit, sent } = fakeEndpoint({
		...limits,
		jobMs: 9_000,
		status: () => (++answers % limitedEvery === 0 ? 429 : 200),
	});
	for (const { at, forward } of dates) void clock.sleep(at).then(() => clock.setDateForward(forward));
	const one = async ({ after, maxWaitMs }: Plan[number], n: number) => {
		await clock.sleep(after);
		const deadline = inMs(clock, maxWaitMs);
		const end = await submit(`key ${n}`, { deadline })
			.then(async ({ job }) => await endpoint.jobs.wait(job.id ?? '', { deadline }))
			.then(
				({ ended }) => (ended ? 'ended' : 'waited'),
				(thrown: unknown) => toImageError(thrown).code,
			);
		return { end, at: clock.now() };
	};
	const ends = await clock.until(Promise.all(plan.map(one)), 24 * hour);
	return { ends, sent: sent.map(({ path, at }) => ({ path, at })) };
}

it('property: no change of the date moves a request or an end', async () => {
	await fc.assert(
		fc.asyncProperty(
			jobs,
			fc.record({
				requestsPerMinute: fc.constantFrom(null, 6, 60),
				jobsInFlight: fc.constantFrom(null, 1, 3),
				limitedEvery: fc.constantFrom(4, Number.POSITIVE_INFINITY),
			}),
			changes,
			async (plan, limits, dates) => {
				expect(await timeline(plan, limits, dates)).toEqual(await timeline(plan, limits, []));
			},
		),
		{ numRuns: 60 },
	);
});
