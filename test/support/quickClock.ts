import { type Clock, type Moment, systemClock } from '../../jobs/runtime/clock';

/**
 * A clock that runs faster for its callers: one second takes 20 ms. The server uses real time. This clock starts a day
 * behind it and stays behind, so that a search "since this time" finds new jobs.
 */
const haste = 50;
const began = Date.now();
const headStart = 24 * 3_600_000;
export const quickClock: Clock = {
	now: () => (performance.now() * haste) as Moment,
	date: () => new Date(began - headStart + (Date.now() - began) * haste),
	sleep: (ms, signal) => systemClock.sleep(ms / haste, signal),
};
