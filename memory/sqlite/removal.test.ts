import { join } from 'node:path';
import { ended, newRecord } from '../testing/samples.ts';
import { day, hour, sqlite, SqliteSubject } from '../testing/sqliteSubject.ts';
import { SqliteStore } from './sqliteStore.ts';

const subject = SqliteSubject.forEachTest();
const { call, operation, refs } = subject;

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
	subject.now += 30 * day;
	begin('young', true);
	expect(prune({})).toEqual({ more: false, files: [] });
	subject.now += 1;
	expect(prune({})).toEqual({ more: false, files: [{ ref: newRecord('old').ref, imageIndex: 2 }] });
	expect(refs()).toEqual(['young']);
	subject.now += 2 * day - 1;
	prune({ keepRecordsMs: 0, maxRecords: 0 });
	expect(refs()).toEqual(['young']);
	subject.now += 1;
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
		subject.now += 1;
	}
	call(
		'release',
		['open1', 'open2'].map((name) => newRecord(name).ref),
	);
	subject.now += 3 * day;
	prune({ maxRecords: 3 });
	expect(refs()).toEqual(['done2', 'open2', 'open1']);
	prune({ maxRecords: 1 });
	expect(refs()).toEqual(['open2']);
});

test('what a living process works on stays', () => {
	begin('busy', false);
	const other = new SqliteStore(sqlite, subject.folder);
	subject.now += 100 * day;
	other.run([operation('prune', { keepRecordsMs: 0, maxRecords: 0 })]);
	expect(refs()).toEqual(['busy']);
	other.close();
});

test('takes a few hundred at a time', () => {
	subject.store.run(Array.from({ length: 700 }, (_, index) => operation('begin', newRecord(`r${index}x`), [])));
	call(
		'release',
		refs().map((name) => name.padEnd(12, '0')),
	);
	subject.now += 40 * day;
	expect(prune({}).more).toBe(true);
	expect(refs()).toHaveLength(200);
	expect(prune({}).more).toBe(false);
	expect(refs()).toHaveLength(0);
});

test('forgets events whose time is over', () => {
	call('confirmEvent', 's', 'a', 'l', { keepMs: hour });
	call('confirmEvent', 's', 'b', 'l', { keepMs: day });
	subject.now += hour;
	prune({});
	const raw = new sqlite.DatabaseSync(join(subject.folder, 'journal.sqlite'));
	expect(raw.prepare('SELECT id FROM events').all()).toMatchObject([{ id: 'b' }]);
	raw.close();
});
