import { executionCanceled, ImageError } from '../../model/errors';
import { onAbort } from './onAbort';

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

/** The longest delay of a timer, in ms; a timer with a longer delay fires at once. */
const maxTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) return reject(stopped());
			let timer: NodeJS.Timeout;
			const forget = onAbort(signal, () => {
				clearTimeout(timer);
				reject(stopped());
			});
			const wait = (left: number) => {
				timer = setTimeout(
					() => {
						if (left > maxTimerMs) return wait(left - maxTimerMs);
						forget();
						resolve();
					},
					// A deadline may have passed already.
					Math.min(Math.max(left, 0), maxTimerMs),
				);
			};
			wait(ms);
		}),
};

/** Resolves as `work`; rejects with `canceled` as soon as the signal aborts. The work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return work;
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(stopped());
		const forget = onAbort(signal, () => reject(stopped()));
		work.then(resolve, reject).finally(forget);
	});
}
