import { executionCanceled, ImageError } from '../model/errors';

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

export const systemClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) return reject(stopped());
			const onAbort = () => {
				clearTimeout(timer);
				reject(stopped());
			};
			const timer = setTimeout(() => {
				signal?.removeEventListener('abort', onAbort);
				resolve();
			}, ms);
			signal?.addEventListener('abort', onAbort, { once: true });
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
