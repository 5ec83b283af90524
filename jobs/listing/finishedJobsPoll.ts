import { ImageError } from '../../model/errors';
import { isTerminal, type JobSnapshot, type JobStatus, type TerminalStatus } from '../../model/job';
import type { ListedSnapshot, Observation, Session } from '../../providers/provider';
import type { Random } from '../runtime/clock';
import type { Endpoint } from '../endpoint/endpoint';
import {
	advance,
	emptyState,
	type Entry,
	finished,
	type JobsState,
	listReader,
	type SeenJob,
	type Step,
} from './finishedJobs';

/** What one poll asks for at the most. */
export const pollLimits = {
	/** Rows of the list. What lies deeper is not found; no list is as long between two polls. */
	rows: 10_000,
	/** Rows looked through at the first poll, for jobs that still run. */
	firstRows: 1_000,
	/** Jobs asked after: open ones that the list no longer shows, and again as many that it does not tell enough of. */
	asked: 50,
	/** Of those, in one look. */
	polledAtOnce: 25,
};

/** Which jobs are to be handed on. */
export interface Interest {
	statuses: readonly TerminalStatus[];
	/** A part of the prompt, whatever its case; empty: any. A job whose prompt the list does not tell has none. */
	promptContains: string;
}

export interface PollOptions extends Interest {
	/** null: the first poll. What has ended by then is not handed on, save what `since` says. */
	state: JobsState | null;
	/** At the first poll: jobs that ended at or after this (ms since the epoch) are handed on too; null: none. */
	since: number | null;
	/** Most jobs to hand on; the rest comes with the next poll. */
	most: number;
	random: Random;
	/** Whether there is time for further looks. */
	hasTime: () => boolean;
	signal?: AbortSignal | undefined;
}

/** What of an endpoint is needed. */
export type ListingEndpoint = Pick<Endpoint, 'read' | 'pollOnce' | 'session'>;

export interface PollResult {
	/** Oldest first, each as its provider tells it last. */
	finished: ListedSnapshot[];
	/**
	 * The step to the state in which the first `count` of them have been handed on. Nothing has changed before it is
	 * kept.
	 */
	after(count: number): Step;
	/** Whether the list went on where reading ended. */
	truncated: boolean;
}

interface Row extends ListedSnapshot {
	entry: Entry;
}

/**
 * Looks at an endpoint's list, and after open jobs that it no longer shows. Throws ImageError, and then nothing was
 * learned.
 */
export async function pollFinished(endpoint: ListingEndpoint, options: PollOptions): Promise<PollResult> {
	const { signal, most } = options;
	const state = options.state ?? emptyState(options.since);
	const { rows, truncated } = await endpoint.read(
		(session) => readRows(session, state, options.state === null, signal),
		signal,
	);
	const wants = interestOf(options, state);
	const asListed = rows.map(
		(row): SeenJob => ({ entry: row.entry, done: isTerminal(row.snapshot.job.status), wanted: wants(row) }),
	);

	const canPoll = endpoint.session.poll !== undefined;
	const incomplete = new Set(
		canPoll ? rows.filter(({ snapshot }) => isIncomplete(snapshot)).map(({ entry: [id] }) => id) : [],
	);
	const toPoll = idsOf(finished(state, asListed))
		.slice(0, most)
		.filter((id) => incomplete.has(id));
	const listed = new Set(idsOf(asListed));
	const unlisted = canPoll
		? someOf(
				state.open.filter(([id]) => !listed.has(id)),
				options.random,
			)
		: [];
	const looks = await pollJobs(
		endpoint,
		[...toPoll.slice(0, pollLimits.asked), ...unlisted.map(([id]) => id)],
		options,
	);

	const jobs = new Map<string, ListedSnapshot>();
	const seen: SeenJob[] = [];
	for (const row of rows) {
		const look = looks.get(row.entry[0]);
		const job = look?.ok ? { snapshot: look.snapshot, request: row.request } : row;
		jobs.set(row.entry[0], job);
		// Said to have ended, and not to be had: it is asked after again.
		const later = look?.ok === false && look.error.code !== 'notFound';
		seen.push({ entry: row.entry, done: !later && isTerminal(job.snapshot.job.status), wanted: wants(job) });
	}
	const gone = new Set<string>();
	for (const entry of unlisted) {
		const look = looks.get(entry[0]);
		if (look?.ok === false && look.error.code === 'notFound') gone.add(entry[0]);
		if (!look?.ok) continue;
		jobs.set(entry[0], { snapshot: look.snapshot, request: {} });
		const { status } = look.snapshot.job;
		// Only jobs with the right prompt are followed.
		seen.push({
			entry,
			done: isTerminal(status),
			wanted: !isTerminal(status) || options.statuses.includes(status),
		});
	}

	const due = idsOf(finished(state, seen)).slice(0, most);
	const unseen = due.findIndex((id) => incomplete.has(id) && !looks.has(id));
	const ids = unseen < 0 ? due : due.slice(0, unseen);
	return {
		finished: ids.flatMap((id) => jobs.get(id) ?? []),
		after: (count) => advance(state, seen, new Set(ids.slice(0, count)), gone),
		truncated,
	};
}

const idsOf = (seen: readonly SeenJob[]) => seen.map(({ entry: [id] }) => id);

/** Looks at some after others while there is time; those that are not reached wait for the next poll. */
async function pollJobs(
	endpoint: ListingEndpoint,
	ids: readonly string[],
	{ hasTime, signal }: PollOptions,
): Promise<Map<string, Observation>> {
	const looks = new Map<string, Observation>();
	for (let start = 0; start < ids.length && (start === 0 || hasTime()); start += pollLimits.polledAtOnce) {
		for (const [id, look] of await endpoint.pollOnce(ids.slice(start, start + pollLimits.polledAtOnce), signal))
			looks.set(id, look);
	}
	return looks;
}

/** The newest job of the list that has ended and is of interest; null where there is none. */
export async function newestFinished(
	endpoint: ListingEndpoint,
	interest: Interest,
	signal?: AbortSignal,
): Promise<ListedSnapshot | null> {
	const found = await endpoint.read(async (session) => {
		let rows = 0;
		for await (const job of listOf(session, signal)) {
			if (isTerminal(job.snapshot.job.status) && matches(interest, job)) return job;
			if (++rows >= pollLimits.firstRows) break;
		}
		return null;
	}, signal);
	const id = found?.snapshot.job.id ?? null;
	if (!found || id === null || !isIncomplete(found.snapshot) || !endpoint.session.poll) return found;
	const look = (await endpoint.pollOnce([id], signal)).get(id);
	return look?.ok ? { snapshot: look.snapshot, request: found.request } : found;
}

async function readRows(
	session: Session,
	state: JobsState,
	isFirst: boolean,
	signal: AbortSignal | undefined,
): Promise<{ rows: Row[]; truncated: boolean }> {
	const reader = listReader(state);
	const rows: Row[] = [];
	for await (const listed of listOf(session, signal)) {
		const { id, createdAt } = listed.snapshot.job;
		if (id === null) continue;
		const entry: Entry = [id, timeOf(createdAt)];
		rows.push({ ...listed, entry });
		const enough = isFirst
			? rows.length >= pollLimits.firstRows &&
				!(state.since !== null && entry[1] !== null && entry[1] >= state.since)
			: reader.isEnough(entry);
		if (enough) break;
		if (rows.length >= pollLimits.rows) return { rows, truncated: true };
	}
	return { rows, truncated: false };
}

function listOf(session: Session, signal: AbortSignal | undefined): AsyncIterable<ListedSnapshot> {
	const list = session.list?.({ signal });
	if (list) return list;
	throw new ImageError('invalidRequest', {
		message: 'The jobs of this provider cannot be listed',
		hint: 'Choose another provider',
		delivery: 'notSent',
	});
}

/** Tells whether a job is to be handed on, or while it runs, whether it is to be followed. */
function interestOf(options: PollOptions, state: JobsState): (job: ListedSnapshot) => boolean {
	const { since } = state;
	const open = new Set(state.open.map(([id]) => id));
	const isFirst = options.state === null;
	const endedBefore = ({ snapshot: { job } }: ListedSnapshot): boolean => {
		// Seen while it ran: whatever the provider's clock says.
		if (job.id !== null && open.has(job.id)) return false;
		const endedAt = timeOf(job.updatedAt) ?? timeOf(job.createdAt);
		return since === null || endedAt === null ? isFirst : endedAt < since;
	};
	return (job) =>
		isTerminal(job.snapshot.job.status)
			? matches(options, job) && !endedBefore(job)
			: hasPrompt(options.promptContains, job);
}

function matches({ statuses, promptContains }: Interest, job: ListedSnapshot): boolean {
	return (statuses as readonly JobStatus[]).includes(job.snapshot.job.status) && hasPrompt(promptContains, job);
}

function hasPrompt(part: string, { request }: ListedSnapshot): boolean {
	const prompt = request['prompt'];
	return part === '' || (typeof prompt === 'string' && prompt.toLowerCase().includes(part.toLowerCase()));
}

/** A success without pictures is the list lagging behind, or telling less than a look does. */
function isIncomplete({ job, images }: JobSnapshot): boolean {
	return (job.status === 'succeeded' || job.status === 'partial') && images.length === 0;
}

/**
 * As many as may be asked after, from a place chosen by lot: over the polls everyone has a turn, without keeping whose
 * it is.
 */
function someOf(entries: readonly Entry[], random: Random): readonly Entry[] {
	const start = entries.length > pollLimits.asked ? Math.floor(random() * entries.length) : 0;
	return [...entries.slice(start), ...entries.slice(0, start)].slice(0, pollLimits.asked);
}

function timeOf(iso: string | null): number | null {
	const time = iso === null ? Number.NaN : Date.parse(iso);
	return Number.isNaN(time) ? null : time;
}
