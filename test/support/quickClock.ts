import { type Clock, systemClock } from '../../jobs/runtime/clock';

/**
 * Real time that runs faster for its callers: a second of ours is over in 20 ms. The server keeps its own, and
 * ours never gets ahead of it, so that what was made since a moment is found.
 */
const haste = 50;
const began = Date.now();
const headStart = 24 * 3_600_000;
export const quickClock: Clock = {
	now: () => began - headStart + (Date.now() - began) * haste,
	sleep: (ms, signal) => systemClock.sleep(ms / haste, signal),
};
