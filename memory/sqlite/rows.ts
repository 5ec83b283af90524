import type { JobError } from '../../model/errors.ts';
import type { JobRecord, Origin, PaidRequest, RecordState, StoredSnapshot } from '../record.ts';

/** A row of the table `jobs`, as far as a record is made of it. */
export interface JobRow {
	ref: string;
	key: string;
	base_key: string;
	attempt: number;
	wire_key: string;
	lineage: string;
	root_execution_id: string;
	origin: string;
	request: string;
	model: string | null;
	provider: string;
	endpoint: string;
	endpoint_name: string;
	credential_id: string;
	day: string;
	images: number;
	usd: number | null;
	state: RecordState['state'];
	detail: string | null;
	requests: string;
	created_at: number;
	updated_at: number;
	delivered_at: number | null;
	adopted_from: string | null;
	owner: string | null;
	busy: number;
}

/** The columns of a `JobRow`. */
export const jobColumns = [
	'ref, key, base_key, attempt, wire_key, lineage, root_execution_id, origin, request, model',
	'provider, endpoint, endpoint_name, credential_id, day, images, usd, state, detail, requests',
	'created_at, updated_at, delivered_at, adopted_from, owner, busy',
].join(', ');

/** @param held who holds the record now; the row has only an id */
export function recordOf(row: JobRow, held: JobRecord['held']): JobRecord {
	return {
		ref: row.ref,
		key: row.key,
		baseKey: row.base_key,
		attempt: row.attempt,
		wireKey: row.wire_key,
		lineage: row.lineage,
		rootExecutionId: row.root_execution_id,
		origin: parse(row.origin) as Origin,
		request: row.request,
		model: row.model,
		endpoint: {
			provider: row.provider,
			name: row.endpoint_name,
			digest: row.endpoint,
			credentialId: row.credential_id,
		},
		cost: { images: row.images, usd: row.usd },
		day: row.day,
		...stateOf(row),
		requests: parse(row.requests) as PaidRequest[],
		createdAt: row.created_at,
		updatedAt: row.updated_at,
		adoptedFrom: row.adopted_from,
		deliveredAt: row.delivered_at,
		held,
		// If the process has died, its node run does not work on the job any more.
		busy: row.busy === 1 && held !== 'free',
	};
}

/** The data of a state besides its name, as JSON. */
export function detailOf(state: RecordState): string | null {
	if ('snapshot' in state) return JSON.stringify(state.snapshot);
	return 'error' in state ? JSON.stringify(state.error) : null;
}

function stateOf({ state, detail }: JobRow): RecordState {
	switch (state) {
		case 'sent':
			return { state };
		case 'unknown':
		case 'notAccepted':
			return { state, error: parse(detail) as JobError };
		case 'accepted':
		case 'ended':
			return { state, snapshot: parse(detail) as StoredSnapshot };
	}
}

/** JSON that this store wrote itself. */
function parse(text: string | null): unknown {
	return JSON.parse(text ?? 'null');
}
