import { pictureCount, picturesSoFar, resultUrls } from './results';
import type { Settings } from './settings';
import type { Job } from './store';

type Dialect = Settings['dialect'];

/** The answer to GET of one job. */
export function detailView(job: Job, origin: string) {
	return {
		jobId: job.id,
		status: job.status,
		resultUrls: job.status === 'SUCCEEDED' ? resultUrls(job, origin) : [],
		error: job.status === 'FAILED' ? job.error : null,
		createdAt: job.createdAt.toISOString(),
		updatedAt: job.updatedAt.toISOString(),
	};
}

/** One row of the list. */
export function itemView(job: Job, origin: string, dialect: Dialect) {
	const error = job.status === 'FAILED' || dialect === 'real' ? job.error : null;
	return {
		id: job.id,
		status: job.status,
		prompt: job.body.prompt,
		mode: job.body.mode ?? 'final',
		resultUrls: dialect === 'real' ? urlsSoFar(job, origin) : detailView(job, origin).resultUrls,
		errorCode: error?.code ?? null,
		errorMessage: error?.message ?? null,
		createdAt: job.createdAt.toISOString(),
		updatedAt: job.updatedAt.toISOString(),
	};
}

/** The answer to a submit whose Idempotency-Key was used before. */
export function replayView(job: Job, origin: string, dialect: Dialect) {
	// The document only says that the id is the same. The sandbox repeats the first answer.
	return dialect === 'real' ? detailView(job, origin) : { jobId: job.id, status: 'QUEUED' };
}

/** Null until the first picture, then the URLs of the existing pictures: the real list shows its database row. */
function urlsSoFar(job: Job, origin: string): string[] | null {
	const count = job.status === 'SUCCEEDED' ? pictureCount(job) : picturesSoFar(job, Date.now());
	return count > 0 ? resultUrls(job, origin, count) : null;
}

/** One page of the list, newest first. Returns null for an unknown cursor. */
export function pageOf(jobs: Job[], limit: number, cursor: string | undefined, dialect: Dialect) {
	const start = cursor === undefined ? 0 : dialect === 'real' ? rowOf(jobs, cursor) : rowAfter(jobs, cursor);
	if (start === null) return null;
	const rows = jobs.slice(start, start + limit);
	const last = rows.at(-1);
	const hasMore = start + limit < jobs.length;
	const nextCursor = hasMore && last ? (dialect === 'real' ? last.id : opaque(last.sequence)) : null;
	return { rows, hasMore, nextCursor };
}

/** The real server starts the next page with the cursor's own row, so that rows repeat. */
function rowOf(jobs: Job[], cursor: string): number {
	const row = jobs.findIndex((job) => job.id === cursor);
	return row < 0 ? jobs.length : row;
}

/** Compares numbers, not positions: jobs made meanwhile must not shift the pages. */
function rowAfter(jobs: Job[], cursor: string): number | null {
	const sequence = /^before:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
	if (sequence === undefined) return null;
	const row = jobs.findIndex((job) => job.sequence < Number(sequence));
	return row < 0 ? jobs.length : row;
}

function opaque(sequence: number): string {
	return Buffer.from(`before:${sequence}`).toString('base64url');
}
