import type { SQLInputValue } from 'node:sqlite';
import type { Query, RecordFilter, SpendingRow } from '../memory.ts';
import type { JobRecord, PaidRequest } from '../record.ts';
import { isPart } from '../rules.ts';
import type { Store } from '../store.ts';
import type { Context } from './context.ts';
import { listed } from './context.ts';
import { heldBy } from './jobs.ts';
import { livingBusyOwners } from './removal.ts';
import type { JobRow } from './rows.ts';
import { jobColumns, recordOf } from './rows.ts';

type QueryOperations = Pick<Store, 'find' | 'takenIds' | 'refsOf' | 'list' | 'spending'>;

/** The operations that read records. */
export function queryOperations(context: Context): QueryOperations {
	const rows = (sql: string, values: readonly SQLInputValue[]) => context.journal.all<JobRow>(sql, ...values);
	const records = (found: readonly JobRow[]): JobRecord[] =>
		found.map((row) => recordOf(row, heldBy(context, row.owner)));

	return {
		find(query) {
			const { where, values } = conditionOf(query);
			return records(rows(`SELECT ${jobColumns} FROM jobs WHERE ${where}`, values));
		},

		takenIds(endpointDigest, providerIds) {
			const sql = `SELECT DISTINCT provider_id AS id FROM provider_ids
				WHERE endpoint = ? AND provider_id IN ${listed}`;
			return context.journal
				.all<{ id: string }>(sql, endpointDigest, JSON.stringify(providerIds))
				.map(({ id }) => id);
		},

		refsOf(endpointDigest, providerIds) {
			const sql = `SELECT provider_ids.provider_id AS id, jobs.ref AS ref, jobs.requests AS requests
				FROM provider_ids JOIN jobs ON jobs.ref = provider_ids.ref
				WHERE provider_ids.endpoint = ? AND provider_ids.provider_id IN ${listed}
				ORDER BY jobs.created_at, jobs.ref`;
			const found = context.journal.all<{ id: string; ref: string; requests: string }>(
				sql,
				endpointDigest,
				JSON.stringify(providerIds),
			);
			const whole = found.filter(({ id, requests }) => !isPart(JSON.parse(requests) as PaidRequest[], id));
			return [...new Map(whole.map(({ id, ref }) => [id, ref]))];
		},

		list(filter) {
			const { where, values } = narrowed(filter);
			if (filter.refs) {
				const sql = `SELECT ${jobColumns} FROM jobs
					WHERE ref IN ${listed} AND credential_id IN ${listed}${where}
					ORDER BY created_at DESC, ref LIMIT ?`;
				return records(
					rows(sql, [
						JSON.stringify(filter.refs),
						JSON.stringify(filter.credentialIds),
						...values,
						filter.limit,
					]),
				);
			}
			// One query per credential returns its newest rows in the order of the index, without a sort of all rows.
			const sql = `SELECT ${jobColumns} FROM jobs WHERE credential_id = ?${where}
				ORDER BY created_at DESC, ref LIMIT ?`;
			const found = [...new Set(filter.credentialIds)].flatMap((id) => rows(sql, [id, ...values, filter.limit]));
			return records(found.sort(newestFirst).slice(0, filter.limit));
		},

		spending(filter) {
			const { where, values } = narrowed(filter);
			const unknown = `state = 'unknown' OR (state = 'sent' AND NOT (busy = 1 AND owner IN ${listed}))`;
			// With one max(), the other columns are those of its row: the last name of the workflow.
			const sql = `SELECT provider, model, workflow_id AS workflowId, workflow_name AS workflowName, day,
				count(*) AS jobs, sum(images) AS images, coalesce(sum(usd), 0) AS usd, sum(usd IS NULL) AS unpriced,
				sum(${unknown}) AS unknown, max(created_at) AS newest
				FROM jobs WHERE credential_id IN ${listed} AND state <> 'notAccepted'${where}
				GROUP BY provider, model, workflow_id, day ORDER BY day, provider, model, workflow_id`;
			const credentials = JSON.stringify(filter.credentialIds);
			const found = context.journal.all<SpendingRow & { newest: number }>(
				sql,
				livingBusyOwners(context),
				credentials,
				...values,
			);
			return found.map(({ newest, ...row }) => row);
		},
	};
}

interface Condition {
	where: string;
	values: SQLInputValue[];
}

function conditionOf(query: Query): Condition {
	const credentials = JSON.stringify(query.credentialIds);
	switch (query.by) {
		case 'baseKey':
			return {
				where: `base_key = ? AND credential_id IN ${listed} ORDER BY attempt DESC, created_at DESC, ref`,
				values: [query.baseKey, credentials],
			};
		case 'earlierAttempts':
			return {
				where: `lineage = ? AND node_id = ? AND request IN ${listed} AND workflow_id = ?
					AND root_execution_id <> ? AND failed = 0 AND state <> 'notAccepted' AND credential_id IN ${listed}
					ORDER BY created_at, ref`,
				values: [
					query.lineage,
					query.nodeId,
					JSON.stringify(query.requests),
					query.workflowId,
					query.exceptRootExecutionId,
					credentials,
				],
			};
		case 'orphans':
			return {
				where: `workflow_id = ? AND node_id = ? AND request IN ${listed} AND created_at >= ? AND lineage <> ?
					AND delivered_at IS NULL AND failed = 0 AND state <> 'notAccepted' AND credential_id IN ${listed}
					ORDER BY created_at, ref`,
				values: [
					query.workflowId,
					query.nodeId,
					JSON.stringify(query.requests),
					query.since,
					query.exceptLineage,
					credentials,
				],
			};
		case 'success':
			return {
				where: `succeeded = 1 AND request IN ${listed} AND ended_at >= ? AND credential_id IN ${listed}
					ORDER BY ended_at DESC, ref`,
				values: [JSON.stringify(query.requests), query.since, credentials],
			};
	}
}

/** The conditions of a filter besides refs and credentials, as ` AND …`. */
function narrowed(filter: Omit<RecordFilter, 'limit'>): Condition {
	const parts: Array<[sql: string, value: SQLInputValue] | [sql: string]> = [];
	if (filter.since !== undefined) parts.push(['created_at >= ?', filter.since]);
	if (filter.until !== undefined) parts.push(['created_at <= ?', filter.until]);
	if (filter.states) parts.push([`state IN ${listed}`, JSON.stringify(filter.states)]);
	if (filter.delivered !== undefined)
		parts.push([filter.delivered ? 'delivered_at IS NOT NULL' : 'delivered_at IS NULL']);
	if (filter.failed !== undefined) parts.push(['failed = ?', Number(filter.failed)]);
	if (filter.workflowId !== undefined) parts.push(['workflow_id = ?', filter.workflowId]);
	if (filter.executionId !== undefined) parts.push(['execution_id = ?', filter.executionId]);
	return {
		where: parts.map(([sql]) => ` AND ${sql}`).join(''),
		values: parts.flatMap(([, value]) => (value === undefined ? [] : [value])),
	};
}

function newestFirst(a: JobRow, b: JobRow): number {
	return b.created_at - a.created_at || (a.ref < b.ref ? -1 : 1);
}
