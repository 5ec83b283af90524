import type { Settings } from './settings';
import { type Batch, isEnd, type Task } from './store';

type Dialect = Settings['dialect'];

/** How the history shows tasks. */
export interface Showing {
	dialect: Dialect;
	/** Whether the history shows a task only after a worker has begun it. A batch appears with its first task. */
	begunOnly: boolean;
}

/**
 * The real server shows a task only after it has begun. The document's server does so only if workers are limited;
 * otherwise it shows all tasks at once.
 */
export const showingOf = ({ dialect, workers }: Settings): Showing => ({
	dialect,
	begunOnly: dialect === 'real' || workers > 0,
});

const stamp = (date: Date) => date.toISOString().replace('Z', '000+00:00');

/** Path of a task's files below `/generated-images/`. */
export function pathOf(task: Task, extension: 'png' | 'webp'): string {
	const [day = '', time = ''] = task.createdAt.toISOString().split('T');
	return `${day.replaceAll('-', '')}/${time.slice(0, 8).replaceAll(':', '')}_${task.id.slice(0, 12)}.${extension}`;
}

const preview = (task: Task) => `/generated-images/${pathOf(task, 'webp')}`;

/** The answer to GET of one task. */
export function taskView(task: Task, dialect: Dialect) {
	const { state, error, body } = task;
	const done = state === 'SUCCESS';
	const real = dialect === 'real';
	// A canceled task is PENDING until a worker reaches it, and has no error text.
	const reported = real && state === 'REVOKED' && !task.begun && !task.dropped ? 'PENDING' : state;
	const canceled =
		state === 'REVOKED' && !real
			? { error: 'The task was cancelled', error_code: 'cancelled', error_hint: null }
			: null;
	const failed =
		error &&
		(real
			? {
					error: JSON.stringify({ code: error.code, message: error.message, detail: null }),
					error_code: null,
					error_hint: null,
				}
			: { error: error.message, error_code: error.code, error_hint: error.hint });
	return {
		task_id: task.id,
		status: reported,
		result: done
			? {
					image_id: `img-${task.id.slice(0, 8)}`,
					prompt: body.prompt,
					height: body.height,
					width: body.width,
					num_inference_steps: body.num_inference_steps,
					guidance_scale: body.guidance_scale,
					seed: task.seed,
					negative_prompt: body.negative_prompt,
					cfg_normalization: body.cfg_normalization ?? null,
					cfg_truncation: body.cfg_truncation ?? null,
					max_sequence_length: body.max_sequence_length ?? null,
					created_at: stamp(task.createdAt),
					auth_key: task.owner || null,
					metadata: body.metadata ?? null,
					output_path: `/srv/outputs/z-image-outputs/${pathOf(task, 'png')}`,
					relative_path: pathOf(task, 'png'),
					preview_output_path: `/srv/outputs/z-image-outputs/${pathOf(task, 'webp')}`,
					preview_relative_path: pathOf(task, 'webp'),
				}
			: null,
		...(failed ?? canceled ?? { error: null, error_code: null, error_hint: null }),
		image_url: done ? preview(task) : null,
		progress: done ? (real ? null : 100) : task.progress,
	};
}

const itemState = ({ state }: Task) =>
	state === 'SUCCESS'
		? 'success'
		: state === 'FAILURE'
			? 'error'
			: state === 'REVOKED'
				? 'cancelled'
				: state === 'PENDING'
					? 'pending'
					: 'running';

/** The tasks of a batch that the history shows. If it shows none, it does not show the batch. */
export const shown = (batch: Batch, { begunOnly }: Showing): Task[] =>
	batch.tasks.filter(({ begun }) => begun || !begunOnly).sort((a, b) => a.index - b.index);

export function summaryView(batch: Batch, showing: Showing) {
	const { dialect } = showing;
	const tasks = shown(batch, showing);
	const succeeded = tasks.filter(({ state }) => state === 'SUCCESS');
	const failed = tasks.filter(({ state }) => state === 'FAILURE').length;
	const ended = tasks.filter(({ state }) => isEnd(state)).length;
	const [first] = succeeded;
	const [any] = batch.tasks;
	const over = ended >= batch.size && !(dialect === 'real' && tasks.some(({ state }) => state === 'REVOKED'));
	// The real server reports SUCCESS even if every task of the batch failed.
	const status = !over ? 'PENDING' : succeeded.length > 0 || dialect === 'real' ? 'SUCCESS' : 'FAILURE';
	return {
		task_id: batch.id,
		status,
		created_at: stamp(batch.createdAt),
		prompt: any?.body.prompt ?? '',
		height: any?.body.height ?? null,
		width: any?.body.width ?? null,
		relative_path: first ? pathOf(first, 'png') : null,
		image_url: first ? preview(first) : null,
		num_inference_steps: any?.body.num_inference_steps ?? null,
		guidance_scale: any?.body.guidance_scale ?? null,
		seed: any?.seed ?? null,
		batch_size: batch.size,
		success_count: succeeded.length,
		failed_count: failed,
		base_seed: any?.seed ?? null,
	};
}

export function detailView(batch: Batch, showing: Showing) {
	const { relative_path: _path, ...summary } = summaryView(batch, showing);
	return {
		batch: summary,
		items: shown(batch, showing).map((task) => ({
			task_id: task.id,
			index: task.index,
			status: itemState(task),
			image_url: task.state === 'SUCCESS' ? preview(task) : null,
			width: task.body.width,
			height: task.body.height,
			seed: task.seed,
			error_code: task.error?.code ?? null,
			error_hint: task.error?.hint ?? null,
		})),
	};
}
