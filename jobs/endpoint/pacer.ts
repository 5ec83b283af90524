import type { Clock } from '../runtime/clock';
import { FairQueue, waitInQueue } from '../runtime/fairQueue';
import { BucketRate, type Rate, type WindowLimit, WindowRate } from './rates';

/** Keeps one endpoint's requests within its limit, with fair queueing between groups. */
export class Pacer {
	private readonly rate: Rate | null;
	private notBefore = Number.NEGATIVE_INFINITY;
	private learned: WindowRate | null = null;
	private readonly queue = new FairQueue<() => void>();
	private isServing = false;
	/** Ends the present pause when no request waits any more. */
	private idle = new AbortController();

	/**
	 * @param requestsPerMinute null: unlimited; then only `pauseUntil` delays requests
	 * @param burst capacity of the server's token bucket, if it has one; refilled at the full rate
	 */
	constructor(
		requestsPerMinute: number | null,
		private readonly clock: Clock,
		burst?: number,
	) {
		this.rate =
			requestsPerMinute === null
				? null
				: burst === undefined
					? WindowRate.perMinute(requestsPerMinute)
					: new BucketRate(requestsPerMinute, burst);
	}

	/** From now on keeps a learned limit too; null: none. */
	limitTo(limit: WindowLimit | null): void {
		if (limit && this.learned) this.learned.change(limit);
		else this.learned = limit && WindowRate.of(limit);
	}

	/**
	 * Resolves when the next request may go; rejects with `canceled` when the signal aborts first.
	 * @param group groups are queued fairly (`FairQueue`)
	 */
	take(signal?: AbortSignal, group = ''): Promise<void> {
		const sent = waitInQueue(this.queue, group, signal, () => {
			if (this.queue.size === 0) this.idle.abort();
		});
		void this.serve();
		return sent;
	}

	/** Nothing is sent before this moment, because the provider requested a pause. */
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
		if (this.isServing) return;
		this.isServing = true;
		// A request whose signal aborts at once does not count.
		await Promise.resolve();
		while (this.queue.size > 0) {
			this.idle = new AbortController();
			const now = this.clock.now();
			const pause = Math.max(this.notBefore - now, this.rate?.pauseMs(now) ?? 0, this.learned?.pauseMs(now) ?? 0);
			if (pause > 0) await this.clock.sleep(pause, this.idle.signal).catch(() => undefined);
			else {
				this.rate?.countRequest(now);
				this.learned?.countRequest(now);
				this.queue.shift()?.();
			}
		}
		this.isServing = false;
	}
}
