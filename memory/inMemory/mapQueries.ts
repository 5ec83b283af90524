import type { BudgetLimit, Query, RecordFilter, SpendingRow } from '../memory.ts';
import type { JobRecord } from '../record.ts';
import { isAdoptable, isFailed, isSuccess, isUnknown } from '../rules.ts';
import type { RecordTable, StoredRecord } from './recordTable.ts';
import { indexValue } from './recordTable.ts';

/** The records that answer a query, in its order. */
export function findIn(table: RecordTable, query: Query): JobRecord[] {
	const isOpen = ({ record }: StoredRecord) => query.credentialIds.includes(record.endpoint.credentialId);
	switch (query.by) {
		case 'baseKey':
			return recordsOf(
				table
					.by('baseKey', query.baseKey)
					.filter(isOpen)
					.sort(by(({ record }) => [-record.attempt, -record.createdAt])),
			);
		case 'earlierAttempts':
		case 'orphans':
			return recordsOf(
				ofRequests(table, query.requests)
					.filter(
						(stored) =>
							isOpen(stored) && isAdoptable(stored.record, query) && isAsked(stored.record, query),
					)
					.sort(by(({ record }) => [record.createdAt])),
			);
		case 'success':
			return recordsOf(
				ofRequests(table, query.requests)
					.filter(
						(stored) => isOpen(stored) && isSuccess(stored.record) && (stored.endedAt ?? 0) >= query.since,
					)
					.sort(by(({ endedAt }) => [-(endedAt ?? 0)])),
			);
	}
}

/** The records that a filter lets through, newest first. */
export function listIn(table: RecordTable, filter: Omit<RecordFilter, 'limit'>): JobRecord[] {
	const candidates = filter.refs ? [...new Set(filter.refs)].flatMap((ref) => table.get(ref) ?? []) : table.all();
	return recordsOf(
		candidates.filter(({ record }) => passes(record, filter)).sort(by(({ record }) => [-record.createdAt])),
	);
}

export function spendingIn(table: RecordTable, filter: Omit<RecordFilter, 'limit'>): SpendingRow[] {
	const rows = new Map<string, SpendingRow>();
	// Newest first, so that a row has the last name of its workflow.
	for (const record of listIn(table, filter)) {
		if (record.state === 'notAccepted') continue;
		const { day, model, origin, cost } = record;
		const { provider } = record.endpoint;
		const group = JSON.stringify([day, provider, model, origin.workflowId]);
		const { workflowId, workflowName } = origin;
		const row = rows.get(group) ?? {
			provider,
			model,
			workflowId,
			workflowName,
			day,
			jobs: 0,
			images: 0,
			usd: 0,
			unpriced: 0,
			unknown: 0,
		};
		row.jobs += 1;
		row.images += cost.images;
		row.usd += cost.usd ?? 0;
		row.unpriced += Number(cost.usd === null);
		row.unknown += Number(isUnknown(record));
		rows.set(group, row);
	}
	return [...rows.values()].sort(
		by(({ day, provider, model, workflowId }) => [day, provider, model ?? '', workflowId]),
	);
}

/** What the records under a limit add up to. */
export function spentIn(table: RecordTable, { over }: BudgetLimit): { images: number; usd: number } {
	const found =
		'lineage' in over
			? table.by('lineage', indexValue.lineage(over.lineage, over.nodeId))
			: table.by('day', indexValue.day(over.workflowId, over.nodeId, over.day));
	const counted = recordsOf(found).filter(({ state }) => state !== 'notAccepted');
	return {
		images: counted.reduce((sum, { cost }) => sum + cost.images, 0),
		usd: counted.reduce((sum, { cost }) => sum + (cost.usd ?? 0), 0),
	};
}

function ofRequests(table: RecordTable, requests: readonly string[]): StoredRecord[] {
	return [...new Set(requests)].flatMap((request) => table.by('request', request));
}

function isAsked(record: JobRecord, query: Extract<Query, { by: 'orphans' | 'earlierAttempts' }>): boolean {
	if (query.by === 'earlierAttempts')
		return record.lineage === query.lineage && record.rootExecutionId !== query.exceptRootExecutionId;
	return record.lineage !== query.exceptLineage && record.deliveredAt === null && record.createdAt >= query.since;
}

function passes(record: JobRecord, filter: Omit<RecordFilter, 'limit'>): boolean {
	const { states, delivered, failed, workflowId, executionId, since, until } = filter;
	if (!filter.credentialIds.includes(record.endpoint.credentialId)) return false;
	if (states && !states.includes(record.state)) return false;
	if (delivered !== undefined && delivered !== (record.deliveredAt !== null)) return false;
	if (failed !== undefined && failed !== isFailed(record)) return false;
	if (workflowId !== undefined && workflowId !== record.origin.workflowId) return false;
	if (executionId !== undefined && executionId !== record.origin.executionId) return false;
	return (since === undefined || record.createdAt >= since) && (until === undefined || record.createdAt <= until);
}

function recordsOf(stored: readonly StoredRecord[]): JobRecord[] {
	return stored.map(({ record }) => record);
}

/** Sorts by several values. Rows with equal values are sorted by ref, so the order is always the same. */
function by<T extends StoredRecord | SpendingRow>(
	values: (row: T) => ReadonlyArray<number | string>,
): (a: T, b: T) => number {
	const all = (row: T) => ['record' in row ? [...values(row), row.record.ref] : values(row)].flat();
	return (a, b) => {
		const [left, right] = [all(a), all(b)];
		for (const [index, value] of left.entries()) {
			const other = right[index];
			if (other === undefined || value === other) continue;
			return value < other ? -1 : 1;
		}
		return 0;
	};
}
