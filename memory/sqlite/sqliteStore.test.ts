import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { accepted, claimant, credentialIds, newRecord, notAccepted } from '../testing/samples.ts';
import { sqlite, SqliteSubject } from '../testing/sqliteSubject.ts';
import { Database } from './database.ts';

const subject = SqliteSubject.forEachTest();
const { call, operation, refs } = subject;

describe('a batch', () => {
	test('keeps what succeeded when one operation fails', () => {
		const answers = subject.store.run([
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
		const answers = subject.store.run([
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
		subject.store.run([operation('begin', newRecord('fox'), []), operation('release', [newRecord('fox').ref])]);
		expect(statements()).toEqual(['PRAGMA synchronous = FULL', 'BEGIN IMMEDIATE', 'COMMIT']);
		ran.mockClear();
		subject.store.run([operation('change', newRecord('fox').ref, { state: accepted() }, { durable: false })]);
		expect(statements()).toEqual(['PRAGMA synchronous = NORMAL', 'BEGIN IMMEDIATE', 'COMMIT']);
		ran.mockClear();
		subject.store.run([operation('change', newRecord('fox').ref, {}, { durable: true })]);
		expect(statements()[0]).toBe('PRAGMA synchronous = FULL');
		ran.mockClear();
		subject.store.run([
			operation('list', { credentialIds, limit: 1 }),
			operation('takenIds', 'endpoint', ['x']),
			operation('refsOf', 'endpoint', ['x']),
		]);
		expect(statements()).toEqual([]);
	});
});

test('damage that is met while in use fails the store, and opening again sets the file aside', () => {
	const path = join(subject.folder, 'journal.sqlite');
	for (let index = 0; index < 200; index++) call('begin', newRecord(`r${index}x`), []);
	const raw = new sqlite.DatabaseSync(path);
	raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
	const file = openSync(path, 'r+');
	const { size } = statSync(path);
	writeSync(file, Buffer.alloc(size - 4096, 7), 0, size - 4096, 4096);
	closeSync(file);
	raw.close();
	expect(() => call('list', { credentialIds, limit: 1000 })).toThrow('malformed');
	subject.store.reopen();
	expect(subject.store.notice).toContain('The job memory was damaged');
	expect(call('begin', newRecord('fox'), [])).toMatchObject({ kind: 'begun' });
	expect(refs()).toEqual(['fox']);
});

test('result files beyond the bytes go, oldest first', () => {
	for (const imageIndex of [0, 1, 2]) {
		call('addResult', { ref: 'fox000000000', imageIndex }, 10);
		subject.now += 1;
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
