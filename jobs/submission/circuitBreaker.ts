/** Every constant of taking an endpoint out of a pool. Times in ms. */
export const ejection = {
	/** Failures in a row. */
	after: 3,
	/** First cool-down; doubled with each probe that fails. */
	coolDownMs: 5_000,
	longestCoolDownMs: 300_000,
};

/** How long the n-th cool-down in a row takes, in ms; n from 1. */
export function coolDownMs(n: number): number {
	return Math.min(ejection.coolDownMs * 2 ** (n - 1), ejection.longestCoolDownMs);
}

/**
 * - `closed`: requests are sent. `failures`: consecutive failed requests.
 * - `open`: nothing is sent until `retryAt`. `coolDowns`: in a row, this one included.
 * - `probing`: the cool-down is over, and one request finds out whether the endpoint works again.
 */
export type BreakerState =
	| { name: 'closed'; failures: number }
	| { name: 'open' | 'probing'; retryAt: number; coolDowns: number };

/** The kind of an admitted request. Report its result with this value. */
export type Admission = 'request' | 'probe';

/**
 * A circuit breaker: after failures in a row nothing is sent for a while, then one request as a probe. The caller
 * passes the time, by `Clock.now`.
 */
export class CircuitBreaker {
	private current: BreakerState = { name: 'closed', failures: 0 };

	get state(): Readonly<BreakerState> {
		return this.current;
	}

	/** The kind of the request if it may be sent now; otherwise null. */
	admit(now: number): Admission | null {
		const { current } = this;
		if (current.name === 'closed') return 'request';
		if (current.name === 'probing' || now < current.retryAt) return null;
		this.current = { ...current, name: 'probing' };
		return 'probe';
	}

	/** A request that was admitted works. One that was sent before the breaker opened does not close it. */
	succeeded(admission: Admission): void {
		if (this.current.name === 'closed' || (admission === 'probe' && this.current.name === 'probing'))
			this.current = { name: 'closed', failures: 0 };
	}

	/** An admitted request has failed because of the endpoint. */
	failed(now: number): void {
		const { current } = this;
		switch (current.name) {
			case 'closed': {
				const failures = current.failures + 1;
				if (failures < ejection.after) this.current = { name: 'closed', failures };
				else this.open(1, now + coolDownMs(1));
				return;
			}
			case 'probing':
				this.open(current.coolDowns + 1, now + coolDownMs(current.coolDowns + 1));
				return;
			// Requests that were sent before do not make the cool-down longer.
			case 'open':
				return;
		}
	}

	/** Opens it: after failures, or as it was before a restart. */
	open(coolDowns: number, retryAt: number): void {
		this.current = { name: 'open', retryAt, coolDowns };
	}
}
