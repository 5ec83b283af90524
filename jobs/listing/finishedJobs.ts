/**
 * Which jobs of a provider's list have ended since the last poll. Plain data in, plain data out: no time, no requests.
 *
 * Jobs are ordered by creation time. All jobs at or below the `floor` are handled; above it, only the `settled` jobs
 * are. Unfinished jobs that were seen are `open`, at any age. So the list is read from its newest row down to the
 * floor; a job that never ends does not block others, and a job that appears late is found while it is above the floor.
 * If a state is not saved, the same jobs are found again.
 */

/** A job's id and creation time, ms since the epoch; null if the provider does not report it. */
export type Entry = readonly [id: string, time: number | null];

/** The state between two polls, as plain JSON. */
export interface JobsState {
	/** Jobs made at or before this job are handled, unless they are open. Null: there is no such job yet. */
	floor: [id: string, time: number] | null;
	/** Handled jobs above the floor, newest first. */
	settled: Entry[];
	/** Jobs that were seen and are not handled yet. */
	open: Entry[];
	/** Jobs that the last step with results returned. */
	last: Entry[];
	/**
	 * At the first poll, and until all its jobs are returned: jobs that ended before this time (ms since the epoch) are
	 * not returned.
	 */
	since: number | null;
}

/** The present state of a job, from the list or from a poll. */
export interface SeenJob {
	entry: Entry;
	/** Whether it has ended. */
	done: boolean;
	/** Whether it is returned after its end. */
	wanted: boolean;
}

/** Limits of the state and of the reading. */
export const finishedJobsLimits = {
	/** Maximum number of jobs above the floor: the newest ones. */
	known: 500,
	/**
	 * Jobs above the floor were made at most so long (ms) before the `sure`th newest job. A job that appears in the
	 * list later than this is not found.
	 */
	windowMs: 2 * 3_600_000,
	/**
	 * This number of jobs stays above the floor at any age, so a few wrong times do no harm.
	 */
	sure: 20,
	/** Maximum number of open jobs. If there are more, the oldest are dropped. */
	open: 1_000,
	/** After so many consecutive handled rows no new row is expected. A list may be out of order by this much. */
	quietRows: 20,
};

/** A state that knows of no job. */
export const emptyState = (since: number | null = null): JobsState => ({
	floor: null,
	settled: [],
	open: [],
	last: [],
	since,
});

/** Which jobs are known, by id. */
const idsOf = (entries: readonly Entry[]) => new Set(entries.map(([id]) => id));

/** Below 0 if `a` is older. A job with unknown time counts as new; equal times are ordered by id. */
function compare(a: Entry, b: Entry): number {
	const [left, right] = [a[1] ?? Number.POSITIVE_INFINITY, b[1] ?? Number.POSITIVE_INFINITY];
	if (left !== right) return left < right ? -1 : 1;
	return a[0] === b[0] ? 0 : a[0] < b[0] ? -1 : 1;
}

const isAbove = (entry: Entry, floor: Entry | null) => floor === null || compare(entry, floor) > 0;

/** Reads rows from the newest on, and decides when the rest of the list contains no new job. */
export function listReader(state: JobsState): { isEnough(entry: Entry): boolean } {
	const known = idsOf([...state.settled, ...state.open]);
	let quiet = 0;
	return {
		isEnough(entry) {
			const dealtWith = entry[1] === null ? known.has(entry[0]) : !isAbove(entry, state.floor);
			quiet = dealtWith ? quiet + 1 : 0;
			return quiet >= finishedJobsLimits.quietRows;
		},
	};
}

/** Whether a row of the list is new: not settled, and not among the open jobs. */
function newTo(state: JobsState): (entry: Entry) => boolean {
	const known = idsOf([...state.settled, ...state.open]);
	return (entry) => !known.has(entry[0]) && isAbove(entry, state.floor);
}

/** The jobs to return now, oldest first: they have ended, are wanted and are not handled yet. */
export function finished(state: JobsState, seen: readonly SeenJob[]): SeenJob[] {
	const open = idsOf(state.open);
	const isNew = newTo(state);
	return once(seen)
		.filter(({ entry, done, wanted }) => done && wanted && (open.has(entry[0]) || isNew(entry)))
		.sort((a, b) => compare(a.entry, b.entry));
}

export interface Step {
	state: JobsState;
	/** Unfinished jobs that were dropped because there are too many. */
	forgotten: number;
}

/**
 * The state after jobs were returned.
 * @param seen the list as far as it was read, and the jobs that were polled
 * @param handedOn ids of the oldest jobs of `finished(state, seen)`, which were returned; the others follow later
 * @param gone ids of open jobs that the provider does not know any more
 */
export function advance(
	state: JobsState,
	seen: readonly SeenJob[],
	handedOn: ReadonlySet<string>,
	gone: ReadonlySet<string> = new Set(),
): Step {
	const wasOpen = idsOf(state.open);
	const isNew = newTo(state);
	const held = finished(state, seen).filter(({ entry: [id] }) => !handedOn.has(id) && !wasOpen.has(id));
	// The first job that was held back and all later ones are left to the next poll. The floor stays below them.
	const cut = held[0]?.entry ?? null;
	const fresh = once(seen).filter(({ entry }) => isNew(entry) && (cut === null || compare(entry, cut) < 0));
	const byId = new Map(once(seen).map((job) => [job.entry[0], job]));
	const over = ([id]: Entry) => gone.has(id) || handedOn.has(id) || byId.get(id)?.wanted === false;
	const running = (job: SeenJob) => job.wanted && !job.done;

	const settled = [
		...fresh.filter((job) => !running(job)).map(({ entry }) => entry),
		...state.open.filter(over),
		...state.settled,
	];
	const following = [
		...fresh.filter(running).map(({ entry }) => entry),
		...state.open.filter((entry) => !over(entry)),
	].sort(newestFirst);
	const open = following.slice(0, finishedJobsLimits.open);
	const floor = raised(state.floor, settled, open, cut);
	const last = finished(state, seen)
		.filter(({ entry: [id] }) => handedOn.has(id))
		.map(({ entry }) => entry);
	return {
		state: {
			floor,
			settled: aboveFloor(settled, floor),
			open,
			last: last.length > 0 ? last : state.last,
			since: cut === null ? null : state.since,
		},
		forgotten: following.length - open.length,
	};
}

/** The state in which the jobs that were returned last count as lost and are returned again. */
export function takenBack(state: JobsState): JobsState {
	const lost = idsOf(state.last);
	return {
		...state,
		settled: state.settled.filter(([id]) => !lost.has(id)),
		open: [...state.last, ...state.open.filter(([id]) => !lost.has(id))].slice(0, finishedJobsLimits.open),
		last: [],
	};
}

const newestFirst = (a: Entry, b: Entry) => (a[1] === null && b[1] === null ? 0 : compare(b, a));

/** The floor below the newest known jobs and below all jobs from the cut on. */
function raised(
	floor: JobsState['floor'],
	settled: readonly Entry[],
	open: readonly Entry[],
	cut: Entry | null,
): JobsState['floor'] {
	const { known, sure, windowMs } = finishedJobsLimits;
	const timed = [...settled, ...open].filter(hasTime).sort(newestFirst);
	const anchor = timed[sure - 1]?.[1];
	const beyond = timed.find(
		(entry, index) => index >= known || (index >= sure && anchor !== undefined && entry[1] < anchor - windowMs),
	);
	const candidate =
		beyond && cut && compare(beyond, cut) >= 0 ? timed.find((entry) => compare(entry, cut) < 0) : beyond;
	return candidate && isAbove(candidate, floor) ? [...candidate] : floor;
}

/** The settled jobs above the floor, and the newest jobs with unknown time. */
function aboveFloor(settled: readonly Entry[], floor: JobsState['floor']): Entry[] {
	const timeless = settled.filter((entry) => !hasTime(entry)).slice(0, finishedJobsLimits.known);
	return [
		...timeless,
		...settled
			.filter(hasTime)
			.filter((entry) => isAbove(entry, floor))
			.sort(newestFirst),
	];
}

function hasTime(entry: Entry): entry is [string, number] {
	return entry[1] !== null;
}

/** Each job once, in its last seen state. A poll is newer than the list. */
function once(seen: readonly SeenJob[]): SeenJob[] {
	return [...new Map(seen.map((job) => [job.entry[0], job])).values()];
}
