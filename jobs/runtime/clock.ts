import { maxTimerMs } from '../../model/timeLimit';
import { executionCanceled, ImageError } from '../../model/errors';
import { onAbort } from './onAbort';

/**
 * A moment in the life of this process, ms. It grows evenly, whatever happens to the computer's date, and it has no
 * meaning for another process: neither stored nor sent. A calculation with it gives a number; `inMs` makes a moment.
 */
export type Moment = number & { readonly clock: 'this process' };

/**
 * Time, passed in so that tests run in virtual time. Two readings of different types, because the date may be set back
 * or forward at any time.
 */
export interface Clock {
	/** For durations: deadlines, pauses, pacing, schedules. */
	now(): Moment;
	/** For what is stored, shown to users, or compared with other systems. */
	date(): Date;
	/** Resolves after `ms`; rejects with `canceled` as soon as the signal aborts. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A number in [0, 1). */
export type Random = () => number;

export function stopped(): ImageError {
	return new ImageError('canceled', { message: executionCanceled, delivery: 'notSent' });
}

export const systemClock: Clock = {
	// Whole numbers: some timers of Node.js reject fractions.
	now: () => Math.floor(performance.now()) as Moment,
	date: () => new Date(),
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

/** A deadline that never comes. */
export const never = Number.POSITIVE_INFINITY as Moment;

/** The moment `ms` from now. */
export function inMs(clock: Pick<Clock, 'now'>, ms: number): Moment {
	return (clock.now() + ms) as Moment;
}

/** The date of a moment, by the present date. ms since the epoch */
export function dateOf(clock: Pick<Clock, 'now' | 'date'>, moment: number): number {
	return Math.round(clock.date().getTime() + moment - clock.now());
}

/** Resolves as `work`; rejects with `canceled` as soon as the signal aborts. The work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return work;
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(stopped());
		const forget = onAbort(signal, () => reject(stopped()));
		work.then(resolve, reject).finally(forget);
	});
}
