import type { Expectation } from './durations';

/** A job that runs, as far as anybody knows. Times in ms since the epoch. */
export interface Running {
	/** When it began. */
	since: number;
	/** When it was last seen to run; its beginning where nobody has looked yet. */
	seenAt: number;
	expectation: Expectation;
}

/**
 * A poll is worth its request when so many of the jobs that run together have probably ended without anybody knowing:
 * a third for a job alone, which is three or four polls, and one of five, which is not quite one poll a job.
 * Where more run together one poll serves many, and comes sooner for each.
 */
const endedOfOne = 0.33;
const endedOfEachMore = 0.1925;
const few = 5;

function limitFor(jobs: number): number {
	const ofFew = endedOfOne + endedOfEachMore * (Math.min(jobs, few) - 1);
	return jobs <= few ? ofFew : ofFew * Math.sqrt(jobs / few);
}

/** Jobs that are reckoned with; of more, these stand for all. */
const sample = 64;

/**
 * When the next poll of all these jobs is worth its request: not at even distances, but when enough of them have
 * probably ended. None is due before the first can have ended.
 * @param maxMs longest time from when a job was last seen
 */
export function worthPollingAt(jobs: readonly Running[], maxMs: number): number {
	const every = Math.ceil(jobs.length / sample);
	const chosen = jobs
		.filter((_, index) => index % every === 0)
		.map((job) => ({ ...job, alive: job.expectation.running(job.seenAt - job.since) }));
	let earliest = Number.POSITIVE_INFINITY;
	let latest = Number.POSITIVE_INFINITY;
	let step = Number.POSITIVE_INFINITY;
	for (const { since, seenAt, expectation } of chosen) {
		earliest = Math.min(earliest, Math.max(seenAt, since + expectation.earliest));
		latest = Math.min(latest, seenAt + maxMs);
		step = Math.min(step, expectation.typical / 200);
	}
	if (earliest >= latest || !Number.isFinite(earliest)) return Math.min(earliest, latest);
	// Of the sample's, as of all.
	const limit = (limitFor(jobs.length) * chosen.length) / jobs.length;
	const isWorthPolling = (at: number) =>
		chosen.reduce(
			(ended, { since, seenAt, expectation, alive }) =>
				ended + (at > seenAt ? 1 - expectation.running(at - since) / alive : 0),
			0,
		) >= limit;
	// The more time passes, the more have ended: an interval that holds the moment is found, and halved.
	let low = earliest;
	let high = Math.min(latest, earliest + Math.max(1, 64 * step));
	while (high < latest && !isWorthPolling(high)) [low, high] = [high, Math.min(latest, high + 2 * (high - low))];
	while (high - low > Math.max(1, step)) {
		const middle = (low + high) / 2;
		if (isWorthPolling(middle)) high = middle;
		else low = middle;
	}
	return high;
}

/**
 * The pause between looks with which most jobs can be made, where both places and requests are scarce: looked at often,
 * jobs give their places back soon, but each look takes a submit's turn; looked at rarely, places stand idle. A job
 * begun with one look gives its place back with the first look after its end.
 */
export function scarcePauseMs(requestsPerMinute: number, inFlight: number, { typical, running }: Expectation): number {
	const perMs = requestsPerMinute / 60_000;
	let best = { pauseMs: typical, made: 0 };
	for (let pauseMs = Math.max(1, typical / 20); pauseMs <= 5 * typical; pauseMs *= 1.05) {
		let held = 0;
		for (let look = 0, share = 1; share > 0.01; share = running(++look * pauseMs)) held += pauseMs * share;
		const made = Math.min(inFlight / held, perMs - 1 / pauseMs);
		if (made > best.made) best = { pauseMs, made };
	}
	return best.pauseMs;
}
