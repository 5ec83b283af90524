import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The fields of every row of every table of an SQLite database as one text, with what its write-ahead log holds. A copy
 * is read, because a process may have locked the database, and because reading it would change its files.
 */
export function* rowsOf(path: string): Generator<{ table: string; row: number; text: string }> {
	const folder = mkdtempSync(join(tmpdir(), 'image-pipelines-rows-'));
	const copy = join(folder, 'copy.sqlite');
	for (const part of ['', '-wal']) if (existsSync(path + part)) copyFileSync(path + part, copy + part);
	const database = new DatabaseSync(copy);
	try {
		const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
		for (const { name } of tables) {
			let row = 0;
			const statement = database.prepare(`SELECT * FROM "${String(name).replaceAll('"', '""')}"`);
			statement.setReadBigInts(true);
			for (const values of statement.iterate())
				yield { table: String(name), row: ++row, text: Object.values(values).map(textOf).join('\n') };
		}
	} finally {
		database.close();
		rmSync(folder, { recursive: true });
	}
}

const textOf = (value: unknown) =>
	value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
