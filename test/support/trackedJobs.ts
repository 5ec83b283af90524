import { ImageError } from '../../model/errors';
import { GrowingSchedule } from '../../jobs/polling/growingSchedule';
import { JobTracker, type JobTrackerOptions } from '../../jobs/polling/jobTracker';
import type { MakeSchedule, ScheduleFacts } from '../../jobs/polling/pollSchedule';
import { PushTrust } from '../../jobs/polling/pushTrust';
import type { Observation } from '../../providers/provider';
import { snapshotOf } from './fakeEndpoint';
import { VirtualClock } from './virtualClock';
import { never } from '../../jobs/runtime/clock';

/** A wait without a deadline. */
export const forever = { deadline: never };

interface Tracked extends Partial<Pick<JobTrackerOptions, 'bulk' | 'watch'>> {
	/** The end of each job as a poll sees it, ms. Jobs without an entry never end. */
	endsAt?: Record<string, number>;
	/** Another answer of a poll for a job; an error fails the whole poll. */
	answer?: (id: string, poll: number) => Observation | ImageError | undefined;
	/** Replaces the poll itself, if the test needs another. */
	poll?: JobTrackerOptions['poll'];
	schedule?: MakeSchedule;
	expected?: ScheduleFacts['expected'];
	clock?: VirtualClock;
}

/** A tracker over jobs that end at given times. Gives each poll and each reported end. */
export function trackedJobs({
	bulk = true,
	endsAt = {},
	answer = () => undefined,
	poll,
	watch,
	schedule = (facts) => new GrowingSchedule(facts),
	expected = () => undefined,
	clock = new VirtualClock(0),
}: Tracked = {}) {
	const polls: Array<{ at: number; ids: string[] }> = [];
	const ends: string[] = [];
	const random = () => 0.5;
	const statusOf = (id: string) =>
		clock.now() >= (endsAt[id] ?? Number.POSITIVE_INFINITY) ? 'succeeded' : 'running';
	const observe = (id: string): Observation => {
		const special = answer(id, polls.length);
		if (special instanceof ImageError) throw special;
		return special ?? { ok: true, snapshot: snapshotOf(id, statusOf(id)) };
	};
	const tracker = new JobTracker({
		bulk,
		clock,
		random,
		schedule: schedule({
			clock,
			random,
			bulk,
			requestsPerMinute: null,
			expected,
			scarce: () => undefined,
			trust: new PushTrust(),
		}),
		isOwn: () => true,
		onEnd: (id) => ends.push(id),
		poll: async (ids, signal) => {
			polls.push({ at: clock.now(), ids: [...ids] });
			return poll ? await poll(ids, signal) : new Map(ids.map((id) => [id, observe(id)]));
		},
		...(watch ? { watch } : {}),
	});
	return { clock, polls, ends, tracker };
}
