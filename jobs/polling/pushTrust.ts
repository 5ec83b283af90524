import type { Json } from '../../memory/memory';

/** How many announced ends, minus ends that polls found, are needed before announcements are trusted. */
const minAnnounced = 4;
/** How much an end found by a poll subtracts while announcements are not trusted yet. */
const raceCost = 0.5;

/**
 * If saved trust is older than this, in ms, one more announcement is needed: the webhook settings may have changed.
 */
const staleMs = 24 * 3_600_000;

/**
 * Whether the provider announces the ends of an endpoint's jobs (webhooks). If it does, jobs are polled only when an
 * announcement is overdue. Announcements may stop at any time: trust ends with the first end that a poll finds.
 */
export class PushTrust {
	private score = 0;
	/** Whether an end was ever found by a poll in this process. */
	private hasMissed = false;

	/** @param onChange called after an end was announced or found by a poll */
	constructor(private readonly onChange: () => void = () => undefined) {}

	/** Whether announcements are trusted. */
	get holds(): boolean {
		return this.score >= minAnnounced;
	}

	/** An end was announced, also one that a poll had found just before. */
	announced(): void {
		this.score = Math.min(2 * minAnnounced, this.score + 1);
		this.onChange();
	}

	/** An end was found by a poll. */
	foundByPoll(): void {
		this.hasMissed = true;
		this.score = this.holds ? 0 : Math.max(0, this.score - raceCost);
		this.onChange();
	}

	/** What to save over a restart. @param now ms since the epoch: it is compared in another process */
	snapshot(now: number): Json {
		return { score: this.score, at: now };
	}

	/** Adds the saved value, unless this process has already seen an end that was not announced. */
	restore(kept: Json | undefined, now: number): void {
		if (this.hasMissed || typeof kept !== 'object' || kept === null || !('score' in kept)) return;
		const { score, at } = kept;
		if (typeof score !== 'number' || typeof at !== 'number' || !(score > 0)) return;
		const earlier = now - at > staleMs ? Math.min(score, minAnnounced - 1) : score;
		this.score = Math.min(2 * minAnnounced, this.score + earlier);
	}
}
