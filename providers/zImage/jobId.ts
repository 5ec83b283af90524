import { createHash } from 'node:crypto';

/**
 * A job of ours is a batch of theirs. Its id holds what is needed to poll and cancel it in any process:
 * the batch, how many pictures were asked for, and the tasks, since a batch names its tasks only once they have begun.
 */
export interface ZImageJobId {
	/** null for a bare task that was pasted. */
	batchId: string | null;
	/** null where the id does not say. */
	count: number | null;
	/** By their index in the batch; empty for a batch from the history. */
	taskIds: readonly string[];
	/** Whether the smaller file of each picture was asked for. */
	preview: boolean;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `batch~count~task.task…`, and `~preview` where that file is wanted. */
export function writeJobId({
	batchId,
	count,
	taskIds,
	preview,
}: ZImageJobId & { batchId: string; count: number }): string {
	return `${batchId}~${count}~${taskIds.join('.')}${preview ? '~preview' : ''}`;
}

/** Also reads ids that people copy: a batch's from the history (a UUID), or a task's. */
export function readJobId(id: string): ZImageJobId {
	const [batchId = '', count = '', tasks = '', file, ...rest] = id.split('~');
	if (rest.length === 0 && uuid.test(batchId) && /^[1-9]\d*$/.test(count))
		return {
			batchId,
			count: Number(count),
			taskIds: tasks.split('.').filter((task) => task !== ''),
			preview: file === 'preview',
		};
	return uuid.test(id)
		? { batchId: id, count: null, taskIds: [], preview: false }
		: { batchId: null, count: 1, taskIds: [id], preview: false };
}

/** The batch of an idempotency key: always the same UUID for the same key, so that a batch can be looked for. */
export function batchIdOf(idempotencyKey: string): string {
	const hex = createHash('sha256').update(`z-image batch ${idempotencyKey}`).digest('hex');
	// Version 8 (custom) and the usual variant, as RFC 9562 wants them.
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
