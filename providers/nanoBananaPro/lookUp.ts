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
}

/** How a row fits a request. */
export type Fit = 'exact' | 'possible' | 'no';

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
	const rows = new Map<string, HistoryRow>();
	/** Gives how many pages were read; null where the list goes on beyond the bound. */
	async function readAll(): Promise<number | null> {
		for (let page = 1; page <= maxPages; page++) {
			const { rows: list, total } = await read(page, pageSize);
			const known = rows.size;
			for (const row of list) rows.set(row.id, row);
			// A page may be shorter than was asked for and not be the last one: servers have bounds of their own.
			const isLast = list.length === 0 || (page > 1 && rows.size === known) || (typeof total === 'number' && rows.size >= total);
			if (isLast || list.some(({ hasEnded, createdAt }) => hasEnded && createdAt < from)) return page;
		}
		return null;
	}
	const choose = async () => {
		const candidates = [...rows.values()].flatMap((row): Candidate[] => {
			const fit = row.wasRefused ? 'no' : fits(row);
			const { id, createdAt, model, count } = row;
			return fit === 'no' ? [] : [{ id, createdAt, isExact: fit === 'exact', told: [model, count] }];
		});
		return await chooseAmong(candidates, call, 'NanoBananaPro');
	};
	const pages = await readAll();
	const first = await choose();
	if (first.found.size === call.parts.length || !first.conclusive) return first;
	if (pages === null) return { found: first.found, conclusive: false, reason: `NanoBananaPro's history is longer than the ${maxPages * pageSize} tasks that are read` };
	if (pages === 1) return first;
	// A task that ended while the pages were read has moved the ones behind it up, perhaps over the border of a page.
	await readAll();
	return await choose();
}
