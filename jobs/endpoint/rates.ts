/** How often something may happen. Times in ms. */
export interface Rate {
	/** How long until it may happen next; 0: now. */
	pauseMs(now: number): number;
	/** It happened. */
	countRequest(now: number): void;
}

/** At most so many in any window of so many ms. */
export interface WindowLimit {
	count: number;
	windowMs: number;
}

/**
 * The provider's minute, and a little more: requests do not arrive in the same distances as they were sent, and one
 * that came quickly after a slow one would fall into a window that was already full.
 */
const minuteMs = 60_500;

/**
 * Share of a minute's requests that may go at once; the rest flows in evenly, so that who comes later need not wait for
 * a whole minute.
 */
const burstShare = 1 / 2;

/**
 * At most n in any window, wherever it begins, and all n of them where there is demand: the moments of the last window
 * are remembered.
 */
export class WindowRate implements Rate {
	/** Moments in the present window, oldest first, from `start` on. */
	private moments: number[] = [];
	private start = 0;

	/** @param burst how many may go at once */
	private constructor(
		private limit: WindowLimit,
		private burst: number,
	) {}

	/** So many a minute, as a credential names them. */
	static perMinute(count: number): WindowRate {
		return new WindowRate({ count, windowMs: minuteMs }, Math.max(1, Math.floor(count * burstShare)));
	}

	/** All of a window at once, as a provider was seen to accept them. */
	static of(limit: WindowLimit): WindowRate {
		return new WindowRate(limit, limit.count);
	}

	/** Another limit from now on; what went before still counts. */
	change(limit: WindowLimit): void {
		this.limit = limit;
		this.burst = limit.count;
	}

	pauseMs(now: number): number {
		this.forget(now);
		const { count: max, windowMs } = this.limit;
		const count = this.moments.length - this.start;
		const oldest = this.moments[this.start];
		if (oldest === undefined || count < this.burst) return 0;
		// Where a limit was lowered, more may have gone than it allows: the one that makes room is later than the
		// oldest.
		if (count >= max)
			return Math.max(0, Math.ceil((this.moments[this.moments.length - max] ?? oldest) + windowMs - now));
		// After the burst the rest of the window's requests come in step with its time, the last before its end.
		const share = (count + 1 - this.burst) / (max + 1 - this.burst);
		return Math.max(0, Math.ceil(oldest + Math.min(1, share) * windowMs - now));
	}

	countRequest(now: number): void {
		this.moments.push(now);
	}

	private forget(now: number): void {
		while ((this.moments[this.start] ?? Number.POSITIVE_INFINITY) <= now - this.limit.windowMs) this.start++;
		// Cut off now and then, not each time: a list is long where the limit is high.
		if (this.start > 1_000 || this.start === this.moments.length) {
			this.moments = this.moments.slice(this.start);
			this.start = 0;
		}
	}
}

/** A bucket like those that servers keep: so many at once, refilled at the whole rate. */
export class BucketRate implements Rate {
	private readonly perMs: number;
	private tokens: number;
	private refilledAt: number | null = null;

	/** @param burst the bucket's capacity; it is full at the beginning */
	constructor(
		perMinute: number,
		private readonly burst: number,
	) {
		this.perMs = perMinute / 60_000;
		this.tokens = burst;
	}

	pauseMs(now: number): number {
		this.tokens = Math.min(this.burst, this.tokens + (now - (this.refilledAt ?? now)) * this.perMs);
		this.refilledAt = now;
		// Rounding may leave a token a hair short; asking for the hair would spin.
		return this.tokens >= 1 - 1e-9 ? 0 : Math.max(1, Math.ceil((1 - this.tokens) / this.perMs));
	}

	countRequest(): void {
		this.tokens -= 1;
	}
}
