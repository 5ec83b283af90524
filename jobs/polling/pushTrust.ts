/** Ends that were pushed, less those that had to be looked for, before pushes are relied on. */
const enough = 4;
/** What a look that was quicker than the push takes from that. */
const raceCost = 0.5;

/**
 * Whether the ends of an endpoint's jobs are announced by itself (webhooks). Where they are, jobs are looked at only
 * when an announcement is overdue; some never come, and the first that has to be looked for ends the trust.
 */
export class PushTrust {
	private score = 0;

	get holds(): boolean {
		return this.score >= enough;
	}

	/** An end was announced, also one that a look had found just before. */
	announced(): void {
		this.score = Math.min(2 * enough, this.score + 1);
	}

	/** An end was found by a look. */
	lookedFor(): void {
		this.score = this.holds ? 0 : Math.max(0, this.score - raceCost);
	}
}
