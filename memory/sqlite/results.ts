import { keepResultMs } from '../rules.ts';
import type { Store } from '../store.ts';
import type { Context } from './context.ts';
import { listed } from './context.ts';

type ResultOperations = Pick<Store, 'addResult' | 'keepResults' | 'expireResults' | 'strayResults'>;

interface ResultRow {
	ref: string;
	image_index: number;
}

/** The operations on the index of result files. The files themselves are written and deleted by the caller. */
export function resultOperations(context: Context): ResultOperations {
	return {
		addResult({ ref, imageIndex }, bytes) {
			const { now } = context;
			const sql = `INSERT OR REPLACE INTO results (ref, image_index, bytes, written_at, keep_until)
				VALUES (?, ?, ?, ?, ?)`;
			context.journal.write(sql, ref, imageIndex, bytes, now, now + keepResultMs);
		},

		keepResults(refs, until) {
			context.journal.write(
				`UPDATE results SET keep_until = ? WHERE ref IN ${listed}`,
				until,
				JSON.stringify(refs),
			);
		},

		expireResults(maxBytes) {
			const { journal, now } = context;
			const expired = journal.all<ResultRow>(
				'DELETE FROM results WHERE keep_until <= ? RETURNING ref, image_index',
				now,
			);
			const excess = journal.all<ResultRow>(
				`DELETE FROM results WHERE (ref, image_index) IN (
					SELECT ref, image_index FROM (
						SELECT ref, image_index, sum(bytes) OVER (ORDER BY written_at DESC, ref, image_index) AS total
				FROM results
					) WHERE total > ?
				) RETURNING ref, image_index`,
				maxBytes,
			);
			return [...expired, ...excess].map(({ ref, image_index: imageIndex }) => ({ ref, imageIndex }));
		},

		strayResults(files) {
			const sql = 'SELECT 1 FROM results WHERE ref = ? AND image_index = ?';
			return files.filter(({ ref, imageIndex }) => context.journal.all(sql, ref, imageIndex).length === 0);
		},
	};
}
