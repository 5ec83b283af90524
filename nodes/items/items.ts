import { createHash } from 'node:crypto';
import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { type Difference, differencesOf } from '../../images/compare';
import type { JobError } from '../../model/errors';
import { refFrom } from '../../model/jobRef';
import {
	type DeliveredImage,
	type Image,
	isTerminal,
	type Job,
	type JobSnapshot,
	jobStatuses,
	type Usage,
} from '../../model/job';
import { readBack } from '../../model/request';
import { providers } from '../../providers/registry';

/** Binary field of an image. */
export const binaryName = (index: number) => `image_${index}`;

export interface ItemParts {
	snapshot: JobSnapshot;
	/** What was asked, in plain JSON. */
	request: Record<string, unknown>;
	binary?: IBinaryKeyData | undefined;
	/** Index of the input item this one comes from. */
	itemIndex: number;
	/** What was found while the pictures were fetched. */
	differences?: readonly Difference[] | undefined;
	/** Adds the provider's own answer; the API plane has struck the secrets out of it. */
	includeRaw?: boolean | undefined;
}

/**
 * The one shape every verb gives: `{ job, images, request, differences }`, with the pictures as binary data; `usage`
 * from a provider that tells.
 */
export function toItem({
	snapshot,
	request,
	binary,
	itemIndex,
	differences = [],
	includeRaw,
}: ItemParts): INodeExecutionData {
	const images = snapshot.images.map(withoutBytes);
	const job = { ...snapshot.job, ref: snapshot.job.ref ?? refOfStranger(snapshot.job) };
	return {
		json: {
			job,
			images,
			request,
			differences: [...differencesFromRequest(snapshot, request), ...differences],
			...(snapshot.usage ? { usage: snapshot.usage } : {}),
			...(includeRaw ? { raw: snapshot.raw } : {}),
		} as unknown as IDataObject,
		...(binary && Object.keys(binary).length > 0 ? { binary } : {}),
		pairedItem: { item: itemIndex },
	};
}

/** The name of a job that the journal does not know: the same wherever it turns up. */
function refOfStranger({ provider, id, createdAt, idempotencyKey }: Job): string {
	return refFrom(
		createHash('sha256')
			.update(JSON.stringify([provider, id ?? [createdAt, idempotencyKey]]))
			.digest(),
	);
}

/** What was asked beside what came, once the job has given all it gives. */
function differencesFromRequest({ job, images }: JobSnapshot, described: Record<string, unknown>): Difference[] {
	if (job.status !== 'succeeded' && job.status !== 'partial') return [];
	const { count, ...request } = readBack(described);
	const provider = providers.find(({ id }) => id === job.provider);
	const { aspectRatio = null, resolution = null } = request;
	return differencesOf(
		{ count: count ?? job.total, size: provider?.expectedSize?.(request) ?? null, aspectRatio, resolution },
		images,
	);
}

/** The differences an item says of its pictures' types; those are seen only when a picture is fetched. */
export function typeDifferencesOf(json: IDataObject): Difference[] {
	const { differences } = json;
	return Array.isArray(differences)
		? (differences as unknown as Difference[]).filter(
				(entry) => typeof entry === 'object' && entry.field === 'type',
			)
		: [];
}

/** One item an image, its picture always in `image_0`; an item without images stays as it is. */
export function splitImages(item: INodeExecutionData): INodeExecutionData[] {
	const images = item.json['images'] as unknown as Image[];
	const differences = item.json['differences'] as unknown as Difference[];
	if (images.length === 0) return [item];
	return images.map((image) => {
		const picture = item.binary?.[binaryName(image.index)];
		const own = differences.filter((difference) => difference.image === null || difference.image === image.index);
		return {
			json: {
				...item.json,
				images: [image] as unknown as IDataObject[],
				differences: own as unknown as IDataObject[],
			},
			pairedItem: item.pairedItem ?? 0,
			...(picture ? { binary: { [binaryName(0)]: picture } } : {}),
		};
	});
}

/** What an incoming item knows of its job already, or undefined where it is not of our shape. */
export function snapshotOf(json: IDataObject): JobSnapshot | undefined {
	const { job, images, usage } = json as { job?: Partial<Job> | null; images?: unknown; usage?: unknown };
	if (
		typeof job !== 'object' ||
		job === null ||
		typeof job.provider !== 'string' ||
		!jobStatuses.some((status) => status === job.status)
	)
		return undefined;
	const id: unknown = job.id;
	const known: Job = { ...blankJob(job.provider), ...job, id: isId(id) ? String(id) : null };
	return {
		job: known,
		images: Array.isArray(images) ? images.filter(isImage) : [],
		raw: null,
		...(typeof usage === 'object' && usage !== null ? { usage: usage as Usage } : {}),
	};
}

/** A job of which nothing is known but its provider. */
export function blankJob(provider: string): Job {
	return {
		provider,
		id: null,
		status: 'queued',
		progress: null,
		total: null,
		completed: null,
		error: null,
		idempotencyKey: null,
		createdAt: null,
		updatedAt: null,
	};
}

/** A request that made no job. */
export function jobNotMade(
	provider: string,
	total: number | null,
	error: JobError,
	idempotencyKey: string | null,
): JobSnapshot {
	return {
		job: { ...blankJob(provider), status: 'failed', total, completed: 0, error, idempotencyKey },
		images: [],
		raw: null,
	};
}

/** The job with a later problem noted on it; its status stays what the provider said. */
export function withError(snapshot: JobSnapshot, error: JobError): JobSnapshot {
	return { ...snapshot, job: { ...snapshot.job, error } };
}

/** Whether an item needs somebody's attention: its job failed, or its pictures could not be fetched. */
export function isFailure({ job }: JobSnapshot): boolean {
	if (!isTerminal(job.status)) return false;
	return job.status === 'failed' || job.status === 'canceled' || (job.status === 'succeeded' && job.error !== null);
}

/** Somebody's expression may have made a number of it. */
function isId(value: unknown): value is string | number {
	return typeof value === 'string' || typeof value === 'number';
}

function isImage(value: unknown): value is DeliveredImage {
	return (
		typeof value === 'object' &&
		value !== null &&
		typeof (value as Partial<Image>).index === 'number' &&
		typeof (value as Partial<Image>).fileName === 'string'
	);
}

/** An image without what came inside the answer, once that is in the binary store. */
export function withoutBytes(image: DeliveredImage): Image {
	const { index, url, fileName, mimeType, width, height, bytes, seed } = image;
	return { index, url, fileName, mimeType, width, height, bytes, seed };
}
