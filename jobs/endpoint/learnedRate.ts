const windowMs = 60_000;

/** Accepted requests that say something. */
const enough = 5;
/** Kept below what was seen, for requests do not arrive evenly. */
const margin = 0.95;
/** A guess that was too high is taken down to this share of it. */
const backOff = 0.7;
/** Each minute in which nothing was refused raises the guess by this share, so that one that was too low heals. */
const growth = 0.1;

/**
 * Requests a minute that a provider seems to allow, learned from what it accepted and refused, for a credential that
 * does not say. A provider that never refuses has no limit.
 */
export class LearnedRate {
	/** Accepted requests of the last minute, counted by the second, oldest first. */
	private readonly accepted = new Map<number, number>();
	private guess: number | null = null;
	/** When the guess was last made or raised. */
	private since = 0;

	/** A request was answered, and not with "too fast". */
	accept(now: number): void {
		this.forget(now);
		const second = Math.floor(now / 1_000);
		this.accepted.set(second, (this.accepted.get(second) ?? 0) + 1);
	}

	/**
	 * A request was refused as too fast. Those that went off before the last guess was made teach nothing new.
	 * @param sentAt when it went off @param retryAfterMs how long the provider asks to wait: with what was accepted before, it tells the provider's window
	 */
	refuse(sentAt: number, now: number, retryAfterMs: number): void {
		this.forget(now);
		if (this.guess !== null && sentAt <= this.since) return;
		const [first = now / 1_000] = this.accepted.keys();
		const span = Math.min(windowMs, Math.max(1_000, now - first * 1_000 + retryAfterMs));
		const count = [...this.accepted.values()].reduce((sum, each) => sum + each, 0);
		// Too few say nothing: something else was wrong, and the wait that was asked for is all there is to keep.
		if (count < enough) return;
		const seen = Math.max(1, (count / span) * windowMs * margin);
		this.guess = this.guess === null ? seen : Math.max(1, Math.min(seen, this.guess * backOff));
		this.since = now;
	}

	/** null: no limit is known. */
	perMinute(now: number): number | null {
		if (this.guess === null) return null;
		const minutes = Math.floor((now - this.since) / windowMs);
		if (minutes > 0) {
			this.guess *= (1 + growth) ** minutes;
			this.since += minutes * windowMs;
		}
		return Math.max(1, Math.floor(this.guess));
	}

	private forget(now: number): void {
		for (const second of this.accepted.keys()) {
			if (second * 1_000 > now - windowMs) break;
			this.accepted.delete(second);
		}
	}
}
