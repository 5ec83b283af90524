import type { ImageRequest } from '../../model/request';
import { type Candidate, chooseAmong, clockSkewMs } from '../lookUp';
import type { LookedUp, LookUpCall } from '../provider';
import { toBatchBody } from './request';
import type { GenerationTask } from './wire';
import type { ImageTask } from './wireTasks';

/** A row of the history in either API. Fields of the request that the row does not report are undefined. */
export interface HistoryRow {
	id: string;
	/** ms since the epoch; NaN if the row does not report it. */
	createdAt: number;
	hasEnded: boolean;
	/** The submit was not accepted because the queue was full; the server lists it nevertheless. */
	wasNotAccepted: boolean;
	prompt: string | undefined;
	model: string | undefined;
	count: number | undefined;
}

export interface HistoryPage {
	rows: HistoryRow[];
	/** How many rows the whole list has, if the server reports it. */
	total?: number | null | undefined;
	/** Rows that name no task. */
	unreadable: number;
	/** By how much the server's clock is ahead of ours, in ms: the rows have its times. */
	clockAheadMs: number;
}

/** How a row fits a request. */
export type Fit = 'exact' | 'possible' | 'no';

const provider = 'NanoBananaPro';
const pageSize = 100;
/** Later pages are not read. If there are more pages, the look-up is inconclusive. */
const maxPages = 20;

/** The model that the public server uses if a request names none. */
const serverDefault = 'gemini-3-pro-image-preview';

const running = ['pending', 'processing'];

/** Whether a line of a message says that the queue was full. */
function isQueueFull(message: string): boolean {
	return message.split(/[\n\r\u2028\u2029]/).some((line) => {
		const text = line.toLowerCase();
		if (text.includes('queue') && text.includes('full')) return true;
		const queue = text.indexOf('队列');
		return queue >= 0 && text.includes('满', queue);
	});
}

export function ofGeneration(task: GenerationTask): HistoryRow {
	return {
		id: task.id,
		createdAt: Date.parse(task.createdAt ?? ''),
		...endOf(task.status, task.errorMessage),
		prompt: task.prompt ?? undefined,
		model: task.model ?? undefined,
		count: task.totalCount ?? undefined,
	};
}

export function ofTask(task: ImageTask): HistoryRow {
	return {
		id: task.task_id,
		createdAt: Date.parse(task.created_at ?? ''),
		...endOf(task.status, task.error_message),
		prompt: task.prompt ?? undefined,
		model: task.model_id ?? undefined,
		count: undefined,
	};
}

function endOf(status: string, message: string | null | undefined) {
	return {
		hasEnded: !running.includes(status),
		wasNotAccepted: status === 'failed' && isQueueFull(message ?? ''),
	};
}

/** Compares a task of v1.6. The server may have accepted fewer images than were requested. */
export function fitsGeneration({ prompt, model, count }: HistoryRow, request: ImageRequest): Fit {
	const requested = toBatchBody(request, { apiKey: '' });
	if (prompt !== requested.prompt || (model ?? requested.model) !== requested.model || (count ?? 0) > requested.count)
		return 'no';
	return model === requested.model && count === requested.count ? 'exact' : 'possible';
}

/**
 * Compares a task of the tasks API, which is one image. Without a model in the request the server chose its default,
 * which may have been changed.
 */
export function fitsTask({ prompt, model }: HistoryRow, request: ImageRequest): Fit {
	if (prompt !== request.prompt) return 'no';
	if (model === (request.model ?? serverDefault)) return 'exact';
	return model === undefined || request.model === undefined ? 'possible' : 'no';
}

/**
 * Looks up tasks in the server's history. The server lists running tasks first, then waiting ones, then ended ones,
 * each group newest first. So the reading stops at an older task only if that task has ended.
 * @param read reads a page, counted from 1
 */
export async function lookUpInHistory(
	read: (page: number, pageSize: number) => Promise<HistoryPage>,
	fits: (row: HistoryRow) => Fit,
	call: LookUpCall,
): Promise<LookedUp> {
	const first = await readUntil(read, call.since);
	const once = await chooseAmong(candidatesIn(first, fits), call, provider);
	if (once.found.size === call.parts.length || !once.conclusive) return once;
	if (first.problem !== null) return { found: once.found, conclusive: false, reason: first.problem };
	if (!first.mayHaveMissed) return once;
	// If a task ended during the reading, the tasks after it moved up, possibly to a page that was already read.
	const second = await readUntil(read, call.since);
	if (second.problem !== null) return { found: once.found, conclusive: false, reason: second.problem };
	return await chooseAmong(
		candidatesIn({ ...second, rows: new Map([...first.rows, ...second.rows]) }, fits),
		call,
		provider,
	);
}

interface Reading {
	rows: Map<string, HistoryRow>;
	clockAheadMs: number;
	/** Whether tasks may have moved between pages during the reading and were not seen. */
	mayHaveMissed: boolean;
	/** Why not every task was seen; null if every task was. */
	problem: string | null;
}

/** Reads pages until it has seen every task that was made after `since`, by our clock. */
async function readUntil(
	read: (page: number, pageSize: number) => Promise<HistoryPage>,
	since: number,
): Promise<Reading> {
	const rows = new Map<string, HistoryRow>();
	let unreadable = 0;
	let ahead = 0;
	for (let page = 1; page <= maxPages; page++) {
		const { rows: list, total, unreadable: more, clockAheadMs } = await read(page, pageSize);
		ahead = clockAheadMs;
		const known = rows.size;
		for (const row of list) rows.set(row.id, row);
		unreadable += more;
		// A short page need not be the last one: servers may limit the page size.
		const isLast = rows.size === known || (typeof total === 'number' && rows.size + unreadable >= total);
		const isOlder = list.some(({ hasEnded, createdAt }) => hasEnded && createdAt < since + ahead - clockSkewMs);
		if (!isLast && !isOlder) continue;
		const pagesWithRows = list.length === 0 ? page - 1 : page;
		return {
			rows,
			clockAheadMs: ahead,
			mayHaveMissed: pagesWithRows > 1 || (!isOlder && rows.size + unreadable < (total ?? 0)),
			problem: unreadable > 0 ? `${provider} lists ${unreadable} tasks without a readable ID` : null,
		};
	}
	return {
		rows,
		clockAheadMs: ahead,
		mayHaveMissed: true,
		problem: `The history of ${provider} is longer than the ${maxPages * pageSize} tasks that a look-up reads`,
	};
}

function candidatesIn({ rows, clockAheadMs }: Reading, fits: (row: HistoryRow) => Fit): Candidate[] {
	return [...rows.values()].flatMap((row) => {
		const fit = row.wasNotAccepted ? 'no' : fits(row);
		const { id, createdAt, model, count } = row;
		return fit === 'no'
			? []
			: [{ id, createdAt: createdAt - clockAheadMs, isExact: fit === 'exact', reported: [model, count] }];
	});
}
