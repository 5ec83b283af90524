import { type RunningJob, scarcePauseMs, worthPollingAt } from './detectionDelay';
import { GrowingSchedule, pollFloorMs } from './growingSchedule';
import type { PollSchedule, PollTarget, ScheduleFacts } from './pollSchedule';

/** Shortest pause between two polls where durations are known and no request limit asks for more, in ms. */
const minPauseMs = 200;

/** Longest time from when a job of a known kind was last seen to its next poll, in ms. */
const maxPauseMs = 60_000;

/**
 * How long an announcement may be late before the job is polled, in ms. Webhooks take a second or so, and senders
 * repeat one that was not accepted after some seconds.
 */
const overdueMs = 15_000;

/** An announcement is overdue when the job runs longer than the longest seen by this factor. */
const overdueFactor = 1.1;

/**
 * Polls jobs by what was learned of their kind: the next poll comes when enough of them have probably ended, and where
 * webhooks announce ends, only when an announcement is overdue. Jobs of a kind that is not known yet are polled in
 * growing pauses.
 */
export class AdaptiveSchedule implements PollSchedule {
	readonly minPauseMs: number;
	private readonly simple: GrowingSchedule;

	constructor(private readonly facts: ScheduleFacts) {
		this.simple = new GrowingSchedule(facts);
		this.minPauseMs = pollFloorMs(facts.requestsPerMinute, minPauseMs);
	}

	firstPollAt(job: PollTarget, reportedAt: number): number {
		const { clock } = this.facts;
		const isRecent = clock.now() - reportedAt <= this.simple.minPauseMs;
		// A job of unknown age may have ended long ago, unless it is known how long such jobs run.
		return isRecent || this.running(job) !== undefined ? this.nextPollAt(job) : clock.now();
	}

	nextPollAt(job: PollTarget): number {
		return this.whenOverdue(job) ?? this.byKind(job) ?? this.simple.nextPollAt(job);
	}

	sharedPollAt(jobs: readonly PollTarget[], lastPollAt: number): number {
		const running = jobs.flatMap((job) => this.running(job) ?? []);
		// A job whose kind was forgotten meanwhile is polled now, and from then on by its own age.
		if (running.length < jobs.length) return lastPollAt + this.minPauseMs;
		const [first] = running;
		if (!first) return Number.POSITIVE_INFINITY;
		const scarce = this.facts.scarce();
		const pause = scarce ? scarcePauseMs(scarce, first.expectation) : 0;
		return Math.max(lastPollAt + Math.max(pause, this.minPauseMs), worthPollingAt(running, maxPauseMs));
	}

	endSeen(how: 'announced' | 'polled'): boolean {
		const { trust } = this.facts;
		const before = trust.holds;
		if (how === 'announced') trust.announced();
		else trust.foundByPoll();
		return trust.holds !== before;
	}

	/** When the announcement of this job's end is overdue; undefined where announcements are not relied on. */
	private whenOverdue(job: PollTarget): number | undefined {
		if (!this.facts.trust.holds) return undefined;
		const now = this.facts.clock.now();
		const running = this.running(job);
		if (!running) return now + overdueMs;
		const { typical, longest } = running.expectation;
		const earliest = now + Math.min(overdueMs, Math.max(typical, this.minPauseMs));
		return Math.max(earliest, running.since + overdueFactor * longest);
	}

	/** undefined if nothing is known about the job's kind. */
	private byKind(job: PollTarget): number | undefined {
		const running = this.running(job);
		if (!running) return undefined;
		if (this.facts.bulk) return Number.POSITIVE_INFINITY;
		return Math.max(this.facts.clock.now() + this.minPauseMs, worthPollingAt([running], maxPauseMs));
	}

	/** undefined if nothing is known about the job's kind. */
	private running({ id, lastRunning }: PollTarget): RunningJob | undefined {
		const expectation = this.facts.expected(id);
		return expectation && { since: expectation.since, seenAt: lastRunning ?? expectation.since, expectation };
	}
}
