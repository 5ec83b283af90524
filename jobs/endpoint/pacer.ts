import type { Clock } from '../runtime/clock';
import { FairQueue, waitForTurn } from '../runtime/fairQueue';
import { BucketRate, type Rate, WindowRate } from './rates';

/** Keeps one endpoint's requests within its limit. Groups take turns; within one, first come, first served. */
export class Pacer {
	private rate: Rate | null;
	private notBefore = 0;
	private learned: number | null = null;
	private readonly queue = new FairQueue<() => void>();
	private serving = false;
	/** Ends the present pause when nobody waits for its end any more. */
	private idle = new AbortController();

	/**
	 * @param requestsPerMinute null: unlimited, and then only `pauseUntil` holds anything back
	 * @param burst where the server itself keeps a bucket: its capacity, refilled at the whole rate
	 */
	constructor(
		requestsPerMinute: number | null,
		private readonly clock: Clock,
		burst?: number,
	) {
		this.rate = requestsPerMinute === null ? null : burst === undefined ? new WindowRate(requestsPerMinute) : new BucketRate(requestsPerMinute, burst);
	}

	/** Goes by a learned limit from now on: evenly, since nothing is known of how much may go at once. */
	limitTo(requestsPerMinute: number): void {
		if (requestsPerMinute === this.learned) return;
		this.learned = requestsPerMinute;
		this.rate = new BucketRate(requestsPerMinute, 1, 0);
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
			const now = this.clock.now();
			const pause = Math.max(this.notBefore - now, this.rate?.pauseMs(now) ?? 0);
			if (pause > 0) await this.clock.sleep(pause, this.idle.signal).catch(() => undefined);
			else {
				this.rate?.spend(now);
				this.queue.shift()?.();
			}
		}
		this.serving = false;
	}
}
