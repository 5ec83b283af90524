import type { Clock } from './clock';
import { FairQueue, waitForTurn } from './fairQueue';

const windowMs = 60_000;

/** Share of a minute's requests that may go at once; the rest flows in evenly. */
const burstShare = 1 / 6;

/**
 * Keeps one endpoint's requests within its limit: a token bucket of capacity b refilled at (n − b) a minute, so
 * that no window of 60 s ever sees more than n requests, wherever it begins. Groups take turns; within one, first come, first served.
 */
export class Pacer {
	private burst = Number.POSITIVE_INFINITY;
	private perMs = Number.POSITIVE_INFINITY;
	private tokens = 0;
	private refilledAt: number;
	private notBefore = 0;
	private readonly queue = new FairQueue<() => void>();
	private serving = false;
	/** Ends the present pause when nobody waits for its end any more. */
	private idle = new AbortController();

	/**
	 * @param requestsPerMinute null: unlimited, and then only `pauseUntil` holds anything back
	 * @param burst where the server itself keeps a bucket: its capacity, refilled at the whole rate
	 */
	constructor(
		private requestsPerMinute: number | null,
		private readonly clock: Clock,
		burst?: number,
	) {
		this.refilledAt = clock.now();
		this.setRate(requestsPerMinute, burst);
		this.tokens = this.burst;
	}

	/** Goes by a learned limit from now on: evenly, since nothing is known of how much may go at once. */
	limitTo(requestsPerMinute: number): void {
		if (requestsPerMinute === this.requestsPerMinute) return;
		this.refill();
		this.setRate(requestsPerMinute, 1);
		this.tokens = Math.min(this.tokens, this.burst);
	}

	/**
	 * Resolves when the next request may go; rejects with `canceled` when the signal aborts first.
	 * @param group who it is for: groups take turns
	 */
	take(signal?: AbortSignal, group = ''): Promise<void> {
		const turn = waitForTurn(this.queue, group, signal, () => {
			if (this.queue.size === 0) this.idle.abort();
		});
		void this.serve();
		return turn;
	}

	/** Nothing goes before this moment (ms since the epoch): the provider said so. */
	pauseUntil(moment: number): void {
		this.notBefore = Math.max(this.notBefore, moment);
	}

	get pausedUntil(): number {
		return this.notBefore;
	}

	get waiting(): number {
		return this.queue.size;
	}

	private async serve(): Promise<void> {
		if (this.serving) return;
		this.serving = true;
		// Whoever asks and gives up in the same breath costs nothing.
		await Promise.resolve();
		while (this.queue.size > 0) {
			this.idle = new AbortController();
			const pause = this.pauseBeforeNext();
			if (pause > 0) await this.clock.sleep(pause, this.idle.signal).catch(() => undefined);
			else {
				if (this.requestsPerMinute !== null) this.tokens -= 1;
				this.queue.shift()?.();
			}
		}
		this.serving = false;
	}

	private setRate(requestsPerMinute: number | null, burst?: number): void {
		this.requestsPerMinute = requestsPerMinute;
		const n = requestsPerMinute ?? Number.POSITIVE_INFINITY;
		this.burst = burst ?? (n === 1 ? 1 : Math.max(1, Math.floor(n * burstShare)));
		// With one request a minute there is nothing left to flow: the bucket refills once a window.
		this.perMs = burst !== undefined ? n / windowMs : n === 1 ? 1 / windowMs : (n - this.burst) / windowMs;
	}

	private refill(): number {
		const now = this.clock.now();
		if (this.requestsPerMinute !== null) this.tokens = Math.min(this.burst, this.tokens + (now - this.refilledAt) * this.perMs);
		this.refilledAt = now;
		return now;
	}

	/** How long until the next one may go, in ms; 0: now. */
	private pauseBeforeNext(): number {
		const now = this.refill();
		if (now < this.notBefore) return this.notBefore - now;
		if (this.requestsPerMinute === null) return 0;
		// Rounding may leave a token a hair short; asking for the hair would spin.
		return this.tokens >= 1 - 1e-9 ? 0 : Math.max(1, Math.ceil((1 - this.tokens) / this.perMs));
	}
}
