import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation, Store } from '../store.ts';
import { isDurable, isRead, perform } from '../store.ts';
import type { Context } from './context.ts';
import type { Sqlite } from './database.ts';
import { isStoreFailure } from './database.ts';
import { eventOperations } from './events.ts';
import { jobOperations } from './jobs.ts';
import { learnedOperations } from './learned.ts';
import { makeFolders, openJournal, openLearned } from './open.ts';
import { Owners } from './owners.ts';
import { queryOperations } from './queries.ts';
import { pruneOperation } from './removal.ts';
import { resultOperations } from './results.ts';

/** The result of one operation: its value, or the reason why it failed. */
export type Answer = { value: unknown } | { error: string };

/** The file was deleted or replaced while it was in use: writes to it would be lost. */
export class JournalGone extends Error {
	override readonly name = 'JournalGone';
}

function isLearned({ name }: Operation): boolean {
	return name === 'readLearned' || name === 'writeLearned';
}

/** The journal in SQLite, all of it synchronous: it runs in the worker thread. */
export class SqliteStore {
	readonly owner: string;
	secret: Uint8Array;
	notice: string | null;
	readonly #sqlite: Sqlite;
	readonly #folder: string;
	readonly #context: Context;
	readonly #operations: Store;
	#file: { path: string; inode: number };
	#fullSync = false;

	/**
	 * @param known the owner id and secret that this process had before
	 * @throws NewerSchema; SQLite's or the file system's error where the folder cannot be used
	 */
	constructor(sqlite: Sqlite, folder: string, known: { owner?: string; secret?: Uint8Array } = {}) {
		this.#sqlite = sqlite;
		this.#folder = folder;
		makeFolders(folder);
		const { database, path, secret, notice } = openJournal(sqlite, folder, known);
		const owners = new Owners(sqlite, join(folder, 'owners'), known.owner);
		owners.sweep();
		this.owner = owners.own;
		this.secret = secret;
		this.notice = notice;
		this.#file = { path, inode: statSync(path).ino };
		this.#context = { journal: database, learned: openLearned(sqlite, folder), owners, now: 0 };
		this.#operations = {
			...jobOperations(this.#context),
			...queryOperations(this.#context),
			...eventOperations(this.#context),
			...learnedOperations(this.#context),
			...resultOperations(this.#context),
			...pruneOperation(this.#context),
		};
	}

	/**
	 * Carries out operations in their order: all in one transaction, or none. An operation that fails by itself does
	 * not undo the others.
	 * @throws where the store itself fails; then none was carried out
	 */
	run(operations: readonly Operation[]): Answer[] {
		const journal = this.#runJournal(operations.filter((operation) => !isLearned(operation))).values();
		// Learned values are in another file: a transaction of the journal does not wait for it, and does not fail with
		// it.
		return operations.map((operation) =>
			isLearned(operation) ? this.#answerLearned(operation) : (journal.next().value ?? { error: 'no answer' }),
		);
	}

	/** Opens the journal's file again after it failed, and keeps the owner's lock. */
	reopen(): void {
		makeFolders(this.#folder);
		const { database, path, secret, notice } = openJournal(this.#sqlite, this.#folder, {
			secret: this.secret,
			isSuspect: true,
		});
		this.#context.owners.lockAgain();
		this.#context.journal.close();
		this.secret = secret;
		this.#context.journal = database;
		this.#fullSync = false;
		this.#file = { path, inode: statSync(path).ino };
		this.notice = notice ?? this.notice;
	}

	close(): void {
		this.#context.journal.close();
		this.#context.learned.close();
		this.#context.owners.close();
	}

	#runJournal(operations: readonly Operation[]): Answer[] {
		if (operations.every(isRead)) return operations.map((operation) => this.#answer(operation));
		this.#checkFile();
		this.#setSync(operations.some(isDurable));
		const { journal } = this.#context;
		journal.run('BEGIN IMMEDIATE');
		try {
			const answers = operations.map((operation) => this.#answerAlone(operation));
			journal.run('COMMIT');
			return answers;
		} catch (error) {
			this.#rollBack();
			throw error;
		}
	}

	/** Within a savepoint, so that half of a failed operation does not stay. */
	#answerAlone(operation: Operation): Answer {
		const { journal } = this.#context;
		journal.run('SAVEPOINT operation');
		const answer = this.#answer(operation);
		if ('error' in answer) journal.run('ROLLBACK TO operation');
		journal.run('RELEASE operation');
		return answer;
	}

	#answer(operation: Operation): Answer {
		this.#context.now = operation.at;
		try {
			return { value: perform(this.#operations, operation) };
		} catch (error) {
			if (isStoreFailure(error)) throw error;
			return { error: error instanceof Error ? error.message : String(error) };
		}
	}

	/** A failure of that file concerns this operation alone. */
	#answerLearned(operation: Operation): Answer {
		try {
			return this.#answer(operation);
		} catch (error) {
			return { error: String(error) };
		}
	}

	/** `synchronous` cannot be changed within a transaction. */
	#setSync(full: boolean): void {
		if (full === this.#fullSync) return;
		this.#context.journal.run(`PRAGMA synchronous = ${full ? 'FULL' : 'NORMAL'}`);
		this.#fullSync = full;
	}

	#rollBack(): void {
		try {
			this.#context.journal.run('ROLLBACK');
		} catch {
			// A full disk or an I/O error has rolled back already.
		}
	}

	#checkFile(): void {
		const { path, inode } = this.#file;
		if (statSync(path, { throwIfNoEntry: false })?.ino !== inode) throw new JournalGone(path);
	}
}
