import { randomUUID } from 'node:crypto';
import type { JobEntry, Ledger } from '../shared/books';
import { type PlannedOutcome, plannedOutcomeOf } from '../shared/markers';
import type { Timers } from '../shared/timers';
import { Workers } from '../shared/workers';
import type { GenerateBody } from './request';

export type CeleryState = 'PENDING' | 'STARTED' | 'PROGRESS' | 'SUCCESS' | 'FAILURE' | 'RETRY' | 'REVOKED';

export interface Task {
	id: string;
	/** The key that made it; empty if there was none. */
	owner: string;
	batchId: string;
	index: number;
	body: GenerateBody;
	seed: number;
	planned: PlannedOutcome;
	state: CeleryState;
	progress: number | null;
	createdAt: Date;
	/** Whether a worker has begun it. Before that, the history does not show it. */
	begun: boolean;
	/** Whether a worker has skipped it because it was canceled. */
	dropped: boolean;
	error: { code: string; message: string; hint: string | null } | null;
	entry: JobEntry;
	callOff(): void;
}

export interface Batch {
	id: string;
	owner: string;
	size: number;
	createdAt: Date;
	tasks: Task[];
}

const messages: Record<string, { message: string; hint: string | null }> = {
	SAFETY_REJECTED: { message: 'The safety checker refused the prompt', hint: 'Change the prompt and try again' },
	GPU_OOM: { message: 'CUDA out of memory', hint: 'Choose a smaller size' },
	TIMEOUT: { message: 'The task took too long', hint: null },
};

export const isEnd = (state: CeleryState): boolean => state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED';

/** Batches and their tasks, and the workers that run them. */
export class Store {
	readonly tasks = new Map<string, Task>();
	/** In the order of their creation. */
	readonly batches = new Map<string, Batch>();
	private seeds = 1000;
	private readonly workers = new Workers<Task>(
		() => this.capacity().workers,
		(task) => this.take(task),
	);

	/** @param capacity duration of a task, and number of workers (0: no limit) */
	constructor(
		private readonly ledger: Ledger,
		private readonly timers: Timers,
		private readonly capacity: () => { durationMs: number; workers: number },
	) {}

	submit(owner: string, body: GenerateBody, batchId: string): Task {
		const { batch_index: index, batch_size: size = 1 } = body.metadata ?? {};
		const batch = this.batches.get(batchId) ?? { id: batchId, owner, size, createdAt: new Date(), tasks: [] };
		this.batches.set(batchId, batch);
		const id = randomUUID().replaceAll('-', '');
		const task: Task = {
			id,
			owner,
			batchId,
			body,
			index: index ?? batch.tasks.length,
			seed: body.seed ?? ++this.seeds,
			planned: plannedOutcomeOf(body.prompt),
			state: 'PENDING',
			progress: null,
			createdAt: new Date(),
			begun: false,
			dropped: false,
			error: null,
			entry: {
				id,
				tenant: owner || 'anonymous',
				prompt: body.prompt,
				mode: null,
				idempotencyKey: null,
				status: 'PENDING',
				request: { ...body },
				createdAt: new Date().toISOString(),
				finishedAt: null,
				generationsBilled: 0,
			},
			callOff: () => undefined,
		};
		batch.tasks.push(task);
		this.tasks.set(id, task);
		this.ledger.jobBegan(task.entry);
		const { queueMs } = task.planned;
		if (queueMs === null) this.workers.add(task);
		else if (Number.isFinite(queueMs)) this.next(task, queueMs, () => this.workers.add(task));
		return task;
	}

	/** Starts a worker's work on a task. Returns false if the task needs no work. */
	private take(task: Task): boolean {
		if (isEnd(task.state)) {
			task.dropped = task.state === 'REVOKED';
			return false;
		}
		// If a marker sets the time in the queue, the task has already waited.
		this.next(task, task.planned.queueMs === null ? this.durationOf(task) * 0.2 : 0, () =>
			this.begin(task, task.planned.retries),
		);
		return true;
	}

	private durationOf({ planned: planned }: Task): number {
		return planned.durationMs ?? this.capacity().durationMs;
	}

	private begin(task: Task, retries: number): void {
		if (task.state === 'REVOKED') {
			task.dropped = true;
			return this.workers.done(task);
		}
		task.begun = true;
		this.set(task, 'STARTED');
		if (task.planned.hangs) return;
		const duration = this.durationOf(task);
		const steps = task.body.num_inference_steps;
		this.next(task, duration * 0.2, () => this.step(task, 1, steps, (duration * 0.6) / steps, retries));
	}

	private step(task: Task, done: number, steps: number, eachMs: number, retries: number): void {
		this.set(task, 'PROGRESS', Math.round((100 * done) / steps));
		if (done < steps) return this.next(task, eachMs, () => this.step(task, done + 1, steps, eachMs, retries));
		if (retries > 0) {
			this.set(task, 'RETRY');
			return this.next(task, eachMs, () => this.begin(task, retries - 1));
		}
		// The real worker reports 100 before the file is written.
		this.next(task, eachMs, () => this.end(task));
	}

	private end(task: Task): void {
		const { fail, rejectsContent, partial } = task.planned;
		const code = rejectsContent
			? 'SAFETY_REJECTED'
			: (fail ?? (partial !== null && task.index >= partial ? 'GPU_OOM' : null));
		this.finish(task, code === null ? 'SUCCESS' : 'FAILURE', code);
	}

	/** Ends a task. Returns false if it has already ended. */
	finish(task: Task, state: 'SUCCESS' | 'FAILURE' | 'REVOKED', code: string | null = null): boolean {
		if (isEnd(task.state)) return false;
		// A canceled task stays in the queue until a worker takes and drops it.
		if (state !== 'REVOKED' || task.begun) task.callOff();
		if (state !== 'REVOKED') task.begun = true;
		this.set(task, state);
		if (state === 'FAILURE')
			task.error = {
				code: code ?? 'ERROR',
				...(messages[code ?? ''] ?? { message: `The task failed (${code ?? 'no reason'})`, hint: null }),
			};
		task.entry.finishedAt = new Date().toISOString();
		task.entry.generationsBilled = state === 'SUCCESS' ? 1 : 0;
		this.ledger.jobEnded(task.entry);
		if (task.begun) this.workers.done(task);
		return true;
	}

	/** Starts more tasks after the number of workers has grown. */
	advance(): void {
		this.workers.advance();
	}

	private set(task: Task, state: CeleryState, progress: number | null = null): void {
		task.state = state;
		task.progress = progress;
		task.entry.status = state;
	}

	private next(task: Task, delayMs: number, action: () => void): void {
		task.callOff = this.timers.after(delayMs, action);
	}

	clear(): void {
		this.tasks.clear();
		this.batches.clear();
		this.workers.clear();
	}
}
