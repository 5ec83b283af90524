import { clockSkewMs, wouldShow } from '../lookUp';
import type { CallOptions, LookedUp, LookUpCall } from '../provider';
import type { ZImageClient } from './client';
import { batchIdOf, readJobId } from './jobId';
import { hasEnded, stateOfItem } from './mapping';
import type { Reader } from './reader';
import type { BatchAnswer, BatchSummary } from './wire';

/** Tasks of a worker that was killed come back after an hour; after so long none does, in ms. */
const allBegunMs = 65 * 60_000;
/** How many later jobs are asked after, and how many rows of the history are read for jobs that still run. */
const maxLater = 10;
const maxRows = 500;
const maxUnsure = 10;

const reason = 'Z-Image shows a task only when a worker begins it, and its workers may still be busy with earlier ones';

/**
 * Looks for the tasks of a batch. A batch names those that a worker has begun. That a task is missing says only then that
 * it was never made, if workers have come past it: one that was accepted later has ended, and nothing is still running.
 */
export async function lookUpBatch(client: ZImageClient, reader: Reader, call: LookUpCall): Promise<LookedUp> {
	const batchId = batchIdOf(call.idempotencyKey);
	const read = async () => tasksOf(await reader.batchOrNull(batchId, call), call.parts);
	const first = await read();
	if (first.size === call.parts.length || call.quietMs > allBegunMs) return { found: first, conclusive: true };
	const isPast = wouldShow(call) && (await hasLaterEnded(client, reader, call)) && !(await isAnythingRunning(reader, call));
	if (!isPast) return { found: first, conclusive: false, reason };
	// It may have begun while the others were asked after.
	return { found: await read(), conclusive: true };
}

function tasksOf(answer: BatchAnswer | null, parts: readonly number[]): Map<number, string> {
	const tasks = (answer?.items ?? []).flatMap(({ index, task_id }, place): Array<[number, string]> => (task_id ? [[index ?? place, task_id]] : []));
	return new Map(tasks.filter(([part]) => parts.includes(part)));
}

/** Whether something that was accepted from us later has come to its end by a worker. A canceled task needs none. */
async function hasLaterEnded(client: ZImageClient, reader: Reader, call: LookUpCall): Promise<boolean> {
	for (const id of (await call.laterIds()).slice(0, maxLater)) {
		const { batchId, taskIds } = readJobId(id);
		if (batchId === null || taskIds.length === 0) {
			if (['SUCCESS', 'FAILURE'].includes((await client.task(id, call)).status)) return true;
		} else if ((await reader.batchOrNull(batchId, call))?.items.some(({ status }) => status === 'success' || status === 'error')) return true;
	}
	return false;
}

/** Whether the history shows a task that has begun and not ended, or is too long to tell. Rows of an hour before count. */
async function isAnythingRunning(reader: Reader, call: LookUpCall): Promise<boolean> {
	const oldest = call.since - allBegunMs - clockSkewMs;
	let rows = 0;
	let unsure = 0;
	for await (const row of reader.batches(call)) {
		if (Date.parse(row.created_at ?? '') < oldest) return false;
		if (++rows > maxRows) return true;
		if (isOver(row)) continue;
		if (++unsure > maxUnsure || (await hasRunningTask(reader, row, call))) return true;
	}
	return false;
}

/** By the counts: the status of a batch with a canceled or missing task stays PENDING. */
function isOver({ status, batch_size, success_count, failed_count }: BatchSummary): boolean {
	return status !== 'PENDING' || (typeof batch_size === 'number' && (success_count ?? 0) + (failed_count ?? 0) >= batch_size);
}

async function hasRunningTask(reader: Reader, { task_id }: BatchSummary, options: CallOptions): Promise<boolean> {
	const answer = await reader.batchOrNull(task_id, options);
	return (answer?.items ?? []).some((item) => !hasEnded(stateOfItem(item, '', null)));
}
