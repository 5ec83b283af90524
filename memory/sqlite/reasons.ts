import { code, sqliteCode } from './database.ts';
import { NewerSchema } from './open.ts';
import { JournalGone } from './sqliteStore.ts';

/**
 * Why the memory cannot be kept in a folder, as the end of a sentence ("…, because <reason>"). Without codes of the
 * operating system: n8n replaces messages that hold one.
 */
export function reasonOf(error: unknown, folder: string): string {
	if (error instanceof NewerSchema) {
		return (
			`a newer version of n8n-nodes-image-pipelines has written the job memory in ${folder}; ` +
			'install that version again, or delete the folder'
		);
	}
	if (error instanceof JournalGone) return `the job memory in ${folder} was deleted or replaced while it was in use`;
	switch (sqliteCode(error)) {
		case code.full:
			return `the disk that holds ${folder} is full`;
		case code.busy:
		case code.locked:
			return `another process kept the job memory in ${folder} locked for more than 10 seconds`;
		case code.readOnly:
		case code.cannotOpen:
			return `n8n cannot write to ${folder}`;
		case code.corrupt:
		case code.notADatabase:
			return `the job memory in ${folder} is damaged`;
		case code.ioError:
			return `the disk that holds ${folder} reported an error`;
		case code.noMemory:
			return 'the system is out of memory';
		case null:
			return fileReason(error, folder);
		default:
			return `the job memory in ${folder} failed (SQLite error ${sqliteCode(error) ?? ''})`;
	}
}

/** Of an error of the file system. */
function fileReason(error: unknown, folder: string): string {
	const name = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
	if (name === 'ENOSPC' || name === 'EDQUOT') return `the disk that holds ${folder} is full`;
	if (name === 'EIO') return `the disk that holds ${folder} reported an error`;
	return `n8n cannot write to ${folder}`;
}
