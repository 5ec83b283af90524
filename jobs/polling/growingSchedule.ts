import type { Clock, Random } from '../runtime/clock';
import type { PollSchedule, PollTarget, ScheduleFacts } from './pollSchedule';

/**
 * The pause between two polls of a job is a share of the time since the wait began. So the end of a short job is seen
 * soon, and a long job costs few requests. The pause has a minimum and a maximum, and varies at random so that loops do
 * not run in step.
 */
export const growing = {
	shareOfAge: 0.12,
	/** Shortest pause without a request limit, in ms. */
	minPauseMs: 500,
	/** Longest pause, in ms. */
	maxPauseMs: 10_000,
	/** Share by which a pause is lengthened or shortened at most. */
	jitter: 0.1,
};

/** At most this share of an endpoint's requests per minute is used for polling; the rest is for submits. */
const pollingShare = 0.5;

/**
 * Shortest pause between two polls, in ms.
 * @param requestsPerMinute the endpoint's limit, null for none
 * @param minPauseMs shortest pause without a limit
 */
export function pollFloorMs(requestsPerMinute: number | null, minPauseMs = growing.minPauseMs): number {
	return requestsPerMinute === null ? minPauseMs : Math.max(minPauseMs, 60_000 / (requestsPerMinute * pollingShare));
}

/** Pause in ms until the next poll of a job after a wait of `ageMs`. */
export function nextPollMs(ageMs: number, floorMs: number, random: Random): number {
	const own = Math.min(growing.maxPauseMs, Math.max(floorMs, ageMs * growing.shareOfAge));
	return Math.max(floorMs, own * (1 + growing.jitter * (2 * random() - 1)));
}

/** The simple schedule: pauses that grow with the job's age. It learns nothing. */
export class GrowingSchedule implements PollSchedule {
	readonly minPauseMs: number;
	private readonly clock: Clock;
	private readonly random: Random;

	constructor({ clock, random, requestsPerMinute }: Pick<ScheduleFacts, 'clock' | 'random' | 'requestsPerMinute'>) {
		this.clock = clock;
		this.random = random;
		this.minPauseMs = pollFloorMs(requestsPerMinute);
	}

	/** A job of unknown age may have ended long ago: it is polled at once. */
	firstPollAt(job: PollTarget, reportedMs: number): number {
		return reportedMs <= this.minPauseMs ? this.nextPollAt(job) : this.clock.now();
	}

	nextPollAt({ since }: PollTarget): number {
		const now = this.clock.now();
		return now + nextPollMs(now - since, this.minPauseMs, this.random);
	}

	/** Each job is polled at its own time. */
	sharedPollAt(): number {
		return Number.POSITIVE_INFINITY;
	}

	endSeen(): boolean {
		return false;
	}
}
