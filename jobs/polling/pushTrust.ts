import type { Json } from '../../memory/memory';

/** Ends that must be announced, less those that polls had to find, before announcements are relied on. */
const minAnnounced = 4;
/** How much an end found by a poll takes from that while announcements are not relied on yet. */
const raceCost = 0.5;

/**
 * Saved trust that is older than this, in ms, is one announcement short of being relied on: webhooks may have been
 * changed meanwhile.
 */
const staleMs = 24 * 3_600_000;

/**
 * Whether the provider announces the ends of an endpoint's jobs (webhooks). Where it does, jobs are polled only when an
 * announcement is overdue. Announcements may stop at any time: the first end that a poll has to find ends the trust.
 */
export class PushTrust {
	private score = 0;
	/** Whether an end was ever found by a poll in this process. */
	private hasMissed = false;

	/** @param onChange called after an end was announced or found by a poll */
	constructor(private readonly onChange: () => void = () => undefined) {}

	/** Whether announcements are relied on. */
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

	/** What to save over a restart. @param now ms since the epoch */
	snapshot(now: number): Json {
		return { score: this.score, at: now };
	}

	/** Adds what was saved, unless this process has already seen an end that was not announced. */
	restore(kept: Json | undefined, now: number): void {
		if (this.hasMissed || typeof kept !== 'object' || kept === null || !('score' in kept)) return;
		const { score, at } = kept;
		if (typeof score !== 'number' || typeof at !== 'number' || !(score > 0)) return;
		const earlier = now - at > staleMs ? Math.min(score, minAnnounced - 1) : score;
		this.score = Math.min(2 * minAnnounced, this.score + earlier);
	}
}
