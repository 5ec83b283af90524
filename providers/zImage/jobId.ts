import { createHash } from 'node:crypto';

/**
 * Our job is a batch of the server. The job ID contains what is needed to poll and cancel it in any process: the batch,
 * the number of images requested, and the tasks, because a batch names a task only after it has begun.
 */
export interface ZImageJobId {
	/** null if the ID is the ID of a task that a user pasted. */
	batchId: string | null;
	/** null if the ID does not contain it. */
	count: number | null;
	/** In the order of their index in the batch; empty for a batch from the history. */
	taskIds: readonly string[];
	/** Whether the smaller file of each image was requested. */
	preview: boolean;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `batch~count~task.task…`, with `~preview` if the smaller file is wanted. */
export function writeJobId({
	batchId,
	count,
	taskIds,
	preview,
}: ZImageJobId & { batchId: string; count: number }): string {
	return `${batchId}~${count}~${taskIds.join('.')}${preview ? '~preview' : ''}`;
}

/** Also reads IDs that users copy: of a batch from the history (a UUID), or of a task. */
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

/** The batch of an idempotency key: the same UUID for the same key, so that the batch can be looked up. */
export function batchIdOf(idempotencyKey: string): string {
	const hex = createHash('sha256').update(`z-image batch ${idempotencyKey}`).digest('hex');
	// Version 8 (custom) and the usual variant of RFC 9562.
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
