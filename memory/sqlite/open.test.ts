import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../testing/samples.ts';
import type { Sqlite } from './database.ts';
import { code, Database, isDamage, isStoreFailure, loadSqlite, sqliteCode } from './database.ts';
import { makeFolders, NewerSchema, openJournal, openLearned } from './open.ts';
import { journalSchema } from './schema.ts';

const sqlite = loadSqlite() as Sqlite;
let folder: string;
const open: Array<{ close: () => void }> = [];
beforeEach(() => {
	folder = newFolder();
});
afterEach(() => {
	for (const database of open.splice(0)) database.close();
	rmSync(folder, { recursive: true });
});

const journal = (again?: Parameters<typeof openJournal>[2]) => {
	const opened = openJournal(sqlite, folder, again);
	open.push(opened.database);
	return opened;
};
const learned = () => {
	const database = openLearned(sqlite, folder);
	open.push(database);
	return database;
};
const path = () => join(folder, 'journal.sqlite');
const version = (database: Database) => database.all<{ user_version: number }>('PRAGMA user_version')[0]?.user_version;
const values = (database: Database) => database.all<{ name: string }>('SELECT name FROM learned');
const damaged = (name = 'journal') => readdirSync(folder).filter((file) => file.startsWith(`${name}.sqlite.damaged-`));
const mode = (file: string) => statSync(file).mode & 0o777;

test('the folders are made where they are missing, for this user alone', () => {
	const memory = join(folder, 'a', 'b');
	makeFolders(memory);
	makeFolders(memory);
	expect([mode(memory), mode(join(memory, 'results'))]).toEqual([0o700, 0o700]);
});

test('a new journal has its tables, its version and a secret, and nothing to report', () => {
	const { database, secret, notice, path: own } = journal();
	expect(version(database)).toBe(journalSchema.version);
	expect(database.all('SELECT * FROM jobs')).toEqual([]);
	expect(database.all<{ journal_mode: string }>('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
	expect([secret.length, notice, own]).toEqual([32, null, path()]);
	expect(mode(path())).toBe(0o600);
});

test('the secret is drawn once: all who open the file have the same', () => {
	const { secret } = journal();
	expect(journal().secret).toEqual(secret);
	expect(journal({ secret: new Uint8Array(32).fill(7) }).secret).toEqual(secret);
});

test('a new file takes the secret that this process has already', () => {
	expect(journal({ secret: new Uint8Array(32).fill(7) }).secret).toEqual(new Uint8Array(32).fill(7));
});

test('a file of a newer version is not touched', () => {
	journal().database.run(`PRAGMA user_version = ${journalSchema.version + 1}`);
	expect(() => journal()).toThrow(NewerSchema);
	expect(damaged()).toEqual([]);
});

test('a journal that another process reads and writes can be opened at once', () => {
	const { database } = journal();
	database.run('BEGIN IMMEDIATE');
	const started = Date.now();
	// Opening waits for the lock only as long as for a write of another process.
	const other = new Database(sqlite, path(), 50);
	open.push(other);
	expect(() => other.run('BEGIN IMMEDIATE')).toThrow(expect.objectContaining({ errcode: code.busy }) as Error);
	expect(Date.now() - started).toBeLessThan(5_000);
	database.run('COMMIT');
});

test.each<[string, (bytes: Buffer) => Buffer]>([
	['is no database', () => Buffer.from('no database, but long enough to be looked at as one'.repeat(10))],
	['is damaged within', (bytes) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)])],
])('a file that %s is set aside with its log, and a new one is begun', (_how, damage) => {
	journal();
	for (const database of open.splice(0)) database.close();
	const bytes = damage(readFileSync(path()));
	writeFileSync(path(), bytes);
	writeFileSync(`${path()}-wal`, 'old log');
	const { database, notice } = journal();
	expect(version(database)).toBe(journalSchema.version);
	const [aside] = damaged().filter((name) => !/-(wal|shm)$/.test(name));
	expect(aside).toMatch(/^journal\.sqlite\.damaged-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/);
	expect(readFileSync(join(folder, aside ?? ''))).toEqual(bytes);
	expect(notice).toBe(
		`The job memory was damaged, so a new one was begun. The damaged file is kept as ${aside ?? ''} in ${folder}.`,
	);
	expect(journal().notice).toBeNull();
});

test('a folder that cannot be used is an error of SQLite', () => {
	const file = join(folder, 'file');
	writeFileSync(file, '');
	expect(() => openJournal(sqlite, file)).toThrow();
	mkdirSync(path());
	expect(() => journal()).toThrow(expect.objectContaining({ errcode: code.cannotOpen }) as Error);
});

describe('the file of learned values', () => {
	test('is kept', () => {
		learned().write("INSERT INTO learned (scope, name, value, updated_at) VALUES ('a', 'b', '1', 1)");
		expect(values(learned())).toEqual([{ name: 'b' }]);
	});

	test('is created again if it is damaged', () => {
		const file = join(folder, 'learned.sqlite');
		writeFileSync(file, 'no database, but long enough to be looked at as one'.repeat(10));
		expect(values(learned())).toEqual([]);
		expect(damaged('learned')).toHaveLength(1);
		expect(existsSync(file)).toBe(true);
	});

	test('is replaced by one in memory where it cannot be used, and the file is left alone', () => {
		mkdirSync(join(folder, 'learned.sqlite'));
		const database = learned();
		database.write("INSERT INTO learned (scope, name, value, updated_at) VALUES ('a', 'b', '1', 1)");
		expect(values(database)).toEqual([{ name: 'b' }]);
		expect(readdirSync(folder)).toEqual(['learned.sqlite']);
		expect(values(learned())).toEqual([]);
	});

	test('of a newer version is left alone', () => {
		learned().run('PRAGMA user_version = 1000');
		expect(values(learned())).toEqual([]);
		expect(damaged('learned')).toEqual([]);
		expect(version(learned())).not.toBe(1000);
	});
});

describe('an error', () => {
	const of = (errcode: unknown) => Object.assign(new Error('x'), { errcode });

	test.each([
		[of(11), 11],
		[of(267), 11],
		[of(778), 10],
		[of('11'), null],
		[new Error('x'), null],
		['x', null],
		[null, null],
		[undefined, null],
	])('%p has the code %p', (error, expected) => {
		expect(sqliteCode(error)).toBe(expected);
	});

	test.each([
		...[5, 6, 7, 8, 10, 13, 14].map((number) => [number, true, false] as const),
		...[11, 26, 267].map((number) => [number, true, true] as const),
		...[1, 19, 0].map((number) => [number, false, false] as const),
	])('of SQLite %d fails the store: %s, is damage: %s', (number, fails, isDamaged) => {
		expect([isStoreFailure(of(number)), isDamage(of(number))]).toEqual([fails, isDamaged]);
	});

	test('of another kind does neither', () => {
		expect([isStoreFailure(new Error('x')), isDamage(new Error('x'))]).toEqual([false, false]);
	});
});
