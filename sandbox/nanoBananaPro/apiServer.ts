import type { Settings } from './settings';
import type { Store } from './store';
import type { Picture, Task } from './task';

/** The parts of the server that the routes of one API need. */
export interface ApiServer {
	readonly settings: Settings;
	readonly store: Store;
	/** Reference files of the last task that had some. */
	references: Buffer[];
	/**
	 * Checks the rate limit and the dialect.
	 * @param dialect null: both have the path
	 */
	admit(dialect: Settings['dialect'] | null): void;
	/** The file of a picture. */
	drawn(task: Task, picture: Picture): Promise<Buffer>;
}
