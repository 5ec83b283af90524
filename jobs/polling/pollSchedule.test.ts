import { snapshotOf } from '../../test/support/fakeEndpoint';
import { forever, trackedJobs } from '../../test/support/trackedJobs';
import { AdaptiveSchedule } from './adaptiveSchedule';
import { Durations } from './durations';
import { GrowingSchedule } from './growingSchedule';
import type { MakeSchedule, ScheduleFacts } from './pollSchedule';

const durations = new Durations();
for (let n = 0; n < 20; n++) durations.record('kind', 18_000 + n * 200);

/** Runs twenty jobs of about 20 s, of a kind whose durations are known. */
async function run(schedule: MakeSchedule, bulk: boolean) {
	const endsAt = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`job-${n}`, 18_100 + n * 200]));
	const expectation = durations.expect('kind');
	const { clock, polls, ends, tracker } = trackedJobs({
		bulk,
		endsAt,
		schedule,
		expected: () => expectation && { ...expectation, since: 0 },
	});
	const delays = Object.entries(endsAt).map(async ([id, endedAt]) => {
		const known = snapshotOf(id, 'queued', { createdAt: new Date(0).toISOString() });
		const result = await tracker.wait(id, { ...forever, known });
		expect(result).toMatchObject({ ended: true, snapshot: { job: { id, status: 'succeeded' } } });
		return clock.now() - endedAt;
	});
	const maxDelay = Math.max(...(await clock.until(Promise.all(delays))));
	return { polls, ends, maxDelay, endsAt };
}

describe.each([
	['adaptive', (facts: ScheduleFacts) => new AdaptiveSchedule(facts)],
	['growing', (facts: ScheduleFacts) => new GrowingSchedule(facts)],
])('the poller with the %s schedule', (_name, schedule) => {
	it.each([true, false])('finds each end once and polls no job after it (bulk: %s)', async (bulk) => {
		const { polls, ends, maxDelay, endsAt } = await run(schedule, bulk);
		expect(ends.toSorted()).toEqual(Object.keys(endsAt).toSorted());
		for (const [id, endedAt] of Object.entries(endsAt))
			expect(polls.filter(({ at, ids }) => at >= endedAt && ids.includes(id))).toHaveLength(1);
		expect(maxDelay).toBeLessThan(5_000);
	});
});

it('the adaptive schedule needs fewer polls where durations are known, and sees the ends sooner', async () => {
	const adaptive = await run((facts) => new AdaptiveSchedule(facts), true);
	const simple = await run((facts) => new GrowingSchedule(facts), true);
	expect(adaptive.polls.length).toBeLessThan(simple.polls.length);
	expect(adaptive.maxDelay).toBeLessThan(simple.maxDelay);
});
