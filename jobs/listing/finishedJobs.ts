/**
 * Which jobs of a provider's list have ended since the last poll. Plain data in, plain data out: no time, no requests.
 *
 * Jobs are ordered by when they were made. Every job at or below the `floor` is dealt with; above it, the `settled`
 * ones are. Unfinished jobs that were seen are `open`, at any age. So the list is read from its newest row down to the
 * floor; a job that never ends does not block others, and a job that appears late is found while it is above the floor.
 * A state that was not saved does no harm: the same jobs are found again.
 */

/** A job's id and when it was made, ms since the epoch; null where the provider does not report it. */
export type Entry = readonly [id: string, time: number | null];

/** What is kept between two polls: plain JSON. */
export interface JobsState {
	/** Made at or before this one: dealt with, unless open. Null: there is no such job yet. */
	floor: [id: string, time: number] | null;
	/** Dealt with, above the floor; newest first. */
	settled: Entry[];
	/** Seen and not dealt with. */
	open: Entry[];
	/** Handed on by the last step that handed on any. */
	last: Entry[];
	/**
	 * At the first poll, and until all its jobs are handed on: jobs that ended before this (ms since the epoch) are not
	 * handed on.
	 */
	since: number | null;
}

/** The present state of a job, from the list or from a poll. */
export interface SeenJob {
	entry: Entry;
	/** Whether it has ended. */
	done: boolean;
	/** Whether it is to be handed on when it has. */
	wanted: boolean;
}

/** Limits of the state and of the reading. */
export const finishedJobsLimits = {
	/** Jobs above the floor: the newest so many seen. */
	known: 500,
	/**
	 * Of those, made within so long (ms) of the `sure`th newest. How late a job may show up in the list and still be
	 * found.
	 */
	windowMs: 2 * 3_600_000,
	/**
	 * So many jobs stay above the floor at any age, and their times decide what is new: a few wrong times do no
	 * harm.
	 */
	sure: 20,
	/** Unfinished jobs followed; of more, the oldest are forgotten. */
	open: 1_000,
	/** Consecutive rows that are dealt with, after which no new one is expected: how far a list may be out of order. */
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

/** Below 0 where `a` is older. A job whose time is unknown counts as new; ids decide between equal times. */
function compare(a: Entry, b: Entry): number {
	const [left, right] = [a[1] ?? Number.POSITIVE_INFINITY, b[1] ?? Number.POSITIVE_INFINITY];
	if (left !== right) return left < right ? -1 : 1;
	return a[0] === b[0] ? 0 : a[0] < b[0] ? -1 : 1;
}

const isAbove = (entry: Entry, floor: Entry | null) => floor === null || compare(entry, floor) > 0;

/** Decides, row by row from the newest, when the rest of the list contains nothing new. */
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

/** The jobs to hand on now, oldest first: each that has ended, is wanted, and was not dealt with. */
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
 * The state after jobs were handed on.
 * @param seen the list as far as it was read, and the jobs that were polled
 * @param handedOn ids of those of `finished(state, seen)` that were handed on, the oldest of them; the others come
 *   again
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
	// Jobs from the first that was held back on are left to the next poll, and the floor stays below them.
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

/** The state in which the jobs that were handed on last count as lost, and come again. */
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

/** The floor that leaves the newest known jobs above it, and all jobs from the cut on. */
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

/** The settled jobs above the floor, and the newest of those whose time is unknown. */
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

/** Each job once, as it was seen last: its poll comes after the list. */
function once(seen: readonly SeenJob[]): SeenJob[] {
	return [...new Map(seen.map((job) => [job.entry[0], job])).values()];
}
