import { ImageError, toImageError } from '../../model/errors';
import type { Clock, Random } from './clock';

/** Every constant of repeating a call, in one place. Times in ms. */
export const retryDefaults = {
	/** Calls in all, the first included. */
	attempts: 4,
	/** First pause; doubled each time. More than a second: Image SaaS may run a key twice that comes again sooner. */
	baseMs: 1_200,
	/** Longest pause of our own choosing. */
	capMs: 30_000,
	/** Share by which a pause is lengthened at the most, so that many clients do not come back together. */
	jitter: 0.3,
	/** Longest `Retry-After` that is obeyed; a provider that asks for more has, for us, failed. */
	longestRetryAfterMs: 120_000,
};

export interface RetryOptions {
	clock: Clock;
	random: Random;
	signal?: AbortSignal | undefined;
	/** Whether this failure is repeated. Default: whatever its code says is retryable. */
	canRepeat?: (error: ImageError) => boolean;
	/** Told before each pause, e.g. to slow the whole endpoint. */
	onPause?: (error: ImageError, pauseMs: number) => void;
	attempts?: number;
	/**
	 * No new attempt begins after this moment (ms since the epoch). A refusal for being too fast (429) is repeated
	 * until then and does not count as an attempt.
	 */
	deadline?: number;
}

/** Pause before attempt `attempt + 1` (0-based), in ms: what the provider asked for, else exponential with jitter. */
export function pauseBefore(attempt: number, error: ImageError, random: Random): number {
	const own = Math.min(retryDefaults.baseMs * 2 ** attempt, retryDefaults.capMs);
	const varied = own * (1 + retryDefaults.jitter * random());
	return Math.max(error.retryAfterMs ?? 0, varied);
}

/**
 * Calls `work` until it succeeds, fails for good, or the attempts or the time are used up. The only retry loop there
 * is.
 */
export async function withRetry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
	const { clock, random, signal, attempts = retryDefaults.attempts, deadline = Number.POSITIVE_INFINITY } = options;
	let failures = 0;
	let rateLimitedAnswers = 0;
	for (;;) {
		try {
			return await work();
		} catch (thrown) {
			const error = toImageError(thrown);
			const tooFast = error.code === 'rateLimited' && Number.isFinite(deadline);
			if (tooFast) rateLimitedAnswers++;
			else failures++;
			const pause = pauseBefore(Math.max(failures, rateLimitedAnswers) - 1, error, random);
			const mayRepeat = error.code !== 'canceled' && (options.canRepeat?.(error) ?? error.retryable);
			if (
				!mayRepeat ||
				failures >= attempts ||
				pause > retryDefaults.longestRetryAfterMs ||
				clock.now() + pause > deadline
			)
				throw error;
			options.onPause?.(error, pause);
			await clock.sleep(pause, signal);
		}
	}
}
