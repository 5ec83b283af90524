import type { BudgetLimit } from './memory.ts';
import type { Cost, JobRecord, NewRecord, PaidRequest, RecordState, StoredSnapshot } from './record.ts';

/** The rules that all stores share. */

const day = 24 * 3600_000;

/**
 * Records that changed within this time are never pruned: budgets count the records of today, and time zones may differ
 * by a day.
 */
export const keepAlwaysMs = 2 * day;
/** How long a result file is kept by default. */
export const keepResultMs = day;
/** Maximum number of events that are kept. */
export const maxEvents = 1_000_000;
/** Learned values are dropped if they were not written for this time. */
export const keepLearnedMs = 90 * day;
/** Learned values that are kept; their names come from models and accounts, of which there may be any number. */
export const maxLearned = 20_000;

/** A claim that ends later than this after its longest time was made before the date was set back, in ms. */
const setBackMs = 60_000;

/** Whether an open claim still holds an event. @param claimMs the longest time of a claim */
export function holdsClaim(expiresAt: number, now: number, claimMs: number): boolean {
	return expiresAt > now && expiresAt <= now + claimMs + setBackMs;
}

/** Whether one more job passes a limit. The small tolerance keeps 0.1 + 0.2 within 0.3. */
export function exceeds(limit: BudgetLimit, spent: { images: number; usd: number }, cost: Cost): boolean {
	if (limit.images !== undefined && spent.images + cost.images > limit.images) return true;
	return limit.usd !== undefined && spent.usd + (cost.usd ?? 0) > limit.usd + 1e-9;
}

/** The provider's ids that a state and a list of requests name. */
export function providerIds(change: { state?: RecordState; requests?: readonly PaidRequest[] }): string[] {
	const ids = (change.requests ?? []).flatMap(({ providerId }) => providerId ?? []);
	if (change.state && 'snapshot' in change.state && change.state.snapshot.job.id !== null)
		ids.push(...namesOf(change.state.snapshot.job.id));
	return [...new Set(ids)];
}

/**
 * A job's id, and its id in the provider's list: adapters append the data they need after a `~`.
 */
function namesOf(jobId: string): string[] {
	const [own] = jobId.split('~', 1);
	return own ? [jobId, own] : [jobId];
}

/** Whether an id belongs to one of several requests of a job. */
export function isPart(requests: readonly PaidRequest[], id: string): boolean {
	const ids = new Set(requests.map(({ providerId }) => providerId).filter((providerId) => providerId !== null));
	return ids.size > 1 && ids.has(id);
}

/** Whether a snapshot is about the job that an accepted record holds, and shows how it ended. */
export function isEndOf(accepted: JobRecord, endpointDigest: string, end: StoredSnapshot): boolean {
	if (accepted.state !== 'accepted' || accepted.endpoint.digest !== endpointDigest) return false;
	const { id } = accepted.snapshot.job;
	return id === null || id === end.job.id;
}

/** Whether a job in this state has no result. */
export function isFailed(state: RecordState): boolean {
	return 'snapshot' in state && (state.snapshot.job.status === 'failed' || state.snapshot.job.status === 'canceled');
}

/** Whether a job in this state has all requested images. */
export function isSuccess(state: RecordState): boolean {
	return state.state === 'ended' && state.snapshot.job.status === 'succeeded';
}

/** Whether a record may be adopted by another attempt of the same node; delivered or not. */
export function isAdoptable(record: JobRecord, node: { workflowId: string; nodeId: string }): boolean {
	const { workflowId, nodeId } = record.origin;
	return (
		workflowId === node.workflowId && nodeId === node.nodeId && record.state !== 'notAccepted' && !isFailed(record)
	);
}

/**
 * The user may settle a record if its outcome is unknown, or if it was abandoned during its request.
 */
export function canSettle(record: JobRecord): boolean {
	return !record.busy && (record.state === 'unknown' || record.state === 'sent');
}

/** Whether a record counts as having an unknown outcome. A `sent` record without a node run was left by a crash. */
export function isUnknown(record: JobRecord): boolean {
	return record.state === 'unknown' || (record.state === 'sent' && !record.busy);
}

/** A record as it is begun: held and busy by this process. */
export function begunRecord(record: NewRecord, at: number): JobRecord {
	return {
		...record,
		state: 'sent',
		createdAt: at,
		updatedAt: at,
		adoptedFrom: null,
		deliveredAt: null,
		held: 'mine',
		busy: true,
	};
}
