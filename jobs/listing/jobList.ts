import { ImageError } from '../../model/errors';
import { isTerminal } from '../../model/job';
import type { ListedSnapshot, Session } from '../../providers/provider';
import { type Entry, type JobsState, listReader } from './finishedJobs';
import { type Interest, matches, timeOf } from './interest';

/** How much of a provider's list is read. */
export const listLimits = {
	/** Rows read in one poll. Older jobs are not found, but no list grows by so many rows between two polls. */
	rows: 10_000,
	/** Rows read at the first poll, to find running jobs. */
	firstRows: 1_000,
};

/** A job of the list, with its entry in the state. */
export interface Row extends ListedSnapshot {
	entry: Entry;
}

/**
 * Reads the list from its newest row down to the handled rows.
 * @param isFirst whether this is the first poll, which has no handled rows
 */
export async function readRows(
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
		const isEnough = isFirst ? isEnoughAtFirst(rows.length, entry, state.since) : reader.isEnough(entry);
		if (isEnough) break;
		if (rows.length >= listLimits.rows) return { rows, truncated: true };
	}
	return { rows, truncated: false };
}

/** The newest job of the list that has ended and is of interest; null if the first rows have none. */
export async function newestOfList(
	session: Session,
	interest: Interest,
	signal: AbortSignal | undefined,
): Promise<ListedSnapshot | null> {
	let rows = 0;
	for await (const job of listOf(session, signal)) {
		if (isTerminal(job.snapshot.job.status) && matches(interest, job)) return job;
		if (++rows >= listLimits.firstRows) break;
	}
	return null;
}

/** Without `since` the first rows are enough; with it, all jobs made since then are read too. */
function isEnoughAtFirst(rows: number, [, createdAt]: Entry, since: number | null): boolean {
	const isSince = since !== null && createdAt !== null && createdAt >= since;
	return rows >= listLimits.firstRows && !isSince;
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
