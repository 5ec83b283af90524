import type { LookedUp, LookUpCall } from './provider';

/** Clocks of n8n and a server may differ by so much, in ms. */
export const clockSkewMs = 5_000;
/** After so long, a job that a request has made shows in a list that names jobs when they are accepted, in ms. */
const showsWithinMs = 3_000;
/** As above, where the request timed out: the server may be slow, and still come to it. */
const showsAfterTimeOutMs = 15_000;

/** Whether what the requests made would show by now. */
export function wouldShow({ quietMs, timedOut }: Pick<LookUpCall, 'quietMs' | 'timedOut'>): boolean {
	return quietMs >= (timedOut ? showsAfterTimeOutMs : showsWithinMs);
}

/** What a list that names jobs when they are accepted tells of the requests, once it was read as far as it had to be. */
export function lookedUp(found: ReadonlyMap<number, string>, call: Pick<LookUpCall, 'parts' | 'quietMs' | 'timedOut'>, provider: string): LookedUp {
	if (found.size === call.parts.length || wouldShow(call)) return { found, conclusive: true };
	return { found, conclusive: false, reason: `${provider} does not show it yet, and still may` };
}

/** A job of the provider's list that may be what a request made. */
export interface Candidate {
	id: string;
	/** ms since the epoch; NaN where the list does not say. */
	createdAt: number;
	/** Whether the list tells everything that was asked for, and all of it fits. */
	isExact: boolean;
	/** What the list tells of the request: candidates with the same are interchangeable. */
	told: unknown;
}

/**
 * Which candidates the requests have made: the oldest first, one for each part. Those that fit exactly are preferred; of
 * the others one is as good as the next only where all tell the same, and when they were made.
 */
export async function chooseAmong(candidates: readonly Candidate[], call: LookUpCall, provider: string): Promise<LookedUp> {
	const taken = candidates.length > 0 ? await call.takenIds(candidates.map(({ id }) => id)) : new Set<string>();
	const free = candidates.filter(({ id, createdAt }) => !taken.has(id) && !(createdAt < call.since - clockSkewMs)).sort((a, b) => a.createdAt - b.createdAt);
	const exact = free.filter(({ isExact, createdAt }) => isExact && !Number.isNaN(createdAt));
	const others = free.filter((candidate) => !exact.includes(candidate));
	const areAlike = others.every(({ told, createdAt }) => !Number.isNaN(createdAt) && JSON.stringify(told) === JSON.stringify(others[0]?.told));
	const chosen = areAlike ? [...exact, ...others] : exact;
	const parts = [...call.parts].sort((a, b) => a - b);
	const found = new Map(parts.flatMap((part, place): Array<[number, string]> => (chosen[place] ? [[part, chosen[place].id]] : [])));
	if (found.size < parts.length && !areAlike) return { found, conclusive: false, reason: `${provider} shows ${others.length} jobs with this prompt, and nothing tells which of them is this one` };
	return lookedUp(found, call, provider);
}
