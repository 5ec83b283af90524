import type { JobRecord, RecordChange } from '../record.ts';
import { isFailed, isSuccess, providerIds } from '../rules.ts';
import type { Context } from './context.ts';
import type { Database } from './database.ts';
import { detailOf, jobColumns } from './rows.ts';

const insertColumns = `${jobColumns}, workflow_id, workflow_name, node_id, execution_id`;
const insertStatement = `INSERT INTO jobs (${insertColumns}) VALUES (${insertColumns.replace(/\w+/g, '?')})`;

/** Writes a new record, busy at its owner. The values are in the order of `insertColumns`. */
export function insert(journal: Database, record: JobRecord, owner: string): void {
	const { endpoint, origin, cost } = record;
	const { ref, key, baseKey, attempt, wireKey, lineage, rootExecutionId } = record;
	const requests = JSON.stringify(record.requests);
	journal.write(
		insertStatement,
		...[ref, key, baseKey, attempt, wireKey, lineage, rootExecutionId],
		...[JSON.stringify(origin), record.request, record.model],
		...[endpoint.provider, endpoint.digest, endpoint.name, endpoint.credentialId],
		...[record.day, cost.images, cost.usd, record.state, detailOf(record), requests],
		...[record.createdAt, record.updatedAt, null, null, owner, 1],
		...[origin.workflowId, origin.workflowName, origin.nodeId, origin.executionId],
	);
}

/** Writes what changes of a record, and the provider's ids that it now has. */
export function applyChange({ journal, now }: Context, ref: string, change: RecordChange): void {
	const { state, requests, cost } = change;
	journal.write('UPDATE jobs SET updated_at = ? WHERE ref = ?', now, ref);
	if (state) {
		journal.write(
			`UPDATE jobs SET state = ?, detail = ?, failed = ?, succeeded = ?,
				ended_at = CASE WHEN ? THEN coalesce(ended_at, ?) END WHERE ref = ?`,
			...[state.state, detailOf(state), Number(isFailed(state)), Number(isSuccess(state))],
			...[Number(state.state === 'ended'), now, ref],
		);
	}
	if (requests) journal.write('UPDATE jobs SET requests = ? WHERE ref = ?', JSON.stringify(requests), ref);
	if (cost) journal.write('UPDATE jobs SET images = ?, usd = ? WHERE ref = ?', cost.images, cost.usd, ref);
	for (const id of providerIds({ ...(state && { state }), ...(requests && { requests }) })) {
		// An id stays with its record: no other job can have it.
		journal.write(
			`INSERT OR IGNORE INTO provider_ids (endpoint, provider_id, ref)
				SELECT endpoint, ?, ref FROM jobs WHERE ref = ?`,
			...[id, ref],
		);
	}
}
