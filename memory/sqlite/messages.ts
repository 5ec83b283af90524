import type { Operation } from '../store.ts';
import type { Answer } from './sqliteStore.ts';

/** What the worker is started with. */
export interface WorkerStart {
	folder: string;
	/** The owner id that this process had in a worker that died. */
	owner?: string;
	/** The secret of this process, for a file that has none yet. */
	secret?: Uint8Array;
}

/** The worker's first message. */
export type Opened =
	| { kind: 'opened'; owner: string; secret: Uint8Array; notice: string | null }
	| { kind: 'failed'; reason: string };

/**
 * What the worker is sent. Batches travel as JSON text, which is faster than a structured copy of many small objects.
 */
export type ToWorker = { kind: 'batch'; operations: string } | { kind: 'reopen' } | { kind: 'close' };

/** What it answers, in the order of the messages. `failed`: the store itself failed and nothing was carried out. */
export type FromWorker =
	| { kind: 'answers'; answers: string }
	| { kind: 'reopened'; secret: Uint8Array; notice: string | null }
	| { kind: 'failed'; reason: string }
	| { kind: 'closed' };

export function readOperations(text: string): Operation[] {
	return JSON.parse(text) as Operation[];
}

export function writeAnswers(answers: readonly Answer[]): string {
	return JSON.stringify(answers);
}

export function readAnswers(text: string): Answer[] {
	return JSON.parse(text) as Answer[];
}
