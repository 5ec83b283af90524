import { type Clock, stopped } from './clock';

const windowMs = 60_000;

/** Share of a minute's requests that may go at once; the rest flows in evenly. */
const burstShare = 1 / 6;

/**
 * Keeps one endpoint's requests within its limit: a token bucket of capacity b refilled at (n − b) a minute, so
 * that no window of 60 s ever sees more than n requests, wherever it begins. First come, first served.
 */
export class Pacer {
	private readonly burst: number;
	private readonly perMs: number;
	private tokens: number;
	private refilledAt: number;
	private notBefore = 0;
	private tail: Promise<void> = Promise.resolve();

	/**
	 * @param requestsPerMinute null: unlimited, and then only `pauseUntil` holds anything back
	 * @param burst where the server itself keeps a bucket: its capacity, refilled at the whole rate
	 */
	constructor(
		private readonly requestsPerMinute: number | null,
		private readonly clock: Clock,
		burst?: number,
	) {
		const n = requestsPerMinute ?? Number.POSITIVE_INFINITY;
		this.burst = burst ?? (n === 1 ? 1 : Math.max(1, Math.floor(n * burstShare)));
		// With one request a minute there is nothing left to flow: the bucket refills once a window.
		this.perMs = burst !== undefined ? n / windowMs : n === 1 ? 1 / windowMs : (n - this.burst) / windowMs;
		this.tokens = this.burst;
		this.refilledAt = clock.now();
	}

	/** Resolves when the next request may go; rejects with `canceled` when the signal aborts first. */
	take(signal?: AbortSignal): Promise<void> {
		const turn = this.tail.then(() => this.waitForToken(signal));
		// One who gives up must not stop those behind.
		this.tail = turn.catch(() => undefined);
		return turn;
	}

	/** Nothing goes before this moment (ms since the epoch): the provider said so. */
	pauseUntil(moment: number): void {
		this.notBefore = Math.max(this.notBefore, moment);
	}

	private async waitForToken(signal: AbortSignal | undefined): Promise<void> {
		if (signal?.aborted) throw stopped();
		for (;;) {
			const now = this.clock.now();
			if (now < this.notBefore) {
				await this.clock.sleep(this.notBefore - now, signal);
				continue;
			}
			if (this.requestsPerMinute === null) return;
			this.tokens = Math.min(this.burst, this.tokens + (now - this.refilledAt) * this.perMs);
			this.refilledAt = now;
			// Rounding may leave a token a hair short; asking for the hair would spin.
			if (this.tokens >= 1 - 1e-9) {
				this.tokens -= 1;
				return;
			}
			await this.clock.sleep(Math.max(1, Math.ceil((1 - this.tokens) / this.perMs)), signal);
		}
	}
}
