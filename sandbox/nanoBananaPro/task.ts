import { randomUUID } from 'node:crypto';
import type { JobEntry } from '../shared/books';
import { type PlannedOutcome, plannedOutcomeOf } from '../shared/markers';

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
	/** Sequential number, for the public server's numeric ids. */
	number: number;
	prompt: string;
	model: string;
	totalCount: number;
	options: string;
	aspectRatio: string | null;
	imageSize: string | null;
	/** Names of the reference files, in their order. */
	references: string[];
	/** `pending` until a worker takes it. The v1.6 API does not have this status. */
	status: 'pending' | 'processing' | 'completed' | 'failed' | 'partial';
	errorMessage: string;
	createdAt: Date;
	updatedAt: Date;
	pictures: Picture[];
	planned: PlannedOutcome;
	/** Whether the model accepts the key of the request. */
	keyFits: boolean;
	/** Index among the tasks with this prompt, from 0, if a task is one picture; otherwise null. */
	place: number | null;
	entry: JobEntry;
	/** Cancels the remaining work of its worker. */
	steps: Array<() => void>;
}

/** The fields of a submit. */
export interface Wanted
	extends Pick<Task, 'prompt' | 'model' | 'options' | 'aspectRatio' | 'imageSize' | 'references' | 'keyFits'> {
	count: number;
	/** The request for the books, without keys. */
	request: Record<string, unknown>;
	/** Whether it is a task of the public server, where a task is one picture. */
	isPublic?: boolean;
}

/** The server's message for a task when the queue is full. */
export const QUEUE_FULL = '任务队列已满，请稍后再试';

const LONG_SIDE: Record<string, number> = { '1K': 1024, '2K': 2048, '4K': 4096 };

export const hasEnded = ({ status }: Task): boolean => status !== 'pending' && status !== 'processing';

/** A task that no worker has taken yet. */
export function newTask({ count, request, isPublic: _, ...rest }: Wanted, number: number, place: number | null): Task {
	// The server may lose part of the work before it reaches the workers. The answer shows that, and those pictures
	// never arrive.
	const accepted = Math.min(count, Number(/\[accept:(\d+)\]/.exec(rest.prompt)?.[1] ?? count));
	const id = randomUUID();
	const now = new Date();
	return {
		...rest,
		id,
		place,
		number,
		totalCount: accepted,
		status: 'pending',
		errorMessage: accepted < count ? `提交子任务失败: 队列已满 (${accepted}/${count})` : '',
		createdAt: now,
		updatedAt: now,
		pictures: [],
		planned: plannedOutcomeOf(rest.prompt),
		steps: [],
		entry: {
			id,
			tenant: 'anonymous',
			prompt: rest.prompt,
			mode: null,
			idempotencyKey: null,
			status: 'pending',
			request,
			createdAt: now.toISOString(),
			finishedAt: null,
			generationsBilled: 0,
		},
	};
}

/** Changes the status of a task, in the books too. */
export function turn(task: Task, status: Task['status']): void {
	task.status = status;
	task.entry.status = status;
	task.updatedAt = new Date();
}

/** Why a task fails; null if it does not. */
export function failureOf({ planned: planned, keyFits, place }: Task): string | null {
	if (!keyFits) return 'Gemini API 调用失败: 401 API key not valid. Please pass a valid API key.';
	if (planned.rejectsContent) return '生成失败: blocked by safety policy (finishReason: IMAGE_SAFETY)';
	if (planned.fail !== null) return `生成失败: ${planned.fail}`;
	return planned.partial !== null && place !== null && place >= planned.partial
		? '生成失败: 503 model overloaded'
		: null;
}

/** Picture number `index` (from 1) of a task. */
export function pictureOf({ id, aspectRatio, imageSize }: Task, index: number): Picture {
	const [wide = 1, high = 1] = (aspectRatio ?? '1:1').split(':').map(Number);
	const long = LONG_SIDE[imageSize ?? '1K'] ?? 1024;
	return {
		id: `image-${id.slice(0, 8)}-${String(index).padStart(3, '0')}`,
		taskId: id,
		index,
		width: wide >= high ? long : Math.round((long * wide) / high),
		height: wide >= high ? Math.round((long * high) / wide) : long,
		createdAt: new Date(),
	};
}
