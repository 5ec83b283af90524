import { type RunningJob, scarcePauseMs, worthPollingAt } from './detectionDelay';
import { GrowingSchedule, pollFloorMs } from './growingSchedule';
import type { PollSchedule, PollTarget, ScheduleFacts } from './pollSchedule';

/** Shortest pause between two polls if durations are known and no request limit requires more, in ms. */
const minPauseMs = 200;

/** Longest time between the last sight of a job of a known kind and its next poll, in ms. */
const maxPauseMs = 60_000;

/**
 * How late an announcement may be before the job is polled, in ms. Webhooks take about a second, and senders repeat a
 * rejected webhook after some seconds.
 */
const overdueMs = 15_000;

/** An announcement is overdue if the job runs longer than this factor times the longest duration. */
const overdueFactor = 1.1;

/**
 * Polls jobs by the learned durations of their kind. The next poll comes when enough jobs have probably ended; if
 * webhooks announce ends, only when an announcement is overdue. Jobs of an unknown kind are polled with growing pauses.
 */
export class AdaptiveSchedule implements PollSchedule {
	readonly minPauseMs: number;
	private readonly simple: GrowingSchedule;

	constructor(private readonly facts: ScheduleFacts) {
		this.simple = new GrowingSchedule(facts);
		this.minPauseMs = pollFloorMs(facts.requestsPerMinute, minPauseMs);
	}

	firstPollAt(job: PollTarget, reportedMs: number): number {
		const { clock } = this.facts;
		const isRecent = reportedMs <= this.simple.minPauseMs;
		// A job of unknown age may have ended long ago, unless the duration of such jobs is known.
		return isRecent || this.running(job) !== undefined ? this.nextPollAt(job) : clock.now();
	}

	nextPollAt(job: PollTarget): number {
		return this.whenOverdue(job) ?? this.byKind(job) ?? this.simple.nextPollAt(job);
	}

	sharedPollAt(jobs: readonly PollTarget[], lastPollAt: number): number {
		const running = jobs.flatMap((job) => this.running(job) ?? []);
		// A job whose kind was forgotten is polled now, and later by its own age.
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

	/** When the announcement of this job's end is overdue; undefined if announcements are not trusted. */
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
