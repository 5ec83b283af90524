import type { ResultFile, Store } from '../store.ts';
import { keepAlwaysMs, maxEvents } from '../rules.ts';
import type { Context } from './context.ts';
import { listed } from './context.ts';
import type { Database } from './database.ts';

/** Rows removed in one step: few enough that other operations do not wait. */
const stepSize = 500;

/** Removes a record and its dependent rows. Returns its result files; the caller deletes them. */
export function removeRecord(journal: Database, ref: string): ResultFile[] {
	const files = journal.all<{ image_index: number }>('SELECT image_index FROM results WHERE ref = ?', ref);
	journal.write('DELETE FROM results WHERE ref = ?', ref);
	journal.write('DELETE FROM provider_ids WHERE ref = ?', ref);
	journal.write('DELETE FROM jobs WHERE ref = ?', ref);
	return files.map(({ image_index: imageIndex }) => ({ ref, imageIndex }));
}

/** The operation that keeps the store within its bounds. */
export function pruneOperation(context: Context): Pick<Store, 'prune'> {
	return {
		prune({ keepRecordsMs, maxRecords }) {
			const refs = [...tooOld(context, keepRecordsMs), ...tooMany(context, maxRecords)].slice(0, stepSize);
			const files = refs.flatMap((ref) => removeRecord(context.journal, ref));
			const events = pruneEvents(context);
			return { more: refs.length === stepSize || events >= stepSize, files };
		},
	};
}

function tooOld(context: Context, keepRecordsMs: number): string[] {
	const before = context.now - Math.max(keepRecordsMs, keepAlwaysMs);
	const sql = `SELECT ref FROM jobs WHERE updated_at < ? AND NOT (busy = 1 AND owner IN ${listed})
		ORDER BY updated_at LIMIT ?`;
	return refsOf(context.journal.all(sql, before, livingBusyOwners(context), stepSize));
}

function tooMany(context: Context, maxRecords: number): string[] {
	const count = context.journal.all<{ count: number }>('SELECT count(*) AS count FROM jobs')[0]?.count ?? 0;
	const excess = Math.min(count - maxRecords, stepSize);
	if (excess <= 0) return [];
	const before = context.now - keepAlwaysMs;
	const sql = `SELECT ref FROM jobs
		WHERE state = 'ended' AND delivered_at IS NOT NULL AND busy = 0 AND updated_at < ?
		ORDER BY updated_at LIMIT ?`;
	const done = refsOf(context.journal.all(sql, before, excess));
	if (done.length === excess) return done;
	const living = livingBusyOwners(context);
	const others = refsOf(
		context.journal.all(
			`SELECT ref FROM jobs
				WHERE updated_at < ? AND ref NOT IN ${listed} AND NOT (busy = 1 AND owner IN ${listed})
				ORDER BY updated_at LIMIT ?`,
			...[before, JSON.stringify(done), living, excess - done.length],
		),
	);
	return [...done, ...others];
}

/** As a JSON list. */
export function livingBusyOwners({ journal, owners }: Context): string {
	const found = journal.all<{ owner: string }>(
		'SELECT DISTINCT owner FROM jobs WHERE busy = 1 AND owner IS NOT NULL',
	);
	return JSON.stringify(found.map(({ owner }) => owner).filter((owner) => owners.isAlive(owner)));
}

function pruneEvents({ journal, now }: Context): number {
	const oldest = `DELETE FROM events
		WHERE (scope, id) IN (SELECT scope, id FROM events WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`;
	const expired = journal.write(oldest, now, stepSize);
	const count = journal.all<{ count: number }>('SELECT count(*) AS count FROM events')[0]?.count ?? 0;
	if (count <= maxEvents) return expired;
	return expired + journal.write(oldest, Number.MAX_SAFE_INTEGER, Math.min(count - maxEvents, stepSize));
}

function refsOf(rows: Array<{ ref: string }>): string[] {
	return rows.map(({ ref }) => ref);
}
