import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ListedSnapshot, Observation } from '../../providers/provider';
import type { Endpoint } from '../endpoint/endpoint';
import type { Random } from '../runtime/clock';
import { advance, emptyState, type Entry, finished, type JobsState, type SeenJob, type Step } from './finishedJobs';
import { type Interest, interestOf } from './interest';
import { newestOfList, readRows, type Row } from './jobList';

/** How many single jobs are polled in addition to the list. */
export const pollLimits = {
	/**
	 * Maximum number of open jobs that the list no longer shows; the same maximum applies to jobs that it shows
	 * incompletely.
	 */
	jobs: 50,
	/** Jobs per request. */
	jobsAtOnce: 25,
};

export interface PollOptions extends Interest {
	/** null: the first poll. Jobs that ended before it are not returned, except those allowed by `since`. */
	state: JobsState | null;
	/** At the first poll: jobs that ended at or after this time (ms since the epoch) are returned too; null: none. */
	since: number | null;
	/** Maximum number of returned jobs; the next poll returns the others. */
	maxJobs: number;
	random: Random;
	/** Whether there is time for further requests. */
	hasTime: () => boolean;
	signal?: AbortSignal | undefined;
}

/** The part of an endpoint that is used here. */
export type ListingEndpoint = Pick<Endpoint, 'read' | 'pollOnce' | 'session'>;

export interface PollResult {
	/** Oldest first, each in its last reported state. */
	finished: ListedSnapshot[];
	/** Returns the state after the first `count` jobs were returned. It is valid after it is saved. */
	after(count: number): Step;
	/** Whether the list has more rows than were read. */
	truncated: boolean;
}

/** The jobs that one poll returned. */
interface Seen {
	jobs: Map<string, ListedSnapshot>;
	seen: SeenJob[];
	/** Open jobs that the provider does not know any more. */
	gone: Set<string>;
}

/**
 * Reads an endpoint's list, and polls open jobs that it no longer shows and ended jobs that it shows incompletely.
 * Throws ImageError; the state is then the same as before.
 */
export async function pollFinished(endpoint: ListingEndpoint, options: PollOptions): Promise<PollResult> {
	const { signal, maxJobs } = options;
	const isFirst = options.state === null;
	const state = options.state ?? emptyState(options.since);
	const wants = interestOf(options, state, isFirst);
	const { rows, truncated } = await endpoint.read((session) => readRows(session, state, isFirst, signal), signal);
	const toPoll = endpoint.session.poll ? chooseJobs(rows, state, wants, options) : noJobs;
	const polled = await pollJobs(endpoint, [...toPoll.incomplete, ...toPoll.unlisted.map(([id]) => id)], options);
	const { jobs, seen, gone } = combine(rows, toPoll.unlisted, polled, wants, options);

	const due = idsOf(finished(state, seen)).slice(0, maxJobs);
	// If a job is incomplete in the list and there was no time to poll it, this job and all later ones are held back.
	const unpolled = due.findIndex((id) => toPoll.allIncomplete.has(id) && !polled.has(id));
	const ids = unpolled < 0 ? due : due.slice(0, unpolled);
	return {
		finished: ids.flatMap((id) => jobs.get(id) ?? []),
		after: (count) => advance(state, seen, new Set(ids.slice(0, count)), gone),
		truncated,
	};
}

/** The newest job of the list that has ended and is of interest; null if there is none. */
export async function newestFinished(
	endpoint: ListingEndpoint,
	interest: Interest,
	signal?: AbortSignal,
): Promise<ListedSnapshot | null> {
	const found = await endpoint.read((session) => newestOfList(session, interest, signal), signal);
	const id = found?.snapshot.job.id ?? null;
	if (!found || id === null || !isIncomplete(found.snapshot) || !endpoint.session.poll) return found;
	const polled = (await endpoint.pollOnce([id], signal)).get(id);
	return polled?.ok ? { snapshot: polled.snapshot, request: found.request } : found;
}

/** Jobs that need a poll in addition to the list. */
interface JobsToPoll {
	/** Of the jobs to return now, the ids of those that the list shows incompletely, within the limits. */
	incomplete: readonly string[];
	/** All ids that the list shows incompletely. */
	allIncomplete: ReadonlySet<string>;
	/** Open jobs that the list no longer shows, within the limits. */
	unlisted: readonly Entry[];
}

const noJobs: JobsToPoll = { incomplete: [], allIncomplete: new Set(), unlisted: [] };

function chooseJobs(
	rows: readonly Row[],
	state: JobsState,
	wants: (job: ListedSnapshot) => boolean,
	{ maxJobs, random }: PollOptions,
): JobsToPoll {
	const listed = rows.map((row) => seenJob(row.entry, row, wants));
	const allIncomplete = new Set(rows.filter(({ snapshot }) => isIncomplete(snapshot)).map(({ entry: [id] }) => id));
	const incomplete = idsOf(finished(state, listed))
		.slice(0, maxJobs)
		.filter((id) => allIncomplete.has(id));
	const shown = new Set(idsOf(listed));
	const unlisted = state.open.filter(([id]) => !shown.has(id));
	return { incomplete: incomplete.slice(0, pollLimits.jobs), allIncomplete, unlisted: someOf(unlisted, random) };
}

/** Polls jobs in groups while there is time; the others wait for the next poll of the list. */
async function pollJobs(
	endpoint: ListingEndpoint,
	ids: readonly string[],
	{ hasTime, signal }: PollOptions,
): Promise<Map<string, Observation>> {
	const polled = new Map<string, Observation>();
	for (let start = 0; start < ids.length && (start === 0 || hasTime()); start += pollLimits.jobsAtOnce) {
		const group = ids.slice(start, start + pollLimits.jobsAtOnce);
		for (const [id, observation] of await endpoint.pollOnce(group, signal)) polled.set(id, observation);
	}
	return polled;
}

/** The jobs of the list and of the polls. A poll has priority over the list. */
function combine(
	rows: readonly Row[],
	unlisted: readonly Entry[],
	polled: ReadonlyMap<string, Observation>,
	wants: (job: ListedSnapshot) => boolean,
	{ statuses }: Interest,
): Seen {
	const all: Seen = { jobs: new Map(), seen: [], gone: new Set() };
	for (const { entry, ...row } of rows) {
		const observation = polled.get(entry[0]);
		const job = observation?.ok ? { snapshot: observation.snapshot, request: row.request } : row;
		all.jobs.set(entry[0], job);
		const seen = seenJob(entry, job, wants);
		// The list shows that it has ended, but the poll failed: it is polled again next time.
		const isPostponed = observation?.ok === false && observation.error.code !== 'notFound';
		all.seen.push(isPostponed ? { ...seen, done: false } : seen);
	}
	for (const entry of unlisted) {
		const observation = polled.get(entry[0]);
		if (observation?.ok === false && observation.error.code === 'notFound') all.gone.add(entry[0]);
		if (!observation?.ok) continue;
		const { snapshot } = observation;
		all.jobs.set(entry[0], { snapshot, request: {} });
		const { status } = snapshot.job;
		// Only jobs with the right prompt are open.
		const wanted = !isTerminal(status) || statuses.includes(status);
		all.seen.push({ entry, done: isTerminal(status), wanted });
	}
	return all;
}

function seenJob(entry: Entry, job: ListedSnapshot, wants: (job: ListedSnapshot) => boolean): SeenJob {
	return { entry, done: isTerminal(job.snapshot.job.status), wanted: wants(job) };
}

const idsOf = (seen: readonly SeenJob[]) => seen.map(({ entry: [id] }) => id);

/** A success without images: the list is not up to date, or shows less than a poll of the job. */
function isIncomplete({ job, images }: JobSnapshot): boolean {
	return (job.status === 'succeeded' || job.status === 'partial') && images.length === 0;
}

/**
 * The maximum number of jobs to poll, from a random index on. Over several polls each job is polled, without any saved
 * state.
 */
function someOf(entries: readonly Entry[], random: Random): readonly Entry[] {
	const start = entries.length > pollLimits.jobs ? Math.floor(random() * entries.length) : 0;
	return [...entries.slice(start), ...entries.slice(0, start)].slice(0, pollLimits.jobs);
}
