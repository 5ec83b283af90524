import type { Clock, Random } from '../runtime/clock';
import type { Expectation } from './durations';
import { type Running, scarcePauseMs, worthPollingAt as worthPollingAt } from './detectionDelay';
import { nextPollMs, schedule } from './growingSchedule';

export interface CadenceOptions {
	/** Whether one poll for all costs about as much as one for a single job. */
	bulk: boolean;
	floorMs: number;
	/** As `floorMs`, where it is known how long such jobs run. */
	learnedFloorMs?: number;
	/** How long jobs like this one run, once that is known, and since when it does (ms since the epoch). */
	expected?: (jobId: string) => (Expectation & { since: number }) | undefined;
	/** Limits of an endpoint where somebody waits for a place; undefined where nobody does or there is none. */
	scarce?: () => { requestsPerMinute: number; inFlight: number } | undefined;
	/** Whether ends are announced by the provider, so that only overdue ones need a look. */
	announced?: () => boolean;
	clock: Clock;
	random: Random;
}

/** A job as far as its looks go. */
export interface PollTarget {
	id: string;
	/** When somebody began to wait for it, ms since the epoch. */
	since: number;
	/** When it was last seen not to have ended; null where nobody has looked yet. */
	lastRunning: number | null;
}

/** When jobs are looked at: by what is known of their kind, else in growing steps. */
export class Cadence {
	constructor(private readonly options: CadenceOptions) {}

	/**
	 * The first look at a job that somebody begins to wait for; infinite where it is looked at together with others.
	 */
	firstPollAt(job: PollTarget): number {
		const { clock, random, floorMs } = this.options;
		return this.bySign(job) ?? clock.now() + nextPollMs(0, floorMs, random);
	}

	/** Whether it is known how long jobs like it run, and since when it does. */
	knows(job: PollTarget): boolean {
		return this.running(job) !== undefined;
	}

	/** The look after one just now. */
	nextPollAt(job: PollTarget): number {
		const { clock, random, floorMs } = this.options;
		const now = clock.now();
		return this.bySign(job) ?? now + nextPollMs(now - job.since, floorMs, random);
	}

	/**
	 * The next look at those that are looked at together, one request for all of them; infinite where there are none.
	 * @param lastPollAt when the last one was
	 */
	together(jobs: readonly PollTarget[], lastPollAt: number): number {
		const running = jobs.flatMap((job) => this.running(job) ?? []);
		// One whose kind is known no more is looked at now, and then by its own time.
		if (running.length < jobs.length) return lastPollAt + this.learnedFloorMs;
		const [first] = running;
		if (!first) return Number.POSITIVE_INFINITY;
		const scarce = this.options.scarce?.();
		const pause = scarce ? scarcePauseMs(scarce.requestsPerMinute, scarce.inFlight, first.expectation) : 0;
		return Math.max(
			lastPollAt + Math.max(pause, this.learnedFloorMs),
			worthPollingAt(running, schedule.learnedCapMs),
		);
	}

	/** undefined where nothing tells: neither announcements nor what is known of its kind. */
	private bySign(job: PollTarget): number | undefined {
		return this.whenOverdue(job) ?? this.byItsKind(job);
	}

	/** Where ends are announced: when this one's should have come long ago. */
	private whenOverdue(job: PollTarget): number | undefined {
		if (!this.options.announced?.()) return undefined;
		const running = this.running(job);
		const soonest =
			this.options.clock.now() +
			(running
				? Math.min(schedule.overdueMs, Math.max(running.expectation.typical, this.learnedFloorMs))
				: schedule.overdueMs);
		return running ? Math.max(soonest, running.since + 1.1 * running.expectation.longest) : soonest;
	}

	/** Shortest pause between looks that serve everyone. */
	get learnedFloorMs(): number {
		return Math.max(schedule.learnedFastestMs, this.options.learnedFloorMs ?? this.options.floorMs);
	}

	private byItsKind(job: PollTarget): number | undefined {
		const running = this.running(job);
		if (!running) return undefined;
		if (this.options.bulk) return Number.POSITIVE_INFINITY;
		return Math.max(
			this.options.clock.now() + this.learnedFloorMs,
			worthPollingAt([running], schedule.learnedCapMs),
		);
	}

	/** undefined where nothing is known of its kind. */
	private running({ id, lastRunning }: PollTarget): Running | undefined {
		const expectation = this.options.expected?.(id);
		return expectation && { since: expectation.since, seenAt: lastRunning ?? expectation.since, expectation };
	}
}
