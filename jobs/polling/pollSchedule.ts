import type { Clock, Random } from '../runtime/clock';
import type { Expectation } from './durations';
import type { PushTrust } from './pushTrust';

/** What a schedule knows about a polled job. Times are those of `Clock.now`. */
export interface PollTarget {
	id: string;
	/** When the first execution began to wait for it. */
	since: number;
	/** When a poll last saw it running; null before the first such poll. */
	lastRunning: number | null;
}

/**
 * Decides when jobs are polled. The poller asks it for times (of `Clock.now`) and reports the ends it sees.
 * `AdaptiveSchedule` is in use. `GrowingSchedule` is its simple fallback and the reference for comparisons.
 */
export interface PollSchedule {
	/**
	 * The time of a job's first poll; `Infinity` if the job is polled together with others (`sharedPollAt`).
	 * @param reportedMs how long ago the provider last reported on the job, ms; NaN if unknown
	 */
	firstPollAt(job: PollTarget, reportedMs: number): number;
	/** The time of the next poll of a job that was polled just now; `Infinity` as above. */
	nextPollAt(job: PollTarget): number;
	/** The time of the next poll of the jobs that are polled together; `Infinity` if there are none. */
	sharedPollAt(jobs: readonly PollTarget[], lastPollAt: number): number;
	/** Shortest pause between two polls that each cover all jobs, in ms. */
	readonly minPauseMs: number;
	/** Reports how the end of a job was seen. Returns whether the times of all jobs change with it. */
	endSeen(how: 'announced' | 'polled'): boolean;
}

/** The data that an endpoint passes to its schedule. */
export interface ScheduleFacts {
	clock: Clock;
	random: Random;
	/** Whether one poll for all jobs costs about as much as one for a single job. */
	bulk: boolean;
	/** The endpoint's own limit; null for none. */
	requestsPerMinute: number | null;
	/** How long jobs like this one run and when it began; undefined while that is unknown. */
	expected: (jobId: string) => (Expectation & { since: number }) | undefined;
	/** The limits of an endpoint where a submit waits for a slot; undefined where none waits or one is unlimited. */
	scarce: () => ScarceLimits | undefined;
	/** Whether announcements of ends are trusted. */
	trust: PushTrust;
}

/** Makes the schedule of an endpoint. */
export type MakeSchedule = (facts: ScheduleFacts) => PollSchedule;

/** Limits that polls and submits share. */
export interface ScarceLimits {
	requestsPerMinute: number;
	inFlight: number;
}
