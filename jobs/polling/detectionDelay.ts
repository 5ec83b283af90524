import type { Expectation } from './durations';
import type { ScarceLimits } from './pollSchedule';

/** A job that runs, as far as this process knows. Times are those of `Clock.now`. */
export interface RunningJob {
	/** When it began. */
	since: number;
	/** When a poll last saw it running; before the first such poll: its start. */
	seenAt: number;
	expectation: Expectation;
}

/*
 * A poll is worth its request when enough of the jobs that run together have probably ended since they were last seen.
 * "Enough" is the sum of the probabilities that each has ended; `endedPerPoll` says how large it must be. A large sum
 * costs few polls and sees ends late, a small one the reverse.
 */

/**
 * One job alone is polled each time it has ended with a probability of a third. It then needs 1 / (1/3) = 3 polls on
 * average. With durations spread evenly over a range of width w, p = 1/3 gives a mean delay of w · p / (2 · (2 − p)) =
 * w / 10, and a mean delay of a tenth is the goal (bench, "Detection delay").
 */
const endedAlone = 0.33;

/** The number of jobs in flight with about one end per request for all of them: the usual limit of an account. */
const few = 5;

/**
 * `few` jobs together: 1.1 ends a poll, which is 0.9 polls a job, so that a job costs at most 1.9 requests with its
 * submit (bench, "Requests a job").
 */
const endedOfFew = 1.1;

/** Between one job and `few`, each further job adds the same value. */
const endedPerFurtherJob = (endedOfFew - endedAlone) / (few - 1);

/**
 * How many jobs must probably have ended so that a poll of `jobs` jobs is worth its request.
 *
 * Above `few` it grows with the square root. Where n jobs of duration T run, n / T of them end per unit of time, so a
 * poll for every k ends costs 1 / k polls a job and sees an end k / 2n · T late on average. The product of both is
 * 1 / 2n whatever k is; with k ~ √n each factor gets its equal part of what more jobs in flight gain.
 */
function endedPerPoll(jobs: number): number {
	return jobs <= few
		? endedAlone + endedPerFurtherJob * (jobs - 1)
		: (endedAlone + endedPerFurtherJob * (few - 1)) * Math.sqrt(jobs / few);
}

/** Maximum number of jobs in the calculation. If there are more, an even sample is used. */
const maxSample = 64;

/** Precision of the search, as a share of the typical duration. It is finer than any measured delay. */
const precision = 1 / 200;

/** Width of the first interval that is searched, in steps of `precision`: about a third of the typical duration. */
const firstSearchSteps = 64;

/**
 * When the next poll of all these jobs is worth its request, by `Clock.now`: not after a fixed interval, but when
 * enough of them have probably ended. It is never before the earliest possible end.
 * @param maxMs longest time since a job was last seen
 */
export function worthPollingAt(jobs: readonly RunningJob[], maxMs: number): number {
	const every = Math.ceil(jobs.length / maxSample);
	const sample = jobs.filter((_, index) => index % every === 0);
	const { earliest, latest, stepMs } = searchRange(sample, maxMs);
	if (earliest >= latest || !Number.isFinite(earliest)) return Math.min(earliest, latest);
	const ended = endedBy(sample);
	const enough = (endedPerPoll(jobs.length) * sample.length) / jobs.length;
	// The number of ended jobs only grows with time. First an interval that contains the time is found, then it is
	// halved.
	let low = earliest;
	let high = Math.min(latest, earliest + Math.max(1, firstSearchSteps * stepMs));
	while (high < latest && ended(high) < enough) [low, high] = [high, Math.min(latest, high + 2 * (high - low))];
	while (high - low > Math.max(1, stepMs)) {
		const middle = (low + high) / 2;
		if (ended(middle) >= enough) high = middle;
		else low = middle;
	}
	return high;
}

/** The earliest and latest time of the next poll, and the step of the search, in ms. */
function searchRange(jobs: readonly RunningJob[], maxMs: number): { earliest: number; latest: number; stepMs: number } {
	let earliest = Number.POSITIVE_INFINITY;
	let latest = Number.POSITIVE_INFINITY;
	let stepMs = Number.POSITIVE_INFINITY;
	for (const { since, seenAt, expectation } of jobs) {
		earliest = Math.min(earliest, Math.max(seenAt, since + expectation.earliest));
		latest = Math.min(latest, seenAt + maxMs);
		stepMs = Math.min(stepMs, expectation.typical * precision);
	}
	return { earliest, latest, stepMs };
}

/** How many of these jobs have probably ended at a moment, given that each ran when it was last seen. */
function endedBy(jobs: readonly RunningJob[]): (at: number) => number {
	const seen = jobs.map((job) => ({ ...job, alive: job.expectation.running(job.seenAt - job.since) }));
	return (at) => {
		let ended = 0;
		for (const { since, seenAt, expectation, alive } of seen)
			if (at > seenAt) ended += 1 - expectation.running(at - since) / alive;
		return ended;
	};
}

/** Pauses that `scarcePauseMs` compares: shares of the typical duration from the first to the last, by a factor. */
const pauses = { first: 1 / 20, last: 5, factor: 1.05 };

/** Jobs that run longer than all but this share of the others are left out of the sum. */
const negligibleShare = 0.01;

/**
 * The pause in ms between polls that allows most jobs if both slots and requests are scarce. Frequent
 * polls free the slots soon, but each uses a request that a submit needs; rare polls leave slots idle. A job that is
 * made with one request gives its slot back with the first poll after its end.
 */
export function scarcePauseMs(
	{ requestsPerMinute, inFlight }: ScarceLimits,
	{ typical, running }: Pick<Expectation, 'typical' | 'running'>,
): number {
	const requestsPerMs = requestsPerMinute / 60_000;
	let best = { pauseMs: typical, madePerMs: 0 };
	const lastMs = pauses.last * typical;
	for (let pauseMs = Math.max(1, typical * pauses.first); pauseMs <= lastMs; pauseMs *= pauses.factor) {
		// Each poll that still sees the job running keeps its slot for one more pause.
		let heldMs = 0;
		for (let polls = 0, share = 1; share > negligibleShare; share = running(++polls * pauseMs))
			heldMs += pauseMs * share;
		const madePerMs = Math.min(inFlight / heldMs, requestsPerMs - 1 / pauseMs);
		if (madePerMs > best.madePerMs) best = { pauseMs, madePerMs };
	}
	return best.pauseMs;
}
