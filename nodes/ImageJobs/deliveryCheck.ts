import type { JobRecord } from '../../memory/record';
import { hintAt } from '../execution/errors';
import { savedRefsOf } from '../execution/delivery';
import type { JobsRun } from './jobsRun';

/** Maximum number of executions whose saved data one node run reads, because each may have megabytes. */
const maxExecutions = 50;

/**
 * Searches n8n's saved data for undelivered jobs that have reached an item, and records them in the journal as
 * delivered. There is one object per node run, so each execution is read once.
 */
export function deliveryCheck({
	context,
	memory,
	signal,
}: JobsRun): (records: readonly JobRecord[]) => Promise<JobRecord[]> {
	const savedRefs = savedRefsOf(context);
	const read = new Set<string>();
	let hasHinted = false;
	const isSaved = async ({ ref, deliveredAt, busy, state, origin: { executionId } }: JobRecord): Promise<boolean> => {
		// Three kinds of jobs are skipped: a running job is not saved yet, a request that was not accepted has no
		// result, and n8n has saved nothing of the current execution yet.
		if (
			deliveredAt !== null ||
			busy ||
			state === 'notAccepted' ||
			executionId === context.getExecutionId() ||
			signal?.aborted === true
		)
			return false;
		if (read.size >= maxExecutions && !read.has(executionId)) {
			if (!hasHinted)
				hintAt(
					context,
					`Only the ${maxExecutions} newest executions were searched for delivered jobs. Older jobs may be ` +
						'delivered although they are listed as undelivered: use the filters Since and Until.',
				);
			hasHinted = true;
			return false;
		}
		read.add(executionId);
		return (await savedRefs(executionId))?.has(ref) === true;
	};
	return async (records) => {
		const checked: JobRecord[] = [];
		// One after the other: the data of an execution may be large.
		for (const record of records)
			checked.push((await isSaved(record)) ? { ...record, deliveredAt: Date.now() } : record);
		const found = checked.flatMap(({ ref, deliveredAt }, index) =>
			deliveredAt !== null && records[index]?.deliveredAt === null ? [ref] : [],
		);
		if (found.length > 0) await memory.journal.deliver(found);
		return checked;
	};
}
