import type { Json } from '../../memory/memory';
import type { WindowLimit } from './rates';

const minuteMs = 60_000;
const minWindowMs = 1_000;

/** If two rate-limited answers are further apart than this, in ms, they do not belong to the same limit. */
const relatedMs = 2 * minuteMs;
/** Requests that must have been accepted between rate-limited answers before a limit follows from them. */
const minAccepted = 5;
/** The limit is kept below what was accepted, because requests do not arrive evenly. */
const margin = 0.95;
/**
 * Each minute without a rate-limited answer raises the limit by this share, so that a limit that is too low is
 * corrected.
 */
const growth = 0.1;
/** A limit that was raised to this multiple is forgotten. */
const healedAfter = 100;

/**
 * A rate-limited answer with its pause. Rate-limited answers to requests that were sent before the end of the pause
 * belong to it too.
 */
interface RateLimited {
	/** End of the pause. */
	until: number;
	/** Requests that were sent after it and accepted. */
	accepted: number;
	/** The limit that was kept when it arrived. */
	before: Guess | null;
}

interface Guess {
	/** Not a whole number: it grows. */
	count: number;
	windowMs: number;
}

/**
 * The limit that a provider seems to have, learned for a credential without a limit. A single answer of 429 means only
 * a pause: the server may be overloaded for a moment. If such answers are repeated, the number of requests that were
 * accepted between the ends of two pauses is the limit. Without such answers there is no limit. Times are those of
 * `Clock.now`.
 */
export class LearnedRate {
	private guess: Guess | null = null;
	/** When the guess was made or raised. */
	private since = Number.NEGATIVE_INFINITY;
	private last: RateLimited | null = null;
	/** Requests accepted from the end of an earlier pause to the last rate-limited answer. */
	private seen: { from: number; accepted: number; atOnce: number } | null = null;

	/** A request was answered, and not rate limited. @param sentAt when it was sent */
	accept(sentAt: number): void {
		if (this.last && sentAt >= this.last.until) this.last.accepted++;
	}

	/** A request was rate limited. @param sentAt when it was sent @param pauseMs how long nothing is sent now */
	rateLimited(sentAt: number, now: number, pauseMs: number): void {
		const until = now + pauseMs;
		if (this.last && this.belongsTo(this.last, sentAt)) {
			this.last.until = Math.max(this.last.until, until);
		} else {
			this.seen = this.last && sentAt - this.last.until <= relatedMs ? this.added(this.last) : null;
			this.last = { until, accepted: 0, before: this.grown(now) };
		}
		// The limit is not raised while requests are rate limited.
		this.since = Math.max(this.since, now);
		this.conclude(this.last);
	}

	/** The present limit; null: no limit is known. */
	limit(now: number): WindowLimit | null {
		const guess = this.grown(now);
		return guess && { count: Math.max(1, Math.floor(guess.count)), windowMs: guess.windowMs };
	}

	/** Requests a minute; null: no limit is known. */
	perMinute(now: number): number | null {
		const guess = this.grown(now);
		return guess && Math.max(1, Math.floor((guess.count / guess.windowMs) * minuteMs));
	}

	/** What to save over a restart. @param dateOf the date of a moment, ms since the epoch */
	snapshot(dateOf: (moment: number) => number): Json {
		return this.guess && { ...this.guess, since: dateOf(this.since) };
	}

	/** Takes over what was saved, unless more is known already. @param momentOf the reverse of `dateOf` */
	restore(kept: Json | undefined, momentOf: (date: number) => number): void {
		if (this.guess || typeof kept !== 'object' || kept === null || !('count' in kept)) return;
		const { count, windowMs, since } = kept;
		if (!isAbove(count, 0) || !isAbove(windowMs, minWindowMs - 1) || !isAbove(since, -1)) return;
		this.guess = { count, windowMs };
		this.since = Math.max(this.since, momentOf(since));
	}

	private belongsTo({ until, accepted }: RateLimited, sentAt: number): boolean {
		return sentAt < until || (accepted === 0 && sentAt - until <= relatedMs);
	}

	/** Requests accepted so far, with those after the last pause. Counting restarts after a conclusion. */
	private added({ until, accepted }: RateLimited): NonNullable<LearnedRate['seen']> {
		const earlier = this.seen && this.seen.accepted < minAccepted ? this.seen : null;
		return {
			from: earlier?.from ?? until,
			accepted: (earlier?.accepted ?? 0) + accepted,
			atOnce: Math.max(earlier?.atOnce ?? 0, accepted),
		};
	}

	private conclude({ until, before }: RateLimited): void {
		if (!this.seen || this.seen.accepted < minAccepted) return;
		const { from, accepted, atOnce } = this.seen;
		const perMs =
			Math.min(
				accepted / Math.max(minWindowMs, until - from),
				before ? before.count / before.windowMs : Number.POSITIVE_INFINITY,
			) * margin;
		this.guess = { count: atOnce, windowMs: Math.max(minWindowMs, atOnce / perMs) };
	}

	private grown(now: number): Guess | null {
		if (!this.guess) return null;
		this.since = Math.min(this.since, now);
		const minutes = Math.floor((now - this.since) / minuteMs);
		const factor = (1 + growth) ** minutes;
		if (factor > healedAfter) this.guess = null;
		else if (minutes > 0) {
			this.guess = { ...this.guess, count: this.guess.count * factor };
			this.since += minutes * minuteMs;
		}
		return this.guess;
	}
}

const isAbove = (value: Json | undefined, bound: number): value is number =>
	typeof value === 'number' && value > bound && Number.isFinite(value);
