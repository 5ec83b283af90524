import type { Json } from '../memory.ts';
import { keepLearnedMs, maxLearned } from '../rules.ts';
import type { Store } from '../store.ts';
import type { Context } from './context.ts';

const deleteOldest =
	'DELETE FROM learned WHERE (scope, name) IN (SELECT scope, name FROM learned ORDER BY updated_at LIMIT ?)';

/** The operations on learned values, in a file of their own. */
export function learnedOperations(context: Context): Pick<Store, 'readLearned' | 'writeLearned'> {
	const { learned } = context;
	return {
		readLearned(scope) {
			const rows = learned.all<{ name: string; value: string }>(
				'SELECT name, value FROM learned WHERE scope = ?',
				scope,
			);
			return Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value) as Json]));
		},

		writeLearned(entries) {
			learned.run('BEGIN IMMEDIATE');
			try {
				const sql = 'INSERT OR REPLACE INTO learned (scope, name, value, updated_at) VALUES (?, ?, ?, ?)';
				for (const { scope, name, value } of entries)
					learned.write(sql, scope, name, JSON.stringify(value), context.now);
				learned.write('DELETE FROM learned WHERE updated_at < ?', context.now - keepLearnedMs);
				const [{ count } = { count: 0 }] = learned.all<{ count: number }>(
					'SELECT count(*) AS count FROM learned',
				);
				if (count > maxLearned) learned.write(deleteOldest, count - maxLearned);
				learned.run('COMMIT');
			} catch (error) {
				learned.run('ROLLBACK');
				throw error;
			}
		},
	};
}
