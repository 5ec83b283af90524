import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobStatus } from '../../model/job.ts';
import type { Claimant, NewRecord, Origin, PaidRequest, RecordState, StoredSnapshot } from '../record.ts';

/** A new empty folder. */
export function newFolder(): string {
	return mkdtempSync(join(tmpdir(), 'memory-'));
}

export const origin: Origin = {
	workflowId: 'workflow',
	workflowName: 'Foxes',
	nodeId: 'node',
	nodeName: 'Image Generate',
	executionId: '7',
	runIndex: 0,
	itemIndex: 0,
	mode: 'manual',
};

export const sentRequest: PaidRequest = { part: 0, outcome: 'sent', sentAt: 1000, providerId: null };

/** Who requests a job; everything that differs between items follows from its name. */
export function claimant(name: string, changes: Partial<Claimant> = {}): Claimant {
	return {
		key: `key of ${name}`,
		baseKey: `base key of ${name}`,
		attempt: 0,
		lineage: 'lineage',
		rootExecutionId: '7',
		origin,
		day: '2026-05-01',
		...changes,
	};
}

/** A record as it is begun. The name is its ref. */
export function newRecord(name: string, changes: Partial<NewRecord> = {}): NewRecord {
	return {
		...claimant(name),
		ref: name.padEnd(12, '0'),
		wireKey: `key of ${name}`,
		request: 'request',
		model: 'fox-1',
		endpoint: { provider: 'imageSaas', name: 'Main', digest: 'endpoint', credentialId: 'credential' },
		cost: { images: 1, usd: 0.25 },
		requests: [sentRequest],
		...changes,
	};
}

/** A provider's answer about a job. */
export function snapshot(status: JobStatus = 'succeeded', id: string | null = 'job-1'): StoredSnapshot {
	return {
		job: {
			provider: 'imageSaas',
			id,
			status,
			progress: null,
			total: 1,
			completed: null,
			error: null,
			idempotencyKey: null,
			createdAt: null,
			updatedAt: null,
		},
		images: [
			{
				index: 0,
				url: 'https://example.com/fox.png',
				fileName: 'fox.png',
				mimeType: 'image/png',
				width: null,
				height: null,
				bytes: null,
				seed: null,
			},
		],
	};
}

export const ended = (status: JobStatus = 'succeeded', id: string | null = 'job-1'): RecordState => ({
	state: 'ended',
	snapshot: snapshot(status, id),
});
export const accepted = (id: string | null = 'job-1'): RecordState => ({
	state: 'accepted',
	snapshot: snapshot('running', id),
});

const error = {
	code: 'network',
	message: 'The connection was reset.',
	hint: null,
	retryable: true,
	httpStatus: null,
} as const;
export const unknown: RecordState = { state: 'unknown', error };
export const notAccepted: RecordState = { state: 'notAccepted', error };

/** The credential of `newRecord`. */
export const credentialIds = ['credential'];
