import { jobError } from '../../model/errors';
import { countedImages } from '../../model/imageCount';
import type { JobSnapshot } from '../../model/job';
import { isoTime } from '../lenient';
import { fileUrl, generatedFileUrl } from './files';
import { toSnapshot } from './mapping';
import { imageAt } from './taskState';
import type { BatchSummary } from './wire';

/** The job of a row that contains everything: the job has one image, and the image is ready. Otherwise null. */
export function fromFinishedRow(row: BatchSummary, id: string, baseUrl: string, preview: boolean): JobSnapshot | null {
	const path = preview ? row.image_url : (row.relative_path ?? null);
	if (row.batch_size !== 1 || row.success_count !== 1 || !path) return null;
	const url = preview ? fileUrl(baseUrl, path) : generatedFileUrl(baseUrl, path);
	return toSnapshot({
		id,
		count: 1,
		states: [{ status: 'succeeded', progress: null, error: null, image: imageAt(url, row) }],
		createdAt: row.created_at ?? null,
		raw: row,
	});
}

/** The job of a row without any ended task: such a row contains everything. Otherwise null. */
export function fromUnfinishedRow(row: BatchSummary, id: string, count: number | null): JobSnapshot | null {
	return row.status === 'PENDING' && !row.success_count && !row.failed_count ? ofRunning(row, id, count) : null;
}

/** A batch from the list, by its counts. Only a poll returns its images. */
export function fromCounts(row: BatchSummary): JobSnapshot {
	const snapshot = ofRunning(row, row.task_id, null);
	const { total, completed } = snapshot.job;
	if (row.status === 'PENDING') return snapshot;
	const status = completed === 0 ? 'failed' : completed === total ? 'succeeded' : 'partial';
	const error =
		status === 'succeeded'
			? null
			: jobError('upstream', { message: countedImages(completed ?? 0, total), hint: null });
	return { ...snapshot, job: { ...snapshot.job, status, error } };
}

function ofRunning(row: BatchSummary, id: string, count: number | null): JobSnapshot {
	const completed = row.success_count ?? 0;
	const total = count ?? row.batch_size ?? null;
	return {
		job: {
			provider: 'zImage',
			id,
			status: 'running',
			progress: total ? Math.round((100 * completed) / total) : null,
			total,
			completed,
			error: null,
			idempotencyKey: null,
			createdAt: isoTime(row.created_at),
			updatedAt: null,
		},
		images: [],
		raw: row,
	};
}

/** What a row of the history reports of its request. */
export function requestOf(row: BatchSummary): Record<string, unknown> {
	const { prompt, width, height, batch_size: count, base_seed: seed } = row;
	return Object.fromEntries(
		Object.entries({ prompt, width, height, count, seed }).filter(
			([, value]) => typeof value === 'string' || typeof value === 'number',
		),
	);
}
