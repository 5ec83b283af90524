import type { LearnedEntry } from '../store.ts';
import { keepLearnedMs, maxLearned } from '../rules.ts';
import { SqliteSubject } from '../testing/sqliteSubject.ts';
import { Database } from './database.ts';

const subject = SqliteSubject.forEachTest();
const { call } = subject;
const write = (...entries: LearnedEntry[]) => call('writeLearned', entries);
const value = (scope: string, name: string, of: LearnedEntry['value']): LearnedEntry => ({ scope, name, value: of });

test('values are kept by scope and name, the last one written', () => {
	write(value('a', 'x', 1), value('a', 'y', { deep: [null, true, 'ü'] }));
	write(value('b', 'x', 2), value('a', 'x', 3));
	expect(call('readLearned', 'a')).toEqual({ x: 3, y: { deep: [null, true, 'ü'] } });
	expect(call('readLearned', 'b')).toEqual({ x: 2 });
	expect(call('readLearned', 'c')).toEqual({});
});

test('values that were not written for long are removed at the next write', () => {
	const start = subject.now;
	write(value('a', 'old', 1), value('a', 'kept', 1));
	subject.now = start + keepLearnedMs;
	write(value('a', 'kept', 2));
	expect(call('readLearned', 'a')).toEqual({ old: 1, kept: 2 });
	subject.now = start + keepLearnedMs + 1;
	write(value('b', 'x', 1));
	expect(call('readLearned', 'a')).toEqual({ kept: 2 });
});

test('any number of values is bounded, and the oldest go first', () => {
	const many = (from: number, count: number) =>
		write(...Array.from({ length: count }, (_, n) => value('many', String(from + n), n)));
	write(value('a', 'old', 1));
	subject.now++;
	many(0, maxLearned - 1);
	subject.now++;
	expect(call('readLearned', 'a')).toEqual({ old: 1 });
	many(maxLearned, 10);
	expect(call('readLearned', 'a')).toEqual({});
	expect(Object.keys(call('readLearned', 'many'))).toHaveLength(maxLearned);
});

test('a write that fails leaves nothing half done, and the next one goes on', () => {
	write(value('a', 'x', 1));
	const original = Database.prototype.write;
	let writes = 0;
	jest.spyOn(Database.prototype, 'write').mockImplementation(function (this: Database, ...args) {
		if (++writes === 2) throw Object.assign(new Error('disk full'), { errcode: 13 });
		return original.apply(this, args);
	});
	expect(() => write(value('a', 'x', 2), value('a', 'y', 2))).toThrow('disk full');
	jest.restoreAllMocks();
	expect(call('readLearned', 'a')).toEqual({ x: 1 });
	write(value('a', 'y', 3));
	expect(call('readLearned', 'a')).toEqual({ x: 1, y: 3 });
});
