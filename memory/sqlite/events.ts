import type { Store } from '../store.ts';
import { holdsClaim } from '../rules.ts';
import type { Context } from './context.ts';

/** A claim that is open has no lineage; a confirmed event has the one that ran it. */
interface EventRow {
	lineage: string | null;
	expires_at: number;
}

/** The operations on what must run once. */
export function eventOperations(context: Context): Pick<Store, 'claimEvent' | 'confirmEvent'> {
	/** The state of an event, if it has not expired. */
	function current(scope: string, id: string): EventRow | null {
		const row = context.journal.all<EventRow>(
			'SELECT lineage, expires_at FROM events WHERE scope = ? AND id = ?',
			scope,
			id,
		)[0];
		return row && row.expires_at > context.now ? row : null;
	}

	function keep(scope: string, id: string, lineage: string | null, forMs: number): void {
		const sql = 'INSERT OR REPLACE INTO events (scope, id, lineage, expires_at) VALUES (?, ?, ?, ?)';
		context.journal.write(sql, scope, id, lineage, context.now + forMs);
	}

	return {
		claimEvent(scope, id, { claimMs }) {
			const event = current(scope, id);
			if (event && event.lineage !== null) return 'confirmed';
			if (event && holdsClaim(event.expires_at, context.now, claimMs)) return 'open';
			keep(scope, id, null, claimMs);
			return 'claimed';
		},

		confirmEvent(scope, id, lineage, { keepMs }) {
			const event = current(scope, id);
			if (event && event.lineage !== null && event.lineage !== lineage) return false;
			keep(scope, id, lineage, keepMs);
			return true;
		},
	};
}
