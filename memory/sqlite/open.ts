import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { busyTimeoutMs, code, Database, isDamage, makePrivate, sqliteCode } from './database.ts';
import type { Sqlite } from './database.ts';
import type { Schema } from './schema.ts';
import { journalSchema, learnedSchema } from './schema.ts';

/** Larger files are not read through at each start: it takes about 2 ms per MB, far more from a cold disk. */
const maxCheckedBytes = 64 * 1024 * 1024;
/** How long the learned values wait for another process's lock, in ms: short, since they matter little. */
const learnedTimeoutMs = 1000;

/** The file was written by a newer version of the pack. */
export class NewerSchema extends Error {
	override readonly name = 'NewerSchema';
}

/** The journal's database, ready for use. */
export interface OpenJournal {
	database: Database;
	path: string;
	/** The secret of the keyed hashes: 32 bytes, the same for all processes. */
	secret: Uint8Array;
	/** What the user should know: a damaged file was set aside. */
	notice: string | null;
}

/** The known data of a file that failed. */
interface Again {
	/** The secret of this process, for a new file. */
	secret?: Uint8Array;
	/** Read all of it, however large. */
	isSuspect?: boolean;
}

/** Makes the folders of a memory. */
export function makeFolders(folder: string): void {
	for (const path of [folder, join(folder, 'results')]) {
		mkdirSync(path, { recursive: true, mode: 0o700 });
		makePrivate(path, 0o700);
	}
}

/**
 * Opens the journal, and creates it if it is missing. A damaged file is renamed and a new one begun. Damage in a large
 * file is found when it is met: the store fails then, and is opened again.
 * @throws NewerSchema; SQLite's error where the folder or file cannot be used
 */
export function openJournal(sqlite: Sqlite, folder: string, again: Again = {}): OpenJournal {
	const path = join(folder, 'journal.sqlite');
	try {
		return { ...openChecked(sqlite, path, again), path, notice: null };
	} catch (error) {
		if (!isDamage(error)) throw error;
	}
	// Of several processes that find the damage, one renames the file; the others find the new one.
	const lock = new Database(sqlite, join(folder, 'repair.sqlite'));
	try {
		lock.run('BEGIN EXCLUSIVE');
		return { ...openChecked(sqlite, path, again), path, notice: null };
	} catch (error) {
		if (!isDamage(error)) throw error;
		const name = setAside(path);
		const notice =
			'The job memory was damaged, so a new one was begun. ' +
			`The damaged file is kept as ${name} in ${folder}.`;
		return { ...openChecked(sqlite, path, again), path, notice };
	} finally {
		lock.close();
	}
}

/** Opens the database of learned values; without a usable file, one in this process's memory. */
export function openLearned(sqlite: Sqlite, folder: string): Database {
	const path = join(folder, 'learned.sqlite');
	const open = (file: string) => prepared(new Database(sqlite, file, learnedTimeoutMs), learnedSchema);
	try {
		return open(path);
	} catch (error) {
		if (!isDamage(error)) return open(':memory:');
	}
	try {
		setAside(path);
		return open(path);
	} catch {
		return open(':memory:');
	}
}

function openChecked(
	sqlite: Sqlite,
	path: string,
	{ secret, isSuspect }: Again,
): { database: Database; secret: Uint8Array } {
	const database = prepared(new Database(sqlite, path), journalSchema);
	try {
		const isChecked = isSuspect === true || statSync(path).size <= maxCheckedBytes;
		const check = isChecked ? database.all<{ quick_check: string }>('PRAGMA quick_check(1)')[0]?.quick_check : 'ok';
		if (check !== 'ok') throw Object.assign(new Error('quick_check found damage'), { errcode: code.corrupt });
		return { database, secret: sharedSecret(database, secret) };
	} catch (error) {
		database.close();
		throw error;
	}
}

/** Brings the tables up to date, and checks that the file can be written. Closes the database where that fails. */
function prepared(database: Database, schema: Schema): Database {
	try {
		prepare(database, schema);
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

function prepare(database: Database, schema: Schema): void {
	retryWhileBusy(() => {
		if (versionOf(database) > schema.version) throw new NewerSchema();
		database.run(
			'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216; ' +
				'PRAGMA temp_store = MEMORY',
		);
	});
	try {
		database.run('BEGIN IMMEDIATE');
	} catch (error) {
		// Another process writes: this file is made already, and it can be written.
		if (sqliteCode(error) !== code.busy || versionOf(database) !== schema.version) throw error;
		return;
	}
	try {
		bringUpToDate(database, schema);
		database.run('COMMIT');
	} catch (error) {
		database.run('ROLLBACK');
		throw error;
	}
}

/** Within one transaction, so that a crash leaves the file at its earlier version, and processes do it once. */
function bringUpToDate(database: Database, { version, create, migrations }: Schema): void {
	const found = versionOf(database);
	// Another process may have opened it in the meantime.
	if (found > version) throw new NewerSchema();
	if (found === version) return;
	const steps = found === 0 ? [create] : migrations.slice(found - 1);
	for (const step of steps) database.run(step);
	database.run(`PRAGMA user_version = ${version}`);
}

function versionOf(database: Database): number {
	return database.all<{ user_version: number }>('PRAGMA user_version')[0]?.user_version ?? 0;
}

/** The change to a write-ahead log does not wait for other processes by itself. */
function retryWhileBusy(action: () => void): void {
	const deadline = performance.now() + busyTimeoutMs;
	const sleeper = new Int32Array(new SharedArrayBuffer(4));
	for (;;) {
		try {
			action();
			return;
		} catch (error) {
			if (sqliteCode(error) !== code.busy || performance.now() > deadline) throw error;
			Atomics.wait(sleeper, 0, 0, 10);
		}
	}
}

/** One statement, so that processes that start at once agree. */
function sharedSecret(database: Database, proposed: Uint8Array | undefined): Uint8Array {
	const read = () => database.all<{ value: Uint8Array }>("SELECT value FROM meta WHERE name = 'secret'")[0]?.value;
	const known = read();
	if (known) return known;
	database.write("INSERT OR IGNORE INTO meta (name, value) VALUES ('secret', ?)", proposed ?? randomBytes(32));
	const drawn = read();
	if (!drawn) throw new Error('The secret was not kept.');
	return drawn;
}

/** Renames a database, its log first: SQLite would use an old log beside a new file. Gives the file's new name. */
function setAside(path: string): string {
	const suffix = `.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
	for (const part of ['-wal', '-shm', '']) {
		if (existsSync(path + part)) renameSync(path + part, path + suffix + part);
	}
	return basename(path) + suffix;
}
