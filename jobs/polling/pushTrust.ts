import type { Json } from '../../memory/memory';

/** Ends that were pushed, less those that had to be looked for, before pushes are relied on. */
const enough = 4;
/** What a look that was quicker than the push takes from that. */
const raceCost = 0.5;

/**
 * Kept for so long, in ms, trust is one announcement short of being held: webhooks may have been set up anew meanwhile.
 */
const staleMs = 24 * 3_600_000;

/**
 * Whether the ends of an endpoint's jobs are announced by itself (webhooks). Where they are, jobs are looked at only
 * when an announcement is overdue; some never come, and the first that has to be looked for ends the trust.
 */
export class PushTrust {
	private score = 0;
	/** Whether an end was ever found by a poll in this process. */
	private hasMissed = false;

	get holds(): boolean {
		return this.score >= enough;
	}

	/** An end was announced, also one that a look had found just before. */
	announced(): void {
		this.score = Math.min(2 * enough, this.score + 1);
	}

	/** An end was found by a look. */
	foundByPoll(): void {
		this.hasMissed = true;
		this.score = this.holds ? 0 : Math.max(0, this.score - raceCost);
	}

	/** What is to be kept over a restart. @param now ms since the epoch */
	snapshot(now: number): Json {
		return { score: this.score, at: now };
	}

	/** Adds what was kept, unless this process has already seen otherwise. */
	restore(kept: Json | undefined, now: number): void {
		if (this.hasMissed || typeof kept !== 'object' || kept === null || !('score' in kept)) return;
		const { score, at } = kept;
		if (typeof score !== 'number' || typeof at !== 'number' || !(score > 0)) return;
		const earlier = now - at > staleMs ? Math.min(score, enough - 1) : score;
		this.score = Math.min(2 * enough, this.score + earlier);
	}
}
