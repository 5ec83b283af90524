import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreFailure } from '../failure.ts';
import { newFolder } from '../testing/samples.ts';
import { WorkerChannel } from './channel.ts';
import { Database, loadSqlite, type Sqlite } from './database.ts';
import { openJournal } from './open.ts';

const sqlite = loadSqlite() as Sqlite;
let folder: string;
beforeEach(() => {
	folder = newFolder();
});
afterEach(() => {
	jest.restoreAllMocks();
	rmSync(folder, { recursive: true });
});

test('a thread that ends before it has opened the file is a failure of the store', async () => {
	const original = Worker.prototype.once;
	const once = jest.spyOn(Worker.prototype, 'once').mockImplementation(function (this: Worker, ...args) {
		Reflect.apply(original, this, args);
		// The last listener that the channel adds.
		if (String(args[0]) !== 'exit') return this;
		once.mockRestore();
		void this.terminate();
		return this;
	});
	const opening = WorkerChannel.open({ folder });
	await expect(opening).rejects.toBeInstanceOf(StoreFailure);
	await expect(opening).rejects.toThrow('its thread stopped unexpectedly');
});

test('a file that another process locks for a moment is waited for', async () => {
	// The file exists without a write-ahead log: changing that needs the whole file.
	const path = join(folder, 'journal.sqlite');
	const holder = new Worker(
		`const { parentPort } = require('node:worker_threads');
		const { DatabaseSync } = require('node:sqlite');
		const held = new DatabaseSync(${JSON.stringify(path)});
		held.exec('CREATE TABLE other (id); BEGIN EXCLUSIVE');
		parentPort.postMessage('locked');
		setTimeout(() => { held.exec('COMMIT'); held.close(); }, 150);`,
		{ eval: true, execArgv: ['--disable-warning=ExperimentalWarning'] },
	);
	const gone = new Promise((resolve) => holder.once('exit', resolve));
	await new Promise((resolve) => holder.once('message', resolve));
	const { database, notice } = openJournal(sqlite, folder);
	expect(notice).toBeNull();
	expect(database.all('SELECT * FROM jobs')).toEqual([]);
	database.close();
	await gone;
});

test('a query is prepared once, and no more than 500 are kept', () => {
	const prepared = jest.spyOn(sqlite.DatabaseSync.prototype, 'prepare');
	const database = new Database(sqlite, join(folder, 'any.sqlite'));
	for (let n = 0; n < 3; n++) expect(database.all('SELECT 1 AS one')).toEqual([{ one: 1 }]);
	expect(prepared).toHaveBeenCalledTimes(1);
	for (let n = 0; n < 499; n++) database.all(`SELECT ${n} AS n`);
	database.all('SELECT 1 AS one');
	expect(prepared).toHaveBeenCalledTimes(500);
	database.all('SELECT 500 AS n');
	database.all('SELECT 1 AS one');
	expect(prepared).toHaveBeenCalledTimes(502);
	database.close();
});
