import { code } from './database.ts';
import { NewerSchema } from './open.ts';
import { reasonOf } from './reasons.ts';
import { JournalGone } from './sqliteStore.ts';

const sqliteError = (errcode: number) => Object.assign(new Error('of SQLite'), { errcode });
const fileError = (name: string) => Object.assign(new Error('of the file system'), { code: name });

test.each([
	[new NewerSchema(), 'a newer version'],
	[new JournalGone(), 'deleted or replaced'],
	[sqliteError(code.full), 'is full'],
	[sqliteError(code.busy), 'locked for more than 10 seconds'],
	[sqliteError(code.locked), 'locked for more than 10 seconds'],
	[sqliteError(code.readOnly), 'cannot write'],
	[sqliteError(code.cannotOpen), 'cannot write'],
	[sqliteError(code.corrupt), 'is damaged'],
	[sqliteError(code.notADatabase), 'is damaged'],
	[sqliteError(code.ioError), 'reported an error'],
	// An extended error code: SQLITE_IOERR_WRITE.
	[sqliteError(778), 'reported an error'],
	[sqliteError(1), 'SQLite error 1)'],
	[fileError('ENOSPC'), 'is full'],
	[fileError('EDQUOT'), 'is full'],
	[fileError('EIO'), 'reported an error'],
	[fileError('EACCES'), 'cannot write'],
	[new Error('odd'), 'cannot write'],
	['odd', 'cannot write'],
	[null, 'cannot write'],
])('of %p says that it %s, names the folder, and no code of the operating system', (error, words) => {
	const reason = reasonOf(error, '/data/memory');
	expect(reason).toContain(words);
	expect(reason).toContain('/data/memory');
	expect(reason).not.toMatch(/\bE[A-Z]{2,}\b/);
});

test('out of memory concerns no folder', () => {
	expect(reasonOf(sqliteError(code.noMemory), '/data/memory')).toBe('the system is out of memory');
});
