import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compileMemory, MemoryProcess } from '../testing/childProcess.ts';
import { credentialIds, newFolder, snapshot } from '../testing/samples.ts';
import { makeVersion1 } from '../testing/version1.ts';
import type { Sqlite } from './database.ts';
import { loadSqlite } from './database.ts';
import { journalSchema } from './schema.ts';
import { SqliteStore } from './sqliteStore.ts';

// The tests use processes and disks, which are slow on a busy machine.
jest.setTimeout(60_000);

const sqlite = loadSqlite() as Sqlite;
const error = { code: 'network', message: 'No', hint: null, retryable: true, httpStatus: null };
let folder: string;
let path: string;

beforeEach(() => {
	folder = newFolder();
	mkdirSync(folder, { recursive: true });
	path = join(folder, 'journal.sqlite');
	makeVersion1(sqlite, path, [
		['no', 'refused', error, ['refused', 'refused']],
		['part', 'accepted', snapshot('running'), ['accepted', 'refused']],
		['lost', 'unknown', error, ['unknown']],
	]);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The result of a query over a raw connection. */
function query(sql: string): unknown[] {
	const raw = new sqlite.DatabaseSync(path);
	const rows = raw.prepare(sql).all();
	raw.close();
	return rows;
}

/** State and outcomes of each record, by name. */
function states(store: SqliteStore): Record<string, unknown> {
	const [answer] = store.run([{ name: 'list', args: [{ credentialIds, limit: 10 }], at: 1 }]);
	const records = answer && 'value' in answer ? (answer.value as Array<Record<string, unknown>>) : [];
	return Object.fromEntries(
		records.map(({ ref, state, requests }) => [
			String(ref).replace(/0+$/, ''),
			[state, ...(requests as Array<{ outcome: string }>).map(({ outcome }) => outcome)],
		]),
	);
}

const migrated = {
	no: ['notAccepted', 'notAccepted', 'notAccepted'],
	part: ['accepted', 'accepted', 'notAccepted'],
	lost: ['unknown', 'unknown'],
};

test('a file of version 1 becomes one of this version, with all its records', () => {
	const store = new SqliteStore(sqlite, folder);
	expect(store.notice).toBeNull();
	expect(states(store)).toEqual(migrated);
	store.close();
	expect(query('PRAGMA user_version')).toEqual([{ user_version: journalSchema.version }]);
});

test('a migrated file has the tables and indexes of a new one', () => {
	new SqliteStore(sqlite, folder).close();
	const schema = "SELECT type, name, sql FROM sqlite_schema WHERE type <> 'trigger' ORDER BY name";
	const found = query(schema);
	rmSync(folder, { recursive: true });
	new SqliteStore(sqlite, folder).close();
	expect(found).toEqual(query(schema));
});

test('a file that is up to date is not changed again', () => {
	new SqliteStore(sqlite, folder).close();
	const before = query('SELECT * FROM sqlite_schema');
	new SqliteStore(sqlite, folder).close();
	expect(query('SELECT * FROM sqlite_schema')).toEqual(before);
});

test('what a running process of version 1 still writes is renamed', () => {
	const old = new sqlite.DatabaseSync(path);
	const write = old.prepare('UPDATE jobs SET state = ?, requests = ? WHERE ref = ?');
	const store = new SqliteStore(sqlite, folder);
	write.run(
		'refused',
		JSON.stringify([{ part: 0, outcome: 'refused', sentAt: 1, providerId: null }]),
		'lost00000000',
	);
	expect(states(store)).toEqual({ ...migrated, lost: ['notAccepted', 'notAccepted'] });
	old.close();
	store.close();
});

test('processes that open a file of version 1 at once agree', async () => {
	const compiled = compileMemory();
	const children = await Promise.all(Array.from({ length: 4 }, () => MemoryProcess.start(compiled, folder)));
	expect(children.map(({ problem }) => problem)).toEqual([null, null, null, null]);
	const lists = await Promise.all(children.map((child) => child.journal('list', { credentialIds, limit: 10 })));
	for (const records of lists)
		expect(records.map(({ state }) => state).sort()).toEqual(['accepted', 'notAccepted', 'unknown']);
	await Promise.all(children.map((child) => child.kill()));
	rmSync(compiled, { recursive: true });
});

test('a process that is killed in the middle of a migration leaves the file at its version', async () => {
	const script = `
		const { DatabaseSync } = require('node:sqlite');
		const [path, migration] = process.argv.slice(1);
		const database = new DatabaseSync(path);
		database.exec('PRAGMA cache_size = 1; BEGIN IMMEDIATE;' + migration + 'PRAGMA user_version = 2');
		console.log('in the middle');
		setInterval(() => database.isOpen, 1000);
	`;
	const args = ['--disable-warning=ExperimentalWarning', '-e', script, path, journalSchema.migrations[0] ?? ''];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const gone = once(child, 'exit');
	await once(child.stdout, 'data');
	child.kill('SIGKILL');
	await gone;
	expect(query('PRAGMA user_version')).toEqual([{ user_version: 1 }]);
	expect(query("SELECT count(*) AS found FROM jobs WHERE state = 'refused'")).toEqual([{ found: 1 }]);
	const store = new SqliteStore(sqlite, folder);
	expect(states(store)).toEqual(migrated);
	store.close();
});
