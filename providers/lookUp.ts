import type { LookedUp, LookUpCall } from './provider';

/** The clocks of n8n and a server may differ by this much, in ms. */
export const clockSkewMs = 5_000;
/** `Date` has no fractions of a second, and servers reuse its value for a while. */
const datePrecisionMs = 2_000;

/**
 * How far a server's clock is ahead of ours, in ms, by the `Date` header of its answer. Negative if it is behind, 0
 * without the header. The clocks of virtual machines drift by minutes, and the times in a list come from the server's
 * clock. The server writes the header at an unknown moment between the request and the end of its answer. This period
 * can be long on a slow network or a busy n8n, so it does not count as a clock difference.
 */
export function clockAheadMs(
	headers: Record<string, string>,
	{ sentAt, answeredAt }: { sentAt: number; answeredAt: number },
): number {
	const date = Date.parse(headers['date'] ?? '');
	if (date > answeredAt + datePrecisionMs) return date - answeredAt;
	return date < sentAt - datePrecisionMs ? date - sentAt : 0;
}

/** For a list that shows jobs as soon as they are accepted: a new job appears in the list within this time, in ms. */
const showsWithinMs = 3_000;
/** The same after a time-out: the server is slow and may still accept the request. */
const showsAfterTimeOutMs = 15_000;

/** Whether the list would already show the jobs that the requests made. */
export function wouldShow({ quietMs, timedOut }: Pick<LookUpCall, 'quietMs' | 'timedOut'>): boolean {
	return quietMs >= (timedOut ? showsAfterTimeOutMs : showsWithinMs);
}

/**
 * The result of a look-up in a list that shows jobs as soon as they are accepted. The list was read as far as
 * necessary.
 */
export function lookedUp(
	found: ReadonlyMap<number, string>,
	call: Pick<LookUpCall, 'parts' | 'quietMs' | 'timedOut'>,
	provider: string,
): LookedUp {
	if (found.size === call.parts.length || wouldShow(call)) return { found, conclusive: true };
	return { found, conclusive: false, reason: `${provider} does not show the job yet, but still may` };
}

/** A job in the provider's list that one of the requests may have made. */
export interface Candidate {
	id: string;
	/** ms since the epoch; NaN if the list does not report it. */
	createdAt: number;
	/** Whether the list reports every field that can be compared, and all of them fit. */
	isExact: boolean;
	/** What the list reports of the request: candidates with the same values are interchangeable. */
	reported: unknown;
}

/**
 * Chooses the jobs that the requests have made: the oldest first, one for each part. Exact candidates come first. The
 * other candidates are used only if all of them report the same values and their creation times, because they are then
 * interchangeable.
 */
export async function chooseAmong(
	candidates: readonly Candidate[],
	call: LookUpCall,
	provider: string,
): Promise<LookedUp> {
	const taken = candidates.length > 0 ? await call.takenIds(candidates.map(({ id }) => id)) : new Set<string>();
	const free = candidates
		.filter(({ id, createdAt }) => !taken.has(id) && !(createdAt < call.since - clockSkewMs))
		.sort((a, b) => a.createdAt - b.createdAt);
	const exact = free.filter(({ isExact, createdAt }) => isExact && !Number.isNaN(createdAt));
	const others = free.filter((candidate) => !exact.includes(candidate));
	const areAlike = others.every(
		({ reported, createdAt }) =>
			!Number.isNaN(createdAt) && JSON.stringify(reported) === JSON.stringify(others[0]?.reported),
	);
	const chosen = areAlike ? [...exact, ...others] : exact;
	const parts = [...call.parts].sort((a, b) => a - b);
	const found = new Map(
		parts.flatMap((part, place): Array<[number, string]> => (chosen[place] ? [[part, chosen[place].id]] : [])),
	);
	if (found.size < parts.length && !areAlike)
		return {
			found,
			conclusive: false,
			reason: `${provider} shows ${others.length} jobs with this prompt and does not report which one it is`,
		};
	return lookedUp(found, call, provider);
}
