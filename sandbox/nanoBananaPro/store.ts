import type { Ledger } from '../shared/books';
import type { Timers } from '../shared/timers';
import { Workers } from '../shared/workers';
import {
	failureOf,
	hasEnded,
	newTask,
	type Picture,
	pictureOf,
	QUEUE_FULL,
	type Task,
	turn,
	type Wanted,
} from './task';

/** The server's limits that a test may change. */
export interface Capacity {
	durationMs: number;
	/** 0: as many as there are tasks. */
	workers: number;
	/** Maximum number of waiting tasks. */
	queueLimit: number;
}

/** Tasks and their pictures, and the workers that make them. */
export class Store {
	/** In the order of their creation. */
	readonly tasks = new Map<string, Task>();
	private numbers = 0;
	/** The queue and the sets below are in memory: a restart loses them. */
	private readonly workers = new Workers<Task>(
		() => this.capacity().workers,
		(task) => this.work(task),
	);
	/** Tasks that never leave the queue, because of a marker. */
	private readonly parked = new Set<Task>();
	/** Includes tasks that were deleted while they waited or ran: their work continues. */
	private readonly unfinished = new Set<Task>();

	/** @param onProgress called with a task after each picture and at its end */
	constructor(
		private readonly ledger: Ledger,
		private readonly timers: Timers,
		private readonly capacity: () => Capacity,
		private readonly onProgress: (task: Task, latest: Picture | null) => void,
	) {}

	/** Whether the queue is full. */
	isFull(): boolean {
		return this.workers.waitingCount + this.parked.size >= this.capacity().queueLimit;
	}

	submit(wanted: Wanted): Task {
		const task = this.create(wanted);
		this.ledger.jobBegan(task.entry);
		this.unfinished.add(task);
		if (task.planned.queueMs === Infinity) this.parked.add(task);
		else this.workers.add(task);
		return task;
	}

	/**
	 * Keeps a task that was rejected because the queue was full. The history of the public server shows it as failed.
	 */
	reject(wanted: Wanted): void {
		const task = this.create(wanted);
		turn(task, 'failed');
		task.errorMessage = QUEUE_FULL;
		task.entry.finishedAt = task.updatedAt.toISOString();
		this.ledger.jobNotAccepted(task.entry);
	}

	private create(wanted: Wanted): Task {
		const like = this.newest().filter(
			({ prompt, errorMessage }) => prompt === wanted.prompt && errorMessage !== QUEUE_FULL,
		);
		const task = newTask(wanted, ++this.numbers, wanted.isPublic ? like.length : null);
		this.tasks.set(task.id, task);
		return task;
	}

	/** Enters a task that ended some days ago, so that a new server has a history. Nothing is billed. */
	enterPast(wanted: Wanted, ageDays: number): Task {
		const task = this.create(wanted);
		const at = new Date(Date.now() - ageDays * 86_400_000);
		for (let index = 1; index <= task.totalCount; index++)
			task.pictures.push({ ...pictureOf(task, index), createdAt: at });
		turn(task, 'completed');
		Object.assign(task, { createdAt: at, updatedAt: at });
		Object.assign(task.entry, { createdAt: at.toISOString(), finishedAt: at.toISOString() });
		return task;
	}

	/** Starts a worker's work on a task. Returns false if the task needs no work. */
	private work(task: Task): boolean {
		if (hasEnded(task)) return false;
		const { planned: planned, totalCount, place } = task;
		const { durationMs, workers } = this.capacity();
		const duration = planned.durationMs ?? durationMs;
		// Without a queue, a task of the public server still waits for a short time.
		if (place !== null && workers === 0) this.after(task, duration * 0.1, () => turn(task, 'processing'));
		else turn(task, 'processing');
		if (planned.hangs) return true;
		const failure = failureOf(task);
		const coming =
			failure === null
				? Math.min(totalCount, planned.partial === null || place !== null ? totalCount : planned.partial)
				: 0;
		// On a busy machine, timers of different durations do not keep their order. So each timer adds the next
		// picture, and the last one adds all that are missing.
		const next = () => this.picture(task, task.pictures.length + 1);
		for (let index = 1; index <= coming; index++) this.after(task, (duration * index) / (totalCount + 1), next);
		this.after(task, duration, () => {
			while (task.pictures.length < coming) next();
			this.end(task, failure);
		});
		return true;
	}

	private after(task: Task, delayMs: number, step: () => void): void {
		task.steps.push(this.timers.after(delayMs, step));
	}

	private picture(task: Task, index: number): void {
		const latest = pictureOf(task, index);
		task.pictures.push(latest);
		task.updatedAt = new Date();
		this.onProgress(task, latest);
	}

	/** Ends a task with the pictures it has. */
	end(task: Task, failure: string | null): void {
		for (const callOff of task.steps) callOff();
		const came = task.pictures.length;
		turn(task, came === 0 ? 'failed' : came < task.totalCount ? 'partial' : 'completed');
		if (failure !== null) task.errorMessage = failure;
		else if (came < task.totalCount)
			task.errorMessage = `${task.totalCount - came} 张生成失败: 503 model overloaded`;
		task.entry.finishedAt = task.updatedAt.toISOString();
		// One generation per task, for any number of pictures.
		task.entry.generationsBilled = came > 0 ? 1 : 0;
		this.ledger.jobEnded(task.entry);
		this.unfinished.delete(task);
		this.parked.delete(task);
		this.onProgress(task, null);
		this.workers.done(task);
	}

	/** Starts more tasks after the number of workers has grown. */
	advance(): void {
		this.workers.advance();
	}

	/** Restarts the server: waiting and running tasks never change again. Finished pictures are kept and paid. */
	restart(): void {
		for (const task of this.unfinished) {
			for (const callOff of task.steps) callOff();
			if (task.pictures.length > 0) task.entry.generationsBilled = 1;
		}
		this.forgetQueue();
	}

	picturesById(id: string): { task: Task; picture: Picture } | null {
		for (const task of this.tasks.values()) {
			const picture = task.pictures.find((candidate) => candidate.id === id);
			if (picture) return { task, picture };
		}
		return null;
	}

	/** Newest first. */
	newest(): Task[] {
		return [...this.tasks.values()].reverse();
	}

	/** In the order of both APIs' lists: running tasks, waiting tasks, then the others; the newest of each first. */
	listed(): Task[] {
		const rank = ({ status }: Task) => (status === 'processing' ? 0 : status === 'pending' ? 1 : 2);
		return this.newest().sort((a, b) => rank(a) - rank(b));
	}

	clear(): void {
		this.tasks.clear();
		this.forgetQueue();
	}

	private forgetQueue(): void {
		this.workers.clear();
		this.parked.clear();
		this.unfinished.clear();
	}
}
