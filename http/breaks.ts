import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long loops over outside data together keep n8n's event loop, in ms. */
const longestTurnMs = 20;

let since = performance.now();
let pause: Promise<void> | undefined;

/**
 * For loops over data from outside, of which there may be any amount: called in each round, it lets n8n's other work
 * run when such loops have run for a while. They all wait for the same moment, so that together they take no longer
 * than one.
 */
export async function takeBreak(): Promise<void> {
	if (performance.now() - since < longestTurnMs) return;
	pause ??= nextTurn().then(() => {
		since = performance.now();
		pause = undefined;
	});
	await pause;
}
