import { ImageError, toImageError } from '../../model/errors';
import { type Clock, type Moment, never, type Random } from './clock';

/** All constants of retries. Times in ms. */
export const retryDefaults = {
	/** Calls in all, the first included. */
	attempts: 4,
	/** First pause; doubled each time. More than a second: Image SaaS may run a key twice if it is repeated earlier. */
	baseMs: 1_200,
	/** Longest pause without `Retry-After`. */
	capMs: 30_000,
	/** Largest share that is added to a pause, so that many clients do not return at the same moment. */
	jitter: 0.3,
	/** Longest accepted `Retry-After`; a longer one counts as a failure. */
	longestRetryAfterMs: 120_000,
};

export interface RetryOptions {
	clock: Clock;
	random: Random;
	signal?: AbortSignal | undefined;
	/** Whether the call is repeated after this error. Default: the error's `retryable`. */
	canRepeat?: (error: ImageError) => boolean;
	/** Called before each pause, e.g. to slow the whole endpoint. */
	onPause?: (error: ImageError, pauseMs: number) => void;
	attempts?: number;
	/**
	 * No new attempt begins after this moment. With a deadline, a rate-limited call (429) is
	 * repeated until then and does not count as an attempt.
	 */
	deadline?: Moment;
}

/** Pause in ms before attempt `attempt + 1` (0-based): exponential with jitter, and at least `Retry-After`. */
export function pauseBefore(attempt: number, error: ImageError, random: Random): number {
	const own = Math.min(retryDefaults.baseMs * 2 ** attempt, retryDefaults.capMs);
	const varied = own * (1 + retryDefaults.jitter * random());
	return Math.max(error.retryAfterMs ?? 0, varied);
}

/**
 * Calls `work` until it succeeds, fails with an error that is not retryable, or attempts or time are used up. Every
 * retry of the pack goes through this loop. Throws the last error.
 */
export async function withRetry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
	const { clock, random, signal, attempts = retryDefaults.attempts, deadline = never } = options;
	let failures = 0;
	let rateLimitedAnswers = 0;
	for (;;) {
		try {
			return await work();
		} catch (thrown) {
			const error = toImageError(thrown);
			const isRateLimited = error.code === 'rateLimited' && Number.isFinite(deadline);
			if (isRateLimited) rateLimitedAnswers++;
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
