import type { Session } from '../../providers/provider';
import { JobTracker, type JobTrackerOptions } from '../polling/jobTracker';
import type { MakeSchedule } from '../polling/pollSchedule';
import { PushTrust } from '../polling/pushTrust';
import type { JobTimes } from './jobTimes';
import type { LearnedValues } from './learnedValues';
import type { Limiter } from './limiter';
import { groups } from './pacedTransport';

interface Parts extends Pick<JobTrackerOptions, 'poll' | 'bulk' | 'clock' | 'random'> {
	session: Session;
	limiter: Limiter;
	times: JobTimes;
	learned: LearnedValues;
	schedule: MakeSchedule;
}

/** Tracks the jobs of an endpoint, with a schedule that uses the learned values of the endpoint. */
export function trackJobs({ session, limiter, times, learned, schedule, ...parts }: Parts): JobTracker {
	const { clock, random, bulk } = parts;
	const trust = new PushTrust(() => learned.change('trust', () => trust.snapshot(clock.date().getTime())));
	const tracker = new JobTracker({
		...parts,
		...(session.watch ? { watch: session.watch.bind(session) } : {}),
		schedule: schedule({
			clock,
			random,
			bulk,
			requestsPerMinute: limiter.configuredRequestsPerMinute,
			expected: (id) => times.expected(id),
			scarce: () => limiter.scarce,
			trust,
		}),
		isOwn: (id) => times.has(id),
		apart: (work) => groups.run('', work),
		// The job's slot is freed, no matter how the end was seen.
		onEnd: (id, seen) => {
			limiter.slots.settle(id);
			times.ended(id, seen);
		},
	});
	learned.whenRead(({ trust: saved }) => {
		trust.restore(saved, clock.date().getTime());
		tracker.reschedule();
	});
	return tracker;
}
