import { jobError } from '../../model/errors';
import type { DeliveredImage, Job, JobSnapshot, JobStatus } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { fileNameOf } from '../../model/imageName';
import { isoTime } from '../lenient';
import { toJobError } from './errors';
import type { JobAnswer, ListedJob, SubmitBody, WebhookPayload } from './wire';

const statuses: Record<string, JobStatus> = {
	QUEUED: 'queued',
	RUNNING: 'running',
	RETRYING: 'retrying',
	SUCCEEDED: 'succeeded',
	FAILED: 'failed',
	CANCELED: 'canceled',
};

/** A job with an unknown word counts as running: it is polled until its deadline. */
export function toStatus(word: string): JobStatus {
	return statuses[word.toUpperCase()] ?? 'running';
}

/** The request in the document's fields, without fields that were not requested. */
export function toSubmitBody(request: ImageRequest): SubmitBody {
	const [reference] = request.references ?? [];
	const mode = request.extras?.['mode'];
	return {
		prompt: request.prompt,
		...(typeof mode === 'string' ? { mode } : {}),
		...(reference?.kind === 'url' ? { inputImageUrl: reference.url } : {}),
		...(request.resolution === undefined ? {} : { resolution: request.resolution }),
		...(request.aspectRatio === undefined ? {} : { aspectRatio: request.aspectRatio }),
		...(request.count === 1 ? {} : { sampleCount: request.count }),
	};
}

export function fromJob(answer: JobAnswer): JobSnapshot {
	return snapshot(answer, {
		id: answer.jobId,
		status: answer.status,
		urls: answer.resultUrls,
		failure: answer.error ?? null,
		createdAt: answer.createdAt,
		updatedAt: answer.updatedAt,
	});
}

export function fromListedJob(row: ListedJob): JobSnapshot {
	const failure = row.errorCode || row.errorMessage ? { code: row.errorCode, message: row.errorMessage } : null;
	return snapshot(row, {
		id: row.id,
		status: row.status,
		urls: row.resultUrls,
		failure,
		createdAt: row.createdAt,
		updatedAt: row.updatedAt,
	});
}

export function fromWebhook(payload: WebhookPayload): JobSnapshot {
	const updatedAt = payload.timestamp == null ? null : isoTime(payload.timestamp);
	return snapshot(payload, {
		id: payload.jobId,
		status: payload.status,
		urls: payload.resultUrls,
		failure: payload.error ?? null,
		createdAt: null,
		updatedAt,
	});
}

/** What a row of the list reports of its request. */
export function requestOf(raw: unknown): Record<string, unknown> {
	const { prompt, mode } = raw as { prompt?: unknown; mode?: unknown };
	return { ...(typeof prompt === 'string' ? { prompt } : {}), ...(typeof mode === 'string' ? { mode } : {}) };
}

interface Parts {
	id: string;
	status: string;
	urls: string[];
	failure: string | { code?: string | null | undefined; message?: string | null | undefined } | null;
	createdAt: string | null | undefined;
	updatedAt: string | null | undefined;
}

function snapshot(raw: unknown, parts: Parts): JobSnapshot {
	const status = toStatus(parts.status);
	// The list fills resultUrls while the job still runs, so they are complete only when it has succeeded.
	const images = status === 'succeeded' ? parts.urls.map(toImage) : [];
	const job: Job = {
		provider: 'imageSaas',
		id: parts.id,
		status,
		progress: status === 'succeeded' ? 100 : null,
		total: null,
		completed: status === 'succeeded' ? images.length : null,
		error:
			status === 'failed'
				? failureOf(parts.failure)
				: status === 'canceled'
					? jobError('canceled', { message: 'The job was canceled', hint: null })
					: null,
		idempotencyKey: null,
		createdAt: isoTime(parts.createdAt),
		updatedAt: isoTime(parts.updatedAt),
	};
	return { job, images, raw };
}

function failureOf(failure: Parts['failure']) {
	return typeof failure === 'string' ? toJobError(null, failure) : toJobError(failure?.code, failure?.message);
}

function toImage(url: string, index: number): DeliveredImage {
	return {
		index,
		url,
		fileName: fileNameOf(url, index),
		mimeType: null,
		width: null,
		height: null,
		bytes: null,
		seed: null,
	};
}
