import { randomUUID } from 'node:crypto';
import type { JobEntry, Ledger } from '../shared/books';
import { type Fate, fateOf } from '../shared/markers';
import type { Timers } from '../shared/timers';

export interface Picture {
	id: string;
	taskId: string;
	/** From 1, within its task. */
	index: number;
	width: number;
	height: number;
	createdAt: Date;
}

export interface Task {
	id: string;
	/** Running number, for the public server's numeric ids. */
	number: number;
	prompt: string;
	model: string;
	totalCount: number;
	options: string;
	aspectRatio: string | null;
	imageSize: string | null;
	/** Names of the reference files, in their order. */
	references: string[];
	status: 'pending' | 'processing' | 'completed' | 'failed' | 'partial';
	errorMessage: string;
	createdAt: Date;
	updatedAt: Date;
	pictures: Picture[];
	fate: Fate;
	entry: JobEntry;
}

export interface Wanted extends Pick<Task, 'prompt' | 'model' | 'options' | 'aspectRatio' | 'imageSize' | 'references'> {
	count: number;
	/** Whether the model takes the key that came along. */
	keyFits: boolean;
	/** For the books; without keys. */
	request: Record<string, unknown>;
	/** Which of several tasks with this prompt it is, from 0, where a task is one picture. */
	place?: number;
}

const LONG_SIDE: Record<string, number> = { '1K': 1024, '2K': 2048, '4K': 4096 };

/** Tasks and their pictures, and the workers that make them one after the other. */
export class Store {
	/** In the order of their creation. */
	readonly tasks = new Map<string, Task>();
	private numbers = 0;

	/** @param told called with a task whenever a picture is there, or it has ended */
	constructor(
		private readonly ledger: Ledger,
		private readonly timers: Timers,
		private readonly durationMs: () => number,
		private readonly told: (task: Task, latest: Picture | null) => void,
	) {}

	submit(wanted: Wanted): Task {
		const { count, request, keyFits, place = 0, ...rest } = wanted;
		const fate = fateOf(wanted.prompt);
		// Part of the work may not get to the workers: it is said with the answer, and never comes.
		const accepted = Math.min(count, Number(/\[accept:(\d+)\]/.exec(wanted.prompt)?.[1] ?? count));
		const id = randomUUID();
		const now = new Date();
		const task: Task = {
			...rest, id, number: ++this.numbers, totalCount: accepted, status: wanted.place === undefined ? 'processing' : 'pending', errorMessage: accepted < count ? `提交子任务失败: 队列已满 (${accepted}/${count})` : '', createdAt: now, updatedAt: now, pictures: [], fate,
			entry: { id, tenant: 'anonymous', prompt: wanted.prompt, mode: null, idempotencyKey: null, status: 'processing', request, createdAt: now.toISOString(), finishedAt: null, generationsBilled: 0 },
		};
		this.tasks.set(id, task);
		this.ledger.jobBegan(task.entry);
		const duration = fate.durationMs ?? this.durationMs();
		if (fate.hangs || fate.queueMs === Infinity) return task;
		// The public server lets a task wait for its turn; the document knows no such state.
		if (task.status === 'pending') this.timers.after(duration * 0.1, () => this.start(task));
		const failure = this.failureOf(task, keyFits, place);
		const coming = failure === null ? Math.min(accepted, fate.partial === null || wanted.place !== undefined ? accepted : fate.partial) : 0;
		for (let index = 1; index <= coming; index++) this.timers.after((duration * index) / (accepted + 1), () => this.picture(task, index));
		this.timers.after(duration, () => this.end(task, failure));
		return task;
	}

	private start(task: Task): void {
		if (task.status === 'pending') task.status = 'processing';
	}

	private failureOf({ fate }: Task, keyFits: boolean, place: number): string | null {
		if (!keyFits) return 'Gemini API 调用失败: 401 API key not valid. Please pass a valid API key.';
		if (fate.refuses) return '生成失败: blocked by safety policy (finishReason: IMAGE_SAFETY)';
		if (fate.fail !== null) return `生成失败: ${fate.fail}`;
		return fate.partial !== null && place >= fate.partial ? '生成失败: 503 model overloaded' : null;
	}

	private picture(task: Task, index: number): void {
		const [wide = 1, high = 1] = (task.aspectRatio ?? '1:1').split(':').map(Number);
		const long = LONG_SIDE[task.imageSize ?? '1K'] ?? 1024;
		const latest: Picture = { id: `image-${task.id.slice(0, 8)}-${String(index).padStart(3, '0')}`, taskId: task.id, index, width: wide >= high ? long : Math.round((long * wide) / high), height: wide >= high ? Math.round((long * high) / wide) : long, createdAt: new Date() };
		task.pictures.push(latest);
		task.updatedAt = new Date();
		this.told(task, latest);
	}

	/** Ends a task by what has come. */
	end(task: Task, failure: string | null): void {
		const came = task.pictures.length;
		task.status = came === 0 ? 'failed' : came < task.totalCount ? 'partial' : 'completed';
		if (failure !== null) task.errorMessage = failure;
		else if (came < task.totalCount) task.errorMessage = `${task.totalCount - came} 张生成失败: 503 model overloaded`;
		task.updatedAt = new Date();
		task.entry.status = task.status;
		task.entry.finishedAt = task.updatedAt.toISOString();
		// One generation for each picture.
		task.entry.generationsBilled = came > 0 ? 1 : 0;
		this.ledger.jobEnded(task.entry);
		this.told(task, null);
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

	clear(): void {
		this.tasks.clear();
	}
}
