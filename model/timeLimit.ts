/** The longest delay of a timer, in ms; a timer with a longer delay fires at once. */
export const maxTimerMs = 2 ** 31 - 1;

/** A signal that aborts after `ms`, any number: Node.js rejects fractions, and fires at once after too many. */
export function timeLimit(ms: number): AbortSignal {
	return AbortSignal.timeout(Math.min(Math.max(Math.ceil(ms), 0), maxTimerMs));
}
