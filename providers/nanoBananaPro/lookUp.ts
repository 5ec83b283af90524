import type { ImageRequest } from '../../model/request';
import { type Candidate, chooseAmong, clockSkewMs } from '../lookUp';
import type { LookedUp, LookUpCall } from '../provider';
import { toBatchBody } from './mapping';
import type { GenerationTask } from './wire';
import type { ImageTask } from './wireTasks';

/** A row of the history in either API, with what it tells of its request; undefined where it does not. */
export interface HistoryRow {
	id: string;
	/** ms since the epoch; NaN where the row does not say. */
	createdAt: number;
	hasEnded: boolean;
	/** A submit that found the queue full: it was refused, and yet stands in the history. */
	wasRefused: boolean;
	prompt: string | undefined;
	model: string | undefined;
	count: number | undefined;
}

export interface HistoryPage {
	rows: HistoryRow[];
	/** How many rows the whole list has, where the server says. */
	total?: number | null | undefined;
	/** Rows that name no task. */
	unreadable: number;
}

/** How a row fits a request. */
export type Fit = 'exact' | 'possible' | 'no';

const provider = 'NanoBananaPro';
const pageSize = 100;
/** Rows beyond are not read: the look-up then says that it cannot tell. */
const maxPages = 20;

const running = ['pending', 'processing'];
const queueFull = /队列.*满|queue.*full|full.*queue/i;

export function ofGeneration(task: GenerationTask): HistoryRow {
	return { id: task.id, createdAt: Date.parse(task.createdAt ?? ''), ...endOf(task.status, task.errorMessage), prompt: task.prompt ?? undefined, model: task.model ?? undefined, count: task.totalCount ?? undefined };
}

export function ofTask(task: ImageTask): HistoryRow {
	return { id: task.task_id, createdAt: Date.parse(task.created_at ?? ''), ...endOf(task.status, task.error_message), prompt: task.prompt ?? undefined, model: task.model_id ?? undefined, count: undefined };
}

function endOf(status: string, message: string | null | undefined) {
	return { hasEnded: !running.includes(status), wasRefused: status === 'failed' && queueFull.test(message ?? '') };
}

/** A task of v1.6: the server may have accepted fewer images than were asked for. */
export function fitsGeneration({ prompt, model, count }: HistoryRow, request: ImageRequest): Fit {
	const asked = toBatchBody(request, { apiKey: '' });
	if (prompt !== asked.prompt || (model ?? asked.model) !== asked.model || (count ?? 0) > asked.count) return 'no';
	return model === asked.model && count === asked.count ? 'exact' : 'possible';
}

/** A task of the tasks API is one image. Its model is known only where the user chose one. */
export function fitsTask({ prompt, model }: HistoryRow, request: ImageRequest): Fit {
	if (prompt !== request.prompt) return 'no';
	if (request.model === undefined || request.model === model) return 'exact';
	return model === undefined ? 'possible' : 'no';
}

/**
 * Looks for what requests have made in the server's history. It lists what runs first, then what waits, then all that
 * has ended, the newest of each first; so only a row that has ended and is older than the requests ends the reading.
 * @param read a page, counted from 1
 */
export async function lookUpInHistory(read: (page: number, pageSize: number) => Promise<HistoryPage>, fits: (row: HistoryRow) => Fit, call: LookUpCall): Promise<LookedUp> {
	const from = call.since - clockSkewMs;
	const first = await readUntil(read, from);
	const once = await chooseAmong(candidatesIn(first.rows, fits), call, provider);
	if (once.found.size === call.parts.length || !once.conclusive) return once;
	if (first.problem !== null) return { found: once.found, conclusive: false, reason: first.problem };
	if (!first.mayHaveMissed) return once;
	// A task that ended while the pages were read has moved those behind it up, perhaps over the border of a page.
	const second = await readUntil(read, from);
	if (second.problem !== null) return { found: once.found, conclusive: false, reason: second.problem };
	return await chooseAmong(candidatesIn(new Map([...first.rows, ...second.rows]), fits), call, provider);
}

interface Reading {
	rows: Map<string, HistoryRow>;
	/** Whether tasks may have moved from page to page unseen. */
	mayHaveMissed: boolean;
	/** Why not every task was seen; null where every one was. */
	problem: string | null;
}

/** Reads pages until every task was seen that was made after `from`. */
async function readUntil(read: (page: number, pageSize: number) => Promise<HistoryPage>, from: number): Promise<Reading> {
	const rows = new Map<string, HistoryRow>();
	let unreadable = 0;
	for (let page = 1; page <= maxPages; page++) {
		const { rows: list, total, unreadable: more } = await read(page, pageSize);
		const known = rows.size;
		for (const row of list) rows.set(row.id, row);
		unreadable += more;
		// A page may be shorter than was asked for without being the last: servers have bounds of their own.
		const isLast = rows.size === known || (typeof total === 'number' && rows.size + unreadable >= total);
		const isOlder = list.some(({ hasEnded, createdAt }) => hasEnded && createdAt < from);
		if (!isLast && !isOlder) continue;
		const pagesWithRows = list.length === 0 ? page - 1 : page;
		return { rows, mayHaveMissed: pagesWithRows > 1 || (!isOlder && rows.size + unreadable < (total ?? 0)), problem: unreadable > 0 ? `${provider} lists ${unreadable} tasks without a readable ID` : null };
	}
	return { rows, mayHaveMissed: true, problem: `The history of ${provider} is longer than the ${maxPages * pageSize} tasks that a look-up reads` };
}

function candidatesIn(rows: ReadonlyMap<string, HistoryRow>, fits: (row: HistoryRow) => Fit): Candidate[] {
	return [...rows.values()].flatMap((row) => {
		const fit = row.wasRefused ? 'no' : fits(row);
		const { id, createdAt, model, count } = row;
		return fit === 'no' ? [] : [{ id, createdAt, isExact: fit === 'exact', told: [model, count] }];
	});
}
