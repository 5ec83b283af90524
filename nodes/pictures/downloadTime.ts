import { abortable, type Moment, systemClock } from '../../jobs/runtime/clock';
import { beforeDeadline } from '../../jobs/runtime/deadline';
import { withRetry } from '../../jobs/runtime/retry';
import { ImageError } from '../../model/errors';

/** All limits of the time of downloads, in ms. */
export const downloadTimes = {
	/** One attempt, from the request to the last byte. */
	attemptMs: 5 * 60_000,
	/** All images of a job, or one file, with all attempts, in a node without *Max Wait*. */
	longestMs: 10 * 60_000,
	/** What the images of a job get at least, so that a job that ended just before *Max Wait* can deliver. */
	graceMs: 15_000,
	/** In a node that polls once: all images, whatever their number, and for each image. */
	onceMs: 30_000,
	oncePerImageMs: 2_000,
};

/** How long downloads may take from the moment of the call, in ms: the rest of *Max Wait*, and at least the grace. */
export function restOfMaxWait(maxWaitMs: number): () => number {
	const startedAt = performance.now();
	return () => Math.max(maxWaitMs - (performance.now() - startedAt), downloadTimes.graceMs);
}

/** How long all images of a poll without *Max Wait* may take, in ms. A silent host must not hold it. */
export function timeForImages(images: number): number {
	const { onceMs, oncePerImageMs, longestMs } = downloadTimes;
	return Math.min(onceMs + oncePerImageMs * images, longestMs);
}

/**
 * Does the work, again after an error that may pass, until the time is over. It then fails with the last of these
 * errors, or with `timeout` if there was none. It fails with `canceled` as soon as the signal aborts, whatever the work
 * does.
 * @param canRepeat whether an error may pass; default: the error's `retryable`
 */
export async function retriedInTime<T>(
	until: Moment,
	signal: AbortSignal | undefined,
	work: (signal: AbortSignal) => Promise<T>,
	canRepeat?: (error: ImageError) => boolean,
): Promise<T> {
	let last: ImageError | undefined;
	return await beforeDeadline(
		systemClock,
		until,
		signal,
		async (either) =>
			await abortable(
				withRetry(() => work(either), {
					clock: systemClock,
					random: Math.random,
					signal: either,
					canRepeat: (error) => {
						last = error;
						return canRepeat?.(error) ?? error.retryable;
					},
				}),
				either,
			),
		() => last ?? new ImageError('timeout', { message: 'the time for downloads was over' }),
	);
}
