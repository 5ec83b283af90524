import type { EndpointLimits } from '../../providers/provider';
import { type Clock, dateOf } from '../runtime/clock';
import { retryDefaults } from '../runtime/retry';
import { LearnedRate } from './learnedRate';
import { Pacer } from './pacer';

/** How long a request or a pause counts, in ms: the window of a limit, and the time in which two pauses are related. */
const countsMs = 2 * 60_000;

/**
 * Decides when the requests of one endpoint are sent: within the credential's limit, or else within a limit learned
 * from answers of 429; never during a pause that the provider requested.
 */
export class RequestPace {
	private readonly pacer: Pacer;
	private readonly rate = new LearnedRate();
	/** End of the last pause that the provider requested. */
	private pauseEnd = Number.NEGATIVE_INFINITY;
	/** Consecutive rate-limited answers: after each pause no request was accepted. */
	private rateLimitedAnswers = 0;

	/** When the last request was sent, by `Clock.now`; before the first -Infinity. */
	lastAt = Number.NEGATIVE_INFINITY;

	/** @param onLearned called when the learned limit has changed */
	constructor(
		private readonly limits: EndpointLimits,
		private readonly clock: Clock,
		private readonly onLearned: () => void = () => undefined,
	) {
		this.pacer = new Pacer(limits.requestsPerMinute, clock, limits.burst);
	}

	/** Resolves with the time when the next request may be sent; rejects with `canceled` if the signal aborts first. */
	async next(signal?: AbortSignal, group?: string): Promise<number> {
		await this.pacer.take(signal, group);
		this.lastAt = this.clock.now();
		return this.lastAt;
	}

	/** Counts an answer. @param retryAfterMs the pause that it requests; null: none */
	answered(sentAt: number, status: number, retryAfterMs: number | null): void {
		const now = this.clock.now();
		const isAfterPause = sentAt >= this.pauseEnd;
		if (status !== 429) {
			if (isAfterPause) this.rateLimitedAnswers = 0;
			if (this.isLearning) this.rate.accept(sentAt);
		} else {
			if (isAfterPause) this.rateLimitedAnswers++;
			const own = Math.min(
				retryDefaults.baseMs * 2 ** Math.max(0, this.rateLimitedAnswers - 1),
				retryDefaults.capMs,
			);
			const pauseMs = Math.min(retryAfterMs ?? own, retryDefaults.longestRetryAfterMs);
			this.pauseEnd = Math.max(this.pauseEnd, now + pauseMs);
			this.pacer.pauseUntil(now + pauseMs);
			if (this.isLearning) this.rate.rateLimited(sentAt, now, pauseMs);
			if (this.isLearning) this.onLearned();
		}
		this.applyLearned(now);
	}

	/** The credential's limit, or else the learned limit; null: no limit. */
	get requestsPerMinute(): number | null {
		return this.limits.requestsPerMinute ?? this.rate.perMinute(this.clock.now());
	}

	/** End of the pause that the provider requested, by `Clock.now`. */
	get pausedUntil(): number {
		return this.pacer.pausedUntil;
	}

	/** Requests that wait. */
	get waiting(): number {
		return this.pacer.waiting;
	}

	/** Whether it would send the next requests at the same times if it was made anew. */
	get isAtRest(): boolean {
		const now = this.clock.now();
		const isUnlimited = this.limits.requestsPerMinute === null && this.pauseEnd === Number.NEGATIVE_INFINITY;
		return this.waiting === 0 && (isUnlimited || now - Math.max(this.lastAt, this.pauseEnd) >= countsMs);
	}

	/** The learned limit, to be saved over a restart. */
	snapshot(): ReturnType<LearnedRate['snapshot']> {
		return this.rate.snapshot((moment) => dateOf(this.clock, moment));
	}

	restore(kept: Parameters<LearnedRate['restore']>[0]): void {
		if (!this.isLearning) return;
		const now = this.clock.now();
		// A time in the future means that the date was set back.
		this.rate.restore(kept, (date) => now - Math.max(0, this.clock.date().getTime() - date));
		this.applyLearned(now);
	}

	private get isLearning(): boolean {
		return this.limits.requestsPerMinute === null;
	}

	private applyLearned(now: number): void {
		if (this.isLearning) this.pacer.limitTo(this.rate.limit(now));
	}
}
