/** A limit on how often requests are sent. Times in ms. */
export interface Rate {
	/** How long until the next request may be sent; 0: now. */
	pauseMs(now: number): number;
	/** A request is sent now. */
	countRequest(now: number): void;
}

/** At most `count` requests in any window of `windowMs`. */
export interface WindowLimit {
	count: number;
	windowMs: number;
}

/**
 * A little more than a minute: the distances between requests change on their way, and a fast request after a slow one
 * could arrive in a full window.
 */
const minuteMs = 60_500;

/**
 * Share of a minute's requests that may be sent at once. The others are spread evenly, so that a later request does not
 * wait for a whole minute.
 */
const burstShare = 1 / 2;

/**
 * At most n requests in any window of time, and exactly n if there are enough. It stores the times of the last window.
 */
export class WindowRate implements Rate {
	/** Moments in the present window, oldest first, from `start` on. */
	private moments: number[] = [];
	private start = 0;

	/** @param burst requests that may be sent at once */
	private constructor(
		private limit: WindowLimit,
		private burst: number,
	) {}

	/** A number of requests per minute, as in a credential. */
	static perMinute(count: number): WindowRate {
		return new WindowRate({ count, windowMs: minuteMs }, Math.max(1, Math.floor(count * burstShare)));
	}

	/** All requests of a window may be sent at once, because the provider accepted that before. */
	static of(limit: WindowLimit): WindowRate {
		return new WindowRate(limit, limit.count);
	}

	/** Changes the limit; earlier requests still count. */
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
		// After the limit was lowered, the window may contain too many requests. Then several of them must leave it
		// first.
		if (count >= max)
			return Math.max(0, Math.ceil((this.moments[this.moments.length - max] ?? oldest) + windowMs - now));
		// After the burst, the other requests of the window are spread over its time, the last before its end.
		const share = (count + 1 - this.burst) / (max + 1 - this.burst);
		return Math.max(0, Math.ceil(oldest + Math.min(1, share) * windowMs - now));
	}

	countRequest(now: number): void {
		this.moments.push(now);
	}

	private forget(now: number): void {
		while ((this.moments[this.start] ?? Number.POSITIVE_INFINITY) <= now - this.limit.windowMs) this.start++;
		// Not at each request, because the list is long if the limit is high.
		if (this.start > 1_000 || this.start === this.moments.length) {
			this.moments = this.moments.slice(this.start);
			this.start = 0;
		}
	}
}

/** A token bucket as servers keep it: `burst` requests at once, refilled at the whole rate. */
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
		// Rounding may leave a token slightly short; waiting for the difference would loop without end.
		return this.tokens >= 1 - 1e-9 ? 0 : Math.max(1, Math.ceil((1 - this.tokens) / this.perMs));
	}

	countRequest(): void {
		this.tokens -= 1;
	}
}
