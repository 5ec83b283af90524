import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { unknownOutcome } from '../../jobs/submission/outcome';
import type { JobRecord } from '../../memory/record';
import { ImageError, type JobError } from '../../model/errors';
import { blankJob, type Job, type JobSnapshot } from '../../model/job';
import { providerById } from '../../providers/registry';
import { type ItemParts, toItem } from '../items/items';

/** A record as an item: the shape of all items of the pack, with further fields of the journal under `record`. */
export function jobItem(
	record: JobRecord,
	parts: Pick<ItemParts, 'itemIndex'> & Partial<ItemParts>,
): INodeExecutionData {
	const snapshot = parts.snapshot ?? snapshotOfRecord(record);
	const item = toItem({ request: {}, ...parts, snapshot: { ...snapshot, job: named(snapshot.job, record) } });
	return {
		...item,
		json: { ...item.json, ...(snapshot.output ? { output: snapshot.output } : {}), record: recordFields(record) },
	};
}

/** The last known state of a record's job. A job of unknown outcome counts as failed, and its hint says what to do. */
export function snapshotOfRecord(record: JobRecord): JobSnapshot {
	if (record.state === 'accepted' || record.state === 'ended') return { ...record.snapshot, raw: null };
	const { endpoint, wireKey, cost } = record;
	const job: Job = {
		...blankJob(endpoint.provider),
		idempotencyKey: wireKey,
		total: cost.images,
		createdAt: iso(record.createdAt),
		updatedAt: iso(record.updatedAt),
	};
	const error = errorOf(record);
	return { job: error ? { ...job, status: 'failed', completed: 0, error } : job, images: [], raw: null };
}

/** Whether the pack cannot tell if the job exists. This includes a request that a crash interrupted. */
export function isUnknown({ state, busy }: Pick<JobRecord, 'state' | 'busy'>): boolean {
	return state === 'unknown' || (state === 'sent' && !busy);
}

/** Whether a request that can cost money has an unknown outcome. */
export function isOpen({ outcome }: JobRecord['requests'][number]): boolean {
	return outcome === 'unknown' || outcome === 'sent';
}

/** The error of a record without a job; null while its request is under way. */
function errorOf(record: JobRecord & { state: 'sent' | 'unknown' | 'notAccepted' }): JobError | null {
	if (record.state === 'notAccepted') return record.error;
	if (record.state === 'unknown' && record.error.outcome === 'unknown') return record.error;
	if (!isUnknown(record)) return null;
	const message =
		record.state === 'sent'
			? 'n8n ended before the provider had answered'
			: 'The execution was stopped before the provider had answered';
	return unknownOutcome(
		new ImageError('timeout', { message }),
		providerById(record.endpoint.provider).capabilities.idempotency,
		record.wireKey,
	).toJobError();
}

/** The job with the fields that the provider does not report. */
function named(job: Job, { ref, endpoint, adoptedFrom }: JobRecord): Job {
	return { ...job, ref, endpoint: endpoint.name, ...(adoptedFrom === null ? {} : { adoptedFrom }) };
}

function recordFields(record: JobRecord): IDataObject {
	const { origin, cost, requests } = record;
	const { nodeId: _nodeId, ...shownOrigin } = origin;
	return {
		state: isUnknown(record) ? 'unknown' : shownState(record),
		busy: record.busy,
		delivered: record.deliveredAt !== null,
		deliveredAt: record.deliveredAt === null ? null : iso(record.deliveredAt),
		endpoint: record.endpoint.name,
		model: record.model,
		cost: { ...cost },
		requests: { sent: requests.length, unknown: record.busy ? 0 : requests.filter(isOpen).length },
		origin: { ...shownOrigin },
		day: record.day,
		createdAt: iso(record.createdAt),
		updatedAt: iso(record.updatedAt),
	};
}

/**
 * The state in the item. Items show `refused` for `notAccepted`: this was the first name of the state, and saved
 * workflows compare with it.
 */
function shownState({ state }: JobRecord): string {
	return state === 'notAccepted' ? 'refused' : state;
}

const iso = (ms: number) => new Date(ms).toISOString();
