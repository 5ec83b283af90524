import { type ImageError, outcomeOf } from '../../model/errors';
import type { Clock, Moment } from './clock';

/**
 * Does the work until a deadline. At the deadline its signal aborts, and the result is the error of `tooLate`.
 */
export async function beforeDeadline<T>(
	clock: Clock,
	deadline: Moment,
	signal: AbortSignal | undefined,
	work: (signal: AbortSignal) => Promise<T>,
	tooLate: () => ImageError,
): Promise<T> {
	const late = new AbortController();
	const done = new AbortController();
	clock.sleep(deadline - clock.now(), done.signal).then(
		() => late.abort(),
		() => undefined,
	);
	const outcome = await outcomeOf(work(signal ? AbortSignal.any([signal, late.signal]) : late.signal));
	done.abort();
	if (outcome.ok) return outcome.value;
	throw outcome.error.code === 'canceled' && late.signal.aborted && !signal?.aborted ? tooLate() : outcome.error;
}
