import { chmodSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** How long a statement waits for another process's lock, in ms. Only the worker thread waits. */
export const busyTimeoutMs = 10_000;

export type Sqlite = typeof import('node:sqlite');

/** A row as a query names its columns. The caller knows them: the query and the type are side by side. */
type Row = object;

/** Primary result codes of SQLite. */
export const code = {
	busy: 5,
	locked: 6,
	noMemory: 7,
	readOnly: 8,
	ioError: 10,
	corrupt: 11,
	full: 13,
	cannotOpen: 14,
	notADatabase: 26,
} as const;
const failures: readonly number[] = Object.values(code);
const damages: readonly number[] = [code.corrupt, code.notADatabase];

/** SQLite's primary result code of an error; null for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | null {
	if (typeof error !== 'object' || error === null || !('errcode' in error)) return null;
	return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Whether an error says that the file or its disk fails, so that nothing else will work either. */
export function isStoreFailure(error: unknown): boolean {
	const found = sqliteCode(error);
	return found !== null && failures.includes(found);
}

/** Whether an error says that the file is damaged. */
export function isDamage(error: unknown): boolean {
	const found = sqliteCode(error);
	return found !== null && damages.includes(found);
}

/** `node:sqlite`, or null where this Node lacks it. Loaded on first use: an older Node must not fail at start. */
export function loadSqlite(): Sqlite | null {
	const found: Sqlite | undefined =
		'getBuiltinModule' in process ? process.getBuiltinModule('node:sqlite') : undefined;
	return found ?? null;
}

/** Removes the access of other users to a file or folder, if we own it. */
export function makePrivate(path: string, mode: number): void {
	try {
		chmodSync(path, mode);
	} catch {
		// It belongs to another user, or the disk has no modes. The readable data is hashes, ids and URLs.
	}
}

/** A connection with its prepared statements. */
export class Database {
	readonly #connection: DatabaseSync;
	readonly #statements = new Map<string, StatementSync>();

	constructor(sqlite: Sqlite, path: string, timeoutMs = busyTimeoutMs) {
		this.#connection = new sqlite.DatabaseSync(path);
		this.run(`PRAGMA busy_timeout = ${timeoutMs}`);
		// The write-ahead log takes its mode from this file.
		if (path !== ':memory:') makePrivate(path, 0o600);
	}

	/** Runs statements that give nothing back and are not worth keeping. */
	run(sql: string): void {
		this.#connection.exec(sql);
	}

	all<R extends Row>(sql: string, ...values: SQLInputValue[]): R[] {
		return this.#prepare(sql).all(...values) as R[];
	}

	/** Writes; gives how many rows changed. */
	write(sql: string, ...values: SQLInputValue[]): number {
		return Number(this.#prepare(sql).run(...values).changes);
	}

	close(): void {
		this.#statements.clear();
		this.#connection.close();
	}

	/** Queries have no values written into them, so their number is limited; the bound is for unforeseen cases. */
	#prepare(sql: string): StatementSync {
		let statement = this.#statements.get(sql);
		if (!statement) {
			if (this.#statements.size >= 500) this.#statements.clear();
			statement = this.#connection.prepare(sql);
			this.#statements.set(sql, statement);
		}
		return statement;
	}
}
