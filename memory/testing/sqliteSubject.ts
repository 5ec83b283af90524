import { rmSync } from 'node:fs';
import type { Sqlite } from '../sqlite/database.ts';
import { loadSqlite } from '../sqlite/database.ts';
import { SqliteStore } from '../sqlite/sqliteStore.ts';
import type { Operation, OperationName, Store } from '../store.ts';
import { credentialIds, newFolder } from './samples.ts';

export const hour = 3600_000;
export const day = 24 * hour;
export const sqlite = loadSqlite() as Sqlite;

/** A SQLite store on a new folder for each test, called without its worker. */
export class SqliteSubject {
	folder = '';
	/** ms since the epoch. */
	now = 0;
	#store: SqliteStore | null = null;

	/** To be called once in a test file. */
	static forEachTest(): SqliteSubject {
		const subject = new SqliteSubject();
		beforeEach(() => {
			subject.folder = newFolder();
			subject.#store = new SqliteStore(sqlite, subject.folder);
			subject.now = 100 * day;
		});
		afterEach(() => {
			jest.restoreAllMocks();
			subject.store.close();
			rmSync(subject.folder, { recursive: true });
		});
		return subject;
	}

	get store(): SqliteStore {
		if (!this.#store) throw new Error('No test runs.');
		return this.#store;
	}

	readonly operation = <N extends OperationName>(name: N, ...args: Parameters<Store[N]>): Operation<N> => ({
		name,
		args,
		at: this.now,
	});

	/** The value of one operation. */
	readonly call = <N extends OperationName>(name: N, ...args: Parameters<Store[N]>): ReturnType<Store[N]> => {
		const [answer] = this.store.run([this.operation(name, ...args)]);
		if (!answer || 'error' in answer) throw new Error(answer?.error ?? 'no answer');
		return answer.value as ReturnType<Store[N]>;
	};

	/** The names of all records, newest first. */
	readonly refs = (): string[] =>
		this.call('list', { credentialIds, limit: 10_000 }).map(({ ref }) => ref.replace(/0+$/, ''));
}
