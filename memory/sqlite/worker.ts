import { parentPort, workerData } from 'node:worker_threads';
import { loadSqlite } from './database.ts';
import type { FromWorker, Opened, ToWorker, WorkerStart } from './messages.ts';
import { readOperations, writeAnswers } from './messages.ts';
import { reasonOf } from './reasons.ts';
import { SqliteStore } from './sqliteStore.ts';

/**
 * The thread that does all SQLite access of this process, so that a lock that another process holds, or a slow disk,
 * never stops n8n's event loop. In tests Node runs this file as it is: this file and those it loads use only TypeScript
 * that can be stripped, and import each other with their extension.
 */
const start = workerData as WorkerStart;

function open(): SqliteStore | string {
	const sqlite = loadSqlite();
	if (!sqlite) return `Node ${process.version} has no built-in SQLite; update to Node 22.22 or newer`;
	try {
		return new SqliteStore(sqlite, start.folder, start);
	} catch (error) {
		return reasonOf(error, start.folder);
	}
}

function answer(store: SqliteStore, message: ToWorker): FromWorker {
	try {
		switch (message.kind) {
			case 'batch':
				return { kind: 'answers', answers: writeAnswers(store.run(readOperations(message.operations))) };
			case 'reopen':
				store.reopen();
				return { kind: 'reopened', secret: store.secret, notice: store.notice };
			case 'close':
				store.close();
				parentPort?.removeAllListeners('message');
				return { kind: 'closed' };
		}
	} catch (error) {
		return { kind: 'failed', reason: reasonOf(error, start.folder) };
	}
}

const store = open();
if (typeof store === 'string') {
	parentPort?.postMessage({ kind: 'failed', reason: store } satisfies Opened);
} else {
	const { owner, secret, notice } = store;
	parentPort?.on('message', (message: ToWorker) => parentPort?.postMessage(answer(store, message)));
	parentPort?.postMessage({ kind: 'opened', owner, secret, notice } satisfies Opened);
}
