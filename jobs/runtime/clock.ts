import { executionCanceled, ImageError } from '../../model/errors';

/** Time, passed in so that tests run in virtual time. Milliseconds. */
export interface Clock {
	now(): number;
	/** Resolves after `ms`; rejects with `canceled` as soon as the signal aborts. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1). */
export type Random = () => number;

export function stopped(): ImageError {
	return new ImageError('canceled', { message: executionCanceled, delivery: 'notSent' });
}

/** The longest a timer takes; a longer one would end at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) return reject(stopped());
			let timer: NodeJS.Timeout;
			const onAbort = () => {
				clearTimeout(timer);
				reject(stopped());
			};
			const wait = (left: number) => {
				timer = setTimeout(
					() => {
						if (left > longestTimerMs) return wait(left - longestTimerMs);
						signal?.removeEventListener('abort', onAbort);
						resolve();
					},
					Math.min(left, longestTimerMs),
				);
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			wait(ms);
		}),
};

/** What `work` gives, or a rejection with `canceled` as soon as the signal aborts; the work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return work;
	return new Promise((resolve, reject) => {
		const onAbort = () => reject(stopped());
		if (signal.aborted) return onAbort();
		signal.addEventListener('abort', onAbort, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
	});
}
