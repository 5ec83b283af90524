import { wouldShow } from '../lookUp';
import type { CallOptions, LookedUp, LookUpCall } from '../provider';
import type { ZImageClient } from './client';
import { batchIdOf, readJobId } from './jobId';
import type { Reader } from './reader';
import { hasEnded, stateOfItem } from './taskState';
import type { BatchAnswer, BatchSummary } from './wire';

/** In ms. The tasks of a killed worker return to the queue after an hour. After this time no task can begin. */
const allBegunMs = 65 * 60_000;
/** In ms. A batch that began this long before the requests and has not ended is stuck. */
const longestBatchMs = 24 * 3_600_000;
/** Limits of one look-up: later tasks to check, rows of the history to read, batches in it to open. */
const maxLater = 10;
const maxRows = 500;
const maxOpened = 10;

const notBegun =
	'Z-Image shows a task only when a worker begins it, and the workers may still be busy with earlier tasks';
const imagesNotReported = 'Z-Image shows tasks of the batch without saying which images they make';

/**
 * Looks up the tasks of a batch. A batch shows only the tasks that a worker has begun. A missing task was certainly
 * never made if the workers have already passed its position in the queue: then a task accepted later has ended, and
 * nothing is running.
 */
export async function lookUpBatch(client: ZImageClient, reader: Reader, call: LookUpCall): Promise<LookedUp> {
	const batchId = batchIdOf(call.idempotencyKey);
	const read = async (): Promise<LookedUp> => {
		const answer = await reader.batchOrNull(batchId, call);
		const found = tasksOf(answer, call.parts);
		const hasAllIndexes = answer?.items.every(({ index, task_id }) => typeof index === 'number' && task_id) ?? true;
		return hasAllIndexes || found.size === call.parts.length
			? { found, conclusive: true }
			: { found, conclusive: false, reason: imagesNotReported };
	};
	const first = await read();
	if (!first.conclusive || first.found.size === call.parts.length || call.quietMs > allBegunMs) return first;
	const isPast =
		wouldShow(call) && (await hasLaterEnded(client, reader, call)) && !(await isAnythingRunning(reader, call));
	// A worker may have begun it in the meantime.
	return isPast ? await read() : { found: first.found, conclusive: false, reason: notBegun };
}

function tasksOf(answer: BatchAnswer | null, parts: readonly number[]): Map<number, string> {
	return new Map(
		(answer?.items ?? []).flatMap(
			({ index, task_id }): Array<[number, string]> =>
				typeof index === 'number' && task_id && parts.includes(index) ? [[index, task_id]] : [],
		),
	);
}

/**
 * Whether a worker has finished a task that was accepted from us later. The oldest are checked, because they finish
 * first. Canceling needs no worker.
 */
async function hasLaterEnded(client: ZImageClient, reader: Reader, call: LookUpCall): Promise<boolean> {
	const oldestFirst = [...(await call.laterIds())].reverse();
	for (const id of oldestFirst.slice(0, maxLater)) {
		const { batchId, taskIds } = readJobId(id);
		const statuses =
			batchId === null || taskIds.length === 0
				? [(await client.task(id, call)).status]
				: ((await reader.batchOrNull(batchId, call))?.items ?? []).map(({ status }) => status);
		if (statuses.some((status) => ['SUCCESS', 'FAILURE', 'success', 'error'].includes(status))) return true;
	}
	return false;
}

/** Whether the history shows a task that has begun and not ended. Also true if the history is too long to check. */
async function isAnythingRunning(reader: Reader, call: LookUpCall): Promise<boolean> {
	let rows = 0;
	let opened = 0;
	for await (const row of reader.batches(call)) {
		if (Date.parse(row.created_at ?? '') < call.since - longestBatchMs) return false;
		if (++rows > maxRows) return true;
		if (isOver(row)) continue;
		if (++opened > maxOpened || (await hasRunningTask(reader, row, call))) return true;
	}
	return false;
}

/** Also checks the counts, because the status of a batch with a canceled task stays PENDING. */
function isOver({ status, batch_size, success_count, failed_count }: BatchSummary): boolean {
	return (
		status === 'SUCCESS' ||
		status === 'FAILURE' ||
		(typeof batch_size === 'number' && (success_count ?? 0) + (failed_count ?? 0) >= batch_size)
	);
}

async function hasRunningTask(reader: Reader, { task_id }: BatchSummary, options: CallOptions): Promise<boolean> {
	const answer = await reader.batchOrNull(task_id, options);
	return (answer?.items ?? []).some((item) => !hasEnded(stateOfItem(item, '', null)));
}
