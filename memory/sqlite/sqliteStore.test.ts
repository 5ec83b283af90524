import { closeSync, openSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation, OperationName, Store } from '../store.ts';
import {
	accepted,
	claimant,
	credentialIds,
	ended,
	newFolder,
	newRecord,
	notAccepted,
	snapshot,
} from '../testing/samples.ts';
import type { Sqlite } from './database.ts';
import { Database, loadSqlite } from './database.ts';
import { Owners } from './owners.ts';
import { SqliteStore } from './sqliteStore.ts';

const hour = 3600_000;
const day = 24 * hour;
const sqlite = loadSqlite() as Sqlite;
let folder: string;
let store: SqliteStore;
let now: number;

beforeEach(() => {
	folder = newFolder();
	store = new SqliteStore(sqlite, folder);
	now = 100 * day;
});
afterEach(() => {
	jest.restoreAllMocks();
	store.close();
	rmSync(folder, { recursive: true });
});

const operation = <N extends OperationName>(name: N, ...args: Parameters<Store[N]>): Operation<N> => ({
	name,
	args,
	at: now,
});

/** The value of one operation. */
function call<N extends OperationName>(name: N, ...args: Parameters<Store[N]>): ReturnType<Store[N]> {
	const [answer] = store.run([operation(name, ...args)]);
	if (!answer || 'error' in answer) throw new Error(answer?.error ?? 'no answer');
	return answer.value as ReturnType<Store[N]>;
}

const refs = () => call('list', { credentialIds, limit: 10_000 }).map(({ ref }) => ref.replace(/0+$/, ''));

describe('a batch', () => {
	test('keeps what succeeded when one operation fails', () => {
		const answers = store.run([
			operation('begin', newRecord('fox'), []),
			operation('begin', { ...newRecord('fox'), ...claimant('hen') }, []),
			operation('begin', newRecord('owl'), []),
		]);
		expect(answers).toEqual([
			{ value: expect.objectContaining({ kind: 'begun' }) },
			{ error: expect.stringContaining('UNIQUE') },
			{ value: expect.objectContaining({ kind: 'begun' }) },
		]);
		expect(refs()).toEqual(['fox', 'owl']);
	});

	test('sees its own earlier operations', () => {
		const { ref } = newRecord('fox');
		const answers = store.run([
			operation('begin', newRecord('fox'), []),
			operation('change', ref, { state: accepted() }, { durable: false }),
			operation('list', { credentialIds, limit: 1 }),
		]);
		expect(answers[2]).toMatchObject({ value: [{ state: 'accepted' }] });
	});

	test('is one transaction, synced to disk only where an operation is durable', () => {
		const ran = jest.spyOn(Database.prototype, 'run');
		const statements = () =>
			ran.mock.calls.map(([sql]) => sql).filter((sql) => /synchronous|BEGIN|COMMIT/.test(sql));
		store.run([operation('begin', newRecord('fox'), []), operation('release', [newRecord('fox').ref])]);
		expect(statements()).toEqual(['PRAGMA synchronous = FULL', 'BEGIN IMMEDIATE', 'COMMIT']);
		ran.mockClear();
		store.run([operation('change', newRecord('fox').ref, { state: accepted() }, { durable: false })]);
		expect(statements()).toEqual(['PRAGMA synchronous = NORMAL', 'BEGIN IMMEDIATE', 'COMMIT']);
		ran.mockClear();
		store.run([operation('change', newRecord('fox').ref, {}, { durable: true })]);
		expect(statements()[0]).toBe('PRAGMA synchronous = FULL');
		ran.mockClear();
		store.run([
			operation('list', { credentialIds, limit: 1 }),
			operation('takenIds', 'endpoint', ['x']),
			operation('refsOf', 'endpoint', ['x']),
		]);
		expect(statements()).toEqual([]);
	});
});

test('every query is a search of an index, and a budget is read from the index alone', () => {
	const asked = new Set<string>();
	for (const method of ['all', 'write'] as const) {
		const original = Database.prototype[method];
		jest.spyOn(Database.prototype, method).mockImplementation(function (this: Database, sql, ...values) {
			asked.add(sql);
			return Reflect.apply(original, this, [sql, ...values]) as never;
		});
	}
	const { ref, key } = newRecord('fox');
	const place = { workflowId: 'workflow', nodeId: 'node', requests: ['request'], credentialIds };
	const budgets = [
		{ workflowId: 'workflow', nodeId: 'node', day: 'day' },
		{ lineage: 'lineage', nodeId: 'node' },
	];
	call(
		'begin',
		newRecord('fox'),
		budgets.map((over) => ({ name: 'limit', over, images: 5 })),
	);
	call('change', ref, { state: accepted(), requests: [], cost: { images: 1, usd: 1 } }, { durable: true });
	call('note', 'endpoint', [{ ref, snapshot: snapshot() }]);
	call('release', [ref]);
	call('take', ref, { seenKey: key, as: claimant('hen'), adoptedFrom: '1' });
	call('finish', [ref], { delivered: true });
	call('deliver', [ref]);
	call('settle', ref, credentialIds, {}, { delivered: true });
	call('find', { by: 'baseKey', baseKey: 'b', credentialIds });
	call('find', { by: 'orphans', ...place, exceptLineage: 'l', since: 0 });
	call('find', { by: 'earlierAttempts', ...place, lineage: 'l', exceptRootExecutionId: '1' });
	call('find', { by: 'success', requests: ['request'], since: 0, credentialIds });
	call('takenIds', 'endpoint', ['a', 'b']);
	call('refsOf', 'endpoint', ['a', 'b']);
	const filter = {
		credentialIds,
		since: 0,
		until: 5,
		states: ['sent'],
		delivered: false,
		failed: true,
		workflowId: 'w',
		executionId: '1',
	} as const;
	for (const narrow of [filter, { ...filter, refs: [ref] }, { credentialIds }]) {
		call('list', { ...narrow, limit: 5 });
		call('spending', narrow);
	}
	call('claimEvent', 's', 'i', { claimMs: 1, keepMs: 1 });
	call('confirmEvent', 's', 'i', 'l', { keepMs: 1 });
	call('addResult', { ref, imageIndex: 0 }, 5);
	call('keepResults', [ref], 5);
	call('strayResults', [{ ref, imageIndex: 0 }]);
	call('prune', { keepRecordsMs: 1, maxRecords: 0 });
	call('forget', [ref], credentialIds);

	const raw = new sqlite.DatabaseSync(join(folder, 'journal.sqlite'));
	const counts = /^SELECT count\(\*\)/;
	const statements = [...asked].filter((sql) => !counts.test(sql) && !sql.includes(' learned'));
	expect(statements.length).toBeGreaterThan(40);
	for (const sql of statements) {
		const plan = raw
			.prepare(`EXPLAIN QUERY PLAN ${sql}`)
			.all()
			.map(({ detail }) => String(detail));
		const scans = plan.filter((line) => /^SCAN/.test(line) && !line.startsWith('SCAN json_each'));
		expect({ sql, scans }).toEqual({ sql, scans: [] });
		if (sql.includes('sum(images)') && !sql.includes('GROUP BY'))
			expect(plan.join()).toMatch(/SEARCH jobs USING COVERING INDEX jobs_(day|lineage)/);
	}
	raw.close();
});

describe('pruning', () => {
	const prune = (bounds: { keepRecordsMs?: number; maxRecords?: number }) =>
		call('prune', { keepRecordsMs: 30 * day, maxRecords: 200_000, ...bounds });
	function begin(name: string, finished: boolean): void {
		call('begin', newRecord(name), []);
		if (!finished) return;
		call('change', newRecord(name).ref, { state: ended() }, { durable: false });
		call('finish', [newRecord(name).ref], { delivered: true });
	}

	test('removes what is older than the bound, with its files, and never the last two days', () => {
		begin('old', true);
		call('addResult', { ref: newRecord('old').ref, imageIndex: 2 }, 5);
		now += 30 * day;
		begin('young', true);
		expect(prune({})).toEqual({ more: false, files: [] });
		now += 1;
		expect(prune({})).toEqual({ more: false, files: [{ ref: newRecord('old').ref, imageIndex: 2 }] });
		expect(refs()).toEqual(['young']);
		now += 2 * day - 1;
		prune({ keepRecordsMs: 0, maxRecords: 0 });
		expect(refs()).toEqual(['young']);
		now += 1;
		prune({ keepRecordsMs: 0 });
		expect(refs()).toEqual([]);
	});

	test('beyond the number of records, ended and delivered ones go first', () => {
		for (const [name, finished] of [
			['open1', false],
			['done1', true],
			['open2', false],
			['done2', true],
		] as const) {
			begin(name, finished);
			now += 1;
		}
		call(
			'release',
			['open1', 'open2'].map((name) => newRecord(name).ref),
		);
		now += 3 * day;
		prune({ maxRecords: 3 });
		expect(refs()).toEqual(['done2', 'open2', 'open1']);
		prune({ maxRecords: 1 });
		expect(refs()).toEqual(['open2']);
	});

	test('what a living process works on stays', () => {
		begin('busy', false);
		const other = new SqliteStore(sqlite, folder);
		now += 100 * day;
		other.run([operation('prune', { keepRecordsMs: 0, maxRecords: 0 })]);
		expect(refs()).toEqual(['busy']);
		other.close();
	});

	test('takes a few hundred at a time', () => {
		store.run(Array.from({ length: 700 }, (_, index) => operation('begin', newRecord(`r${index}x`), [])));
		call(
			'release',
			refs().map((name) => name.padEnd(12, '0')),
		);
		now += 40 * day;
		expect(prune({}).more).toBe(true);
		expect(refs()).toHaveLength(200);
		expect(prune({}).more).toBe(false);
		expect(refs()).toHaveLength(0);
	});

	test('forgets events whose time is over', () => {
		call('confirmEvent', 's', 'a', 'l', { keepMs: hour });
		call('confirmEvent', 's', 'b', 'l', { keepMs: day });
		now += hour;
		prune({});
		const raw = new sqlite.DatabaseSync(join(folder, 'journal.sqlite'));
		expect(raw.prepare('SELECT id FROM events').all()).toMatchObject([{ id: 'b' }]);
		raw.close();
	});
});

test('damage that is met while in use fails the store, and opening again sets the file aside', () => {
	const path = join(folder, 'journal.sqlite');
	for (let index = 0; index < 200; index++) call('begin', newRecord(`r${index}x`), []);
	const raw = new sqlite.DatabaseSync(path);
	raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
	const file = openSync(path, 'r+');
	const { size } = statSync(path);
	writeSync(file, Buffer.alloc(size - 4096, 7), 0, size - 4096, 4096);
	closeSync(file);
	raw.close();
	expect(() => call('list', { credentialIds, limit: 1000 })).toThrow('malformed');
	store.reopen();
	expect(store.notice).toContain('The job memory was damaged');
	expect(call('begin', newRecord('fox'), [])).toMatchObject({ kind: 'begun' });
	expect(refs()).toEqual(['fox']);
});

test('result files beyond the bytes go, oldest first', () => {
	for (const imageIndex of [0, 1, 2]) {
		call('addResult', { ref: 'fox000000000', imageIndex }, 10);
		now += 1;
	}
	expect(call('expireResults', 30)).toEqual([]);
	expect(call('expireResults', 25)).toEqual([{ ref: 'fox000000000', imageIndex: 0 }]);
	expect(
		call(
			'strayResults',
			[0, 1].map((imageIndex) => ({ ref: 'fox000000000', imageIndex })),
		),
	).toEqual([{ ref: 'fox000000000', imageIndex: 0 }]);
});

test('a record that was not accepted that is replaced frees its provider ids', () => {
	call('begin', newRecord('fox'), []);
	call('change', newRecord('fox').ref, { state: accepted('j') }, { durable: false });
	call('change', newRecord('fox').ref, { state: notAccepted }, { durable: false });
	call('begin', { ...newRecord('hen'), ...claimant('fox') }, []);
	expect(call('takenIds', 'endpoint', ['j'])).toEqual([]);
});

describe('owners', () => {
	const owners = () => join(folder, 'owners');

	test('a process is alive until its lock is freed or its file is gone', () => {
		let clock = 0;
		jest.spyOn(performance, 'now').mockImplementation(() => (clock += 2000));
		const [one, two] = [new Owners(sqlite, owners()), new Owners(sqlite, owners())];
		expect([
			one.isAlive(two.own),
			two.isAlive(one.own),
			one.isAlive(one.own),
			one.isAlive('0123456789abcdef'),
		]).toEqual([true, true, true, false]);
		two.close();
		expect(one.isAlive(two.own)).toBe(false);
		one.close();
	});

	test('left-over files are swept away, those of the living and those just made are not', () => {
		const living = new Owners(sqlite, owners());
		for (const name of ['dead', 'fresh']) writeFileSync(join(owners(), `${name}.sqlite`), '');
		for (const name of ['dead', living.own]) utimesSync(join(owners(), `${name}.sqlite`), 0, 0);
		const sweeper = new Owners(sqlite, owners());
		sweeper.sweep();
		expect(readdirSync(owners()).sort()).toEqual(
			[store.owner, living.own, sweeper.own, 'fresh'].map((name) => `${name}.sqlite`).sort(),
		);
		living.close();
		sweeper.close();
	});

	test('an id can be had again while no other process has its lock', () => {
		const first = new Owners(sqlite, owners());
		const { own } = first;
		const rival = new Owners(sqlite, owners(), own);
		expect(rival.own).not.toBe(own);
		first.close();
		const again = new Owners(sqlite, owners(), own);
		expect(again.own).toBe(own);
		rival.close();
		again.close();
	});
});
