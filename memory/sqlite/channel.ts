import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreFailure } from '../failure.ts';
import { MemoryError } from '../memory.ts';
import type { Operation } from '../store.ts';
import type { FromWorker, Opened, ToWorker, WorkerStart } from './messages.ts';
import { readAnswers } from './messages.ts';

interface Pending {
	name: string;
	/** The operation as JSON. */
	text: string;
	resolve: (value: unknown) => void;
	reject: (error: MemoryError) => void;
}

/** The main thread's side of the worker. It sends one batch at a time; later operations form the next batch. */
export class WorkerChannel {
	readonly owner: string;
	/** The secret of the keyed hashes. It changes only if the file was lost. */
	secret: Uint8Array;
	notice: string | null;
	readonly #worker: Worker;
	/** Operations that wait for the end of the current batch. */
	#queue: Pending[] = [];
	/** Ends when the queue is empty; null while it is. */
	#draining: Promise<void> | null = null;
	/** Ends with the answer to the last message: one message is under way at a time. */
	#lastAnswer: Promise<unknown> = Promise.resolve();
	#received: (answer: FromWorker) => void = () => undefined;
	/** Why the worker is gone; null while it lives. */
	#gone: string | null = null;

	private constructor(worker: Worker, opened: Extract<Opened, { kind: 'opened' }>) {
		this.#worker = worker;
		this.owner = opened.owner;
		this.secret = ownCopy(opened.secret);
		this.notice = opened.notice;
		worker.on('message', (answer: FromWorker) => this.#received(answer));
		// A crash of the thread causes both events; the first one rejects the pending operations.
		worker.on('error', () => this.#lose('its thread stopped unexpectedly'));
		worker.on('exit', () => this.#lose('its thread stopped unexpectedly'));
		worker.unref();
	}

	/** Starts the worker and opens the file. Rejects with a `StoreFailure` where it cannot be used. */
	static async open(start: WorkerStart): Promise<WorkerChannel> {
		const worker = startWorker(start);
		const opened = await new Promise<Opened>((resolve, reject) => {
			worker.once('message', resolve);
			worker.once('error', (error) =>
				reject(new StoreFailure(`the thread for it could not be started (${String(error)})`)),
			);
			worker.once('exit', () => reject(new StoreFailure('its thread stopped unexpectedly')));
		});
		for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
		if (opened.kind === 'opened') return new WorkerChannel(worker, opened);
		await worker.terminate();
		throw new StoreFailure(opened.reason);
	}

	/** Whether the thread has ended, and with it the owner's lock. */
	get isGone(): boolean {
		return this.#gone !== null;
	}

	/** Carries out an operation. Rejects with `StoreFailure` where the store failed, else with `MemoryError`. */
	call(operation: Operation): Promise<unknown> {
		return new Promise((resolve, reject) => {
			this.#queue.push({ name: operation.name, text: JSON.stringify(operation), resolve, reject });
			this.#draining ??= this.#drain();
		});
	}

	/** Opens the file again after it failed. Rejects with `StoreFailure`. */
	async reopen(): Promise<void> {
		const answer = await this.#ask({ kind: 'reopen' });
		if (answer.kind === 'failed') throw new StoreFailure(answer.reason);
		if (answer.kind !== 'reopened') return;
		this.notice = answer.notice;
		this.secret = ownCopy(answer.secret);
	}

	/** Waits for what is under way, closes the file and frees the owner's lock. */
	async close(): Promise<void> {
		await this.#draining;
		await this.#ask({ kind: 'close' });
		await this.#worker.terminate();
	}

	async #drain(): Promise<void> {
		// Operations that are called in the same iteration of the event loop go into one batch.
		await Promise.resolve();
		while (this.#queue.length > 0) {
			const batch = this.#queue;
			this.#queue = [];
			const answer = await this.#ask({
				kind: 'batch',
				operations: `[${batch.map(({ text }) => text).join(',')}]`,
			});
			if (answer.kind === 'answers') {
				settle(batch, answer.answers);
			} else {
				const failure = new StoreFailure(
					answer.kind === 'failed' ? answer.reason : 'its thread gave an unexpected answer',
				);
				for (const { reject } of batch) reject(failure);
			}
		}
		// In the same iteration of the event loop as the last check of the queue, so the next call starts a new drain.
		this.#draining = null;
	}

	#ask(message: ToWorker): Promise<FromWorker> {
		const answer = this.#lastAnswer.then(() => this.#exchange(message));
		this.#lastAnswer = answer;
		return answer;
	}

	/** The process stays alive while an answer is awaited, and only then. */
	async #exchange(message: ToWorker): Promise<FromWorker> {
		if (this.#gone !== null) return { kind: 'failed', reason: this.#gone };
		this.#worker.ref();
		const answer = await new Promise<FromWorker>((resolve) => {
			this.#received = resolve;
			this.#worker.postMessage(message);
		});
		this.#worker.unref();
		return answer;
	}

	#lose(reason: string): void {
		this.#gone ??= reason;
		this.#received({ kind: 'failed', reason: this.#gone });
	}
}

function settle(batch: readonly Pending[], text: string): void {
	const answers = readAnswers(text);
	batch.forEach(({ name, resolve, reject }, index) => {
		const answer = answers[index];
		if (answer && !('error' in answer)) resolve(answer.value);
		else reject(new MemoryError(`The job memory could not do "${name}": ${answer?.error ?? 'no answer'}.`));
	});
}

/** In a test, what another thread made is of another realm. */
function ownCopy(bytes: Uint8Array): Uint8Array {
	return Uint8Array.from(bytes);
}

function startWorker(start: WorkerStart): Worker {
	// The same kind of file as this one: `.js` when built, `.ts` in a test, where Node strips the types by itself.
	const extension = extname(__filename);
	// Of this thread alone: that SQLite is experimental in Node 22, and how Node reads TypeScript.
	const quiet = ['--disable-warning=ExperimentalWarning'];
	if (extension === '.ts') quiet.push('--disable-warning=MODULE_TYPELESS_PACKAGE_JSON');
	return new Worker(join(__dirname, `worker${extension}`), {
		workerData: start,
		execArgv: quiet,
		name: 'image-pipelines memory',
	});
}
