import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { code, Database, sqliteCode } from './database.ts';
import type { Sqlite } from './database.ts';

/** How long an owner counts as alive after it was seen alive, in ms. */
const aliveForMs = 1000;
/** Maximum number of owners whose state is cached. */
const maxRemembered = 10_000;
/** Younger files may belong to a process that is about to lock its file. */
const sweepAfterMs = 60_000;

/**
 * Finds out which processes live. Each process holds an exclusive SQLite lock on its own file while it lives. The
 * operating system frees the lock when the process is killed, and keeps it while the process is stopped. This needs no
 * process ids and no clock.
 */
export class Owners {
	/** The id of this process. */
	readonly own: string;
	readonly #sqlite: Sqlite;
	readonly #folder: string;
	#lock: Database;
	/** When an owner was last seen alive. `dead` never changes, because ids are not reused. */
	readonly #seen = new Map<string, number | 'dead'>();

	/** @param own an id that this process had before; it is used again where its lock is free */
	constructor(sqlite: Sqlite, folder: string, own?: string) {
		this.#sqlite = sqlite;
		this.#folder = folder;
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		const locked = (own === undefined ? null : this.#tryOwn(own)) ?? this.#newOwn();
		this.own = locked.id;
		this.#lock = locked.lock;
	}

	/** Whether the process with this id lives. Takes about 0.2 ms where it is not remembered. */
	isAlive(owner: string): boolean {
		if (owner === this.own) return true;
		const seen = this.#seen.get(owner);
		if (seen === 'dead') return false;
		if (seen !== undefined && performance.now() - seen < aliveForMs) return true;
		const alive = !this.#isDead(owner);
		if (this.#seen.size >= maxRemembered) this.#seen.clear();
		this.#seen.set(owner, alive ? performance.now() : 'dead');
		return alive;
	}

	/** Deletes the files of processes that have died. */
	sweep(): void {
		for (const name of readdirSync(this.#folder)) {
			const owner = name.replace(/\.sqlite$/, '');
			if (owner === this.own || owner === name) continue;
			const age = Date.now() - (statSync(this.#path(owner), { throwIfNoEntry: false })?.mtimeMs ?? 0);
			if (age > sweepAfterMs) this.isAlive(owner);
		}
	}

	/** Creates the lock file again if it was deleted: without it this process would count as dead. */
	lockAgain(): void {
		if (existsSync(this.#path(this.own))) return;
		mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
		const again = this.#tryLock(this.own);
		if (!again) return;
		this.#lock.close();
		this.#lock = again;
	}

	/** Frees the lock, as the end of the process would. */
	close(): void {
		this.#lock.close();
		rmSync(this.#path(this.own), { force: true });
	}

	/** Locks a file with this id; null if another process has locked or deleted it first. */
	#tryOwn(id: string): { id: string; lock: Database } | null {
		const lock = this.#tryLock(id);
		if (!lock) return null;
		// Another process may have taken the file for a dead one's, and deleted it, before it was locked.
		if (existsSync(this.#path(id))) return { id, lock };
		lock.close();
		return null;
	}

	#newOwn(): { id: string; lock: Database } {
		for (let attempt = 0; attempt < 10; attempt++) {
			const locked = this.#tryOwn(randomBytes(8).toString('hex'));
			if (locked) return locked;
		}
		throw new Error('No lock file could be kept.');
	}

	/** A dead owner's file is deleted on the way. */
	#isDead(owner: string): boolean {
		if (!existsSync(this.#path(owner))) return true;
		let lock: Database | null;
		try {
			lock = this.#tryLock(owner);
		} catch {
			// A file that cannot be opened is no evidence: its process counts as alive.
			return false;
		}
		if (!lock) return false;
		try {
			// While it is locked, so that no process can lock it and then lose its file.
			rmSync(this.#path(owner), { force: true });
		} catch {
			// Windows does not delete open files. The next start sweeps it away.
		}
		lock.close();
		return true;
	}

	/** Null where another connection holds the lock. */
	#tryLock(owner: string): Database | null {
		const database = new Database(this.#sqlite, this.#path(owner), 0);
		try {
			database.run('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
			return database;
		} catch (error) {
			database.close();
			if (sqliteCode(error) === code.busy) return null;
			throw error;
		}
	}

	#path(owner: string): string {
		return join(this.#folder, `${owner}.sqlite`);
	}
}
