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
 * How much waiting in vain, in shares of a job's time, is worth a look's request, for a job alone and for each of a
 * few together. In even distances that were a look about every sixth of a job's time: five or six for a job alone, one
 * each where five run together. Where more do a look serves many, and is worth it sooner.
 */
const worthALook = 0.016;
const few = 5;

function limitFor(jobs: number): number {
	return worthALook * (jobs <= few ? jobs : Math.sqrt(jobs * few));
}

/** Jobs that are reckoned with; of more, these stand for all. */
const sample = 64;

/**
 * When the next look at all these jobs is worth its request: not at even distances, but when so many may have ended,
 * so long ago, that the lateness to be expected has reached the limit. None is due before the first can have ended.
 * @param mostMs longest time from when a job was last seen
 */
export function worthLookingAt(jobs: readonly Running[], mostMs: number): number {
	const every = Math.ceil(jobs.length / sample);
	const chosen = jobs.filter((_, place) => place % every === 0).map((job) => ({ ...job, alive: job.expectation.running(job.seenAt - job.since) }));
	let at = Number.POSITIVE_INFINITY;
	let step = Number.POSITIVE_INFINITY;
	let latest = Number.POSITIVE_INFINITY;
	for (const { since, seenAt, expectation } of chosen) {
		at = Math.min(at, Math.max(seenAt, since + expectation.earliest));
		step = Math.min(step, expectation.typical / 50);
		latest = Math.min(latest, seenAt + mostMs);
	}
	if (!Number.isFinite(at)) return at;
	step = Math.max(1, step);
	// Of the sample's lateness, as of that of all.
	const limit = (limitFor(jobs.length) * chosen.length) / jobs.length;
	for (let lateness = 0; lateness < limit && at < latest; at += step) {
		for (const { since, seenAt, expectation, alive } of chosen) {
			if (at > seenAt) lateness += ((1 - expectation.running(at - since) / alive) * step) / expectation.typical;
		}
	}
	return Math.min(at, Math.max(latest, 0));
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
