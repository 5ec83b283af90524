import type { Database } from './database.ts';
import type { Owners } from './owners.ts';

/** What the parts of the SQLite store share. */
export interface Context {
	/** The journal's database. It is another one after the file was opened again. */
	journal: Database;
	readonly learned: Database;
	readonly owners: Owners;
	/** Time of the current operation, ms since the epoch. */
	now: number;
}

/** For comparisons with a list: `column IN ${listed}`, with the list as one JSON parameter. */
export const listed = '(SELECT value FROM json_each(?))';
