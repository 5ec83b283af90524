import type { BudgetLimit } from '../memory.ts';
import type { JobRecord } from '../record.ts';
import { begunRecord, canSettle, exceeds, isEndOf } from '../rules.ts';
import type { Store } from '../store.ts';
import type { Context } from './context.ts';
import { listed } from './context.ts';
import type { Database } from './database.ts';
import { applyChange, insert } from './jobWrites.ts';
import { removeRecord } from './removal.ts';
import type { JobRow } from './rows.ts';
import { jobColumns, recordOf } from './rows.ts';

type JobOperations = Pick<
	Store,
	'begin' | 'change' | 'take' | 'release' | 'finish' | 'note' | 'deliver' | 'settle' | 'forget'
>;

/** The operations that write records. */
export function jobOperations(context: Context): JobOperations {
	const { owners } = context;

	function one(column: 'ref' | 'key', value: string): JobRecord | null {
		const row = context.journal.all<JobRow>(`SELECT ${jobColumns} FROM jobs WHERE ${column} = ?`, value)[0];
		return row ? recordOf(row, heldBy(context, row.owner)) : null;
	}

	/** Writes to each record that this process holds. */
	function updateOwn(refs: readonly string[], assignments: string, ...values: number[]): void {
		context.journal.write(
			`UPDATE jobs SET ${assignments} WHERE ref IN ${listed} AND owner = ?`,
			...values,
			JSON.stringify(refs),
			owners.own,
		);
	}

	function deliver(refs: readonly string[]): void {
		context.journal.write(
			`UPDATE jobs SET delivered_at = ? WHERE ref IN ${listed} AND delivered_at IS NULL`,
			context.now,
			JSON.stringify(refs),
		);
	}

	return {
		begin(record, limits) {
			const existing = one('key', record.key);
			if (existing && existing.state !== 'notAccepted') return { kind: 'exists', record: existing };
			for (const limit of limits) {
				const spent = spentUnder(context.journal, limit);
				if (exceeds(limit, spent, record.cost)) return { kind: 'overBudget', limit, spent };
			}
			if (existing) removeRecord(context.journal, existing.ref);
			const begun = begunRecord(record, context.now);
			insert(context.journal, begun, owners.own);
			return { kind: 'begun', record: begun };
		},

		change(ref, change) {
			const row = context.journal.all<{ owner: string | null }>('SELECT owner FROM jobs WHERE ref = ?', ref)[0];
			if (row?.owner !== owners.own) return false;
			applyChange(context, ref, change);
			return true;
		},

		take(ref, { seenKey, as, adoptedFrom }) {
			const record = one('ref', ref);
			if (!record || record.key !== seenKey || record.held === 'other' || record.busy) return null;
			if (as && as.key !== record.key) {
				const rival = one('key', as.key);
				if (rival && rival.state !== 'notAccepted') return null;
				if (rival) removeRecord(context.journal, rival.ref);
			}
			const { journal, now } = context;
			journal.write('UPDATE jobs SET owner = ?, busy = 1, updated_at = ? WHERE ref = ?', owners.own, now, ref);
			if (as) {
				const { key, baseKey, attempt, lineage, rootExecutionId, origin, day } = as;
				journal.write(
					`UPDATE jobs SET key = ?, base_key = ?, attempt = ?, lineage = ?, root_execution_id = ?, day = ?,
						origin = ?, workflow_id = ?, workflow_name = ?, node_id = ?, execution_id = ?
						WHERE ref = ?`,
					...[key, baseKey, attempt, lineage, rootExecutionId, day, JSON.stringify(origin)],
					...[origin.workflowId, origin.workflowName, origin.nodeId, origin.executionId, ref],
				);
			}
			if (adoptedFrom !== undefined)
				journal.write('UPDATE jobs SET adopted_from = ? WHERE ref = ?', adoptedFrom, ref);
			return one('ref', ref);
		},

		release(refs) {
			updateOwn(refs, 'busy = 0');
		},

		finish(refs, { delivered }) {
			// Deliveries are written first, because afterwards this process does not hold the records.
			if (delivered) updateOwn(refs, 'delivered_at = coalesce(delivered_at, ?)', context.now);
			updateOwn(refs, 'owner = NULL, busy = 0');
		},

		note(endpointDigest, ends) {
			for (const { ref, snapshot } of ends) {
				const record = one('ref', ref);
				if (record && isEndOf(record, endpointDigest, snapshot))
					applyChange(context, ref, { state: { state: 'ended', snapshot } });
			}
		},

		deliver,

		settle(ref, credentialIds, change, { delivered }) {
			const record = one('ref', ref);
			if (!record || !credentialIds.includes(record.endpoint.credentialId) || !canSettle(record)) return false;
			applyChange(context, ref, change);
			if (delivered) deliver([ref]);
			return true;
		},

		forget(refs, credentialIds) {
			const records = [...new Set(refs)].map((ref) => one('ref', ref)).filter((record) => record !== null);
			const mine = records.filter(({ endpoint, busy }) => !busy && credentialIds.includes(endpoint.credentialId));
			return {
				refs: mine.map(({ ref }) => ref),
				files: mine.flatMap(({ ref }) => removeRecord(context.journal, ref)),
			};
		},
	};
}

/** Which process holds a record, by the id in its row. */
export function heldBy({ owners }: Context, owner: string | null): JobRecord['held'] {
	if (owner === null) return 'free';
	if (owner === owners.own) return 'mine';
	return owners.isAlive(owner) ? 'other' : 'free';
}

function spentUnder(journal: Database, { over }: BudgetLimit): { images: number; usd: number } {
	const sum = `SELECT coalesce(sum(images), 0) AS images, coalesce(sum(usd), 0) AS usd FROM jobs
		WHERE state <> 'notAccepted' AND node_id = ?`;
	const [where, ...values] =
		'lineage' in over ? ['lineage = ?', over.lineage] : ['workflow_id = ? AND day = ?', over.workflowId, over.day];
	const [row] = journal.all<{ images: number; usd: number }>(`${sum} AND ${where}`, over.nodeId, ...values);
	return { images: row?.images ?? 0, usd: row?.usd ?? 0 };
}
