import type { Random } from '../runtime/clock';

/**
 * Times between two looks at a job: a share of how long it has been watched, so that a short job is seen soon and a
 * long one costs few requests. Never below `floorMs`, never above the cap, and varied so that loops drift apart.
 */
export const schedule = {
	shareOfAge: 0.12,
	fastestMs: 500,
	capMs: 10_000,
	jitter: 0.1,
	learnedFastestMs: 200,
	learnedCapMs: 60_000,
	overdueMs: 15_000,
};

/** At most this share of an endpoint's requests a minute goes into polling; the rest is for submits. */
const pollingShare = 0.5;

/** @param requestsPerMinute the endpoint's limit, null for none */
export function pollFloorMs(requestsPerMinute: number | null, fastestMs = schedule.fastestMs): number {
	return requestsPerMinute === null ? fastestMs : Math.max(fastestMs, 60_000 / (requestsPerMinute * pollingShare));
}

/** Pause until the next look at a job that has been watched for `ageMs`. */
export function nextPollMs(ageMs: number, floorMs: number, random: Random): number {
	const own = Math.min(schedule.capMs, Math.max(floorMs, ageMs * schedule.shareOfAge));
	return Math.max(floorMs, own * (1 + schedule.jitter * (2 * random() - 1)));
}
