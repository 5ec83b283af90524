import { createHash } from 'node:crypto';
import type { IBinaryData, IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { type Difference, differencesOf, isFoundWhenFetched } from '../../images/compare';
import { withMaxImages } from '../../model/imageCount';
import { imageName } from '../../model/imageName';
import { refFrom } from '../../model/jobRef';
import {
	blankJob,
	type DeliveredImage,
	type Image,
	type Job,
	type JobSnapshot,
	jobStatuses,
	type Usage,
} from '../../model/job';
import { readBack } from '../../model/request';
import { providers } from '../../providers/registry';
import { carriedLink, type LinkFields, linkFields, type Links } from './links';
import { rawForItem } from './raw';

/** Binary field of an image. */
export const binaryName = imageName;

export interface ItemParts {
	snapshot: JobSnapshot;
	/** The request in plain JSON. */
	request: Record<string, unknown>;
	binary?: IBinaryKeyData | undefined;
	/** Index of the input item from which this item comes. */
	itemIndex: number;
	/** Differences found while the pictures were fetched. */
	differences?: readonly Difference[] | undefined;
	/** Whether the item includes the provider's own answer. The API plane has removed the secrets from it. */
	includeRaw?: boolean | undefined;
	/** How its images get their links. If it is left out, they keep those of the incoming item. */
	links?: Links | undefined;
}

/**
 * The shape of all items: `{ job, images, request, differences }`, with the pictures as binary data, and `usage` if the
 * provider reports it.
 */
export function toItem({
	snapshot: reported,
	request,
	binary,
	itemIndex,
	differences = [],
	includeRaw,
	links,
}: ItemParts): INodeExecutionData {
	const snapshot = withMaxImages(reported);
	const images = linked(snapshot, links);
	const job = { ...snapshot.job, ref: snapshot.job.ref ?? refOfUnrecorded(snapshot.job) };
	return {
		json: {
			job,
			images,
			request,
			differences: [...differencesFromRequest(snapshot, request), ...differences],
			...(snapshot.usage ? { usage: snapshot.usage } : {}),
			...(includeRaw ? { raw: rawForItem(snapshot.raw) } : {}),
		} as unknown as IDataObject,
		...(binary && Object.keys(binary).length > 0 ? { binary } : {}),
		pairedItem: { item: itemIndex },
	};
}

/** The images of an item, without bytes and with their links. */
export function linked({ images, job }: JobSnapshot, links?: Links): Array<Image & LinkFields> {
	return images.map((image) => ({ ...withoutBytes(image), ...(links ? linkFields(image, job, links) : {}) }));
}

/** The ref of a job that is not in the journal: the same in every item about it. */
function refOfUnrecorded({ provider, id, createdAt, idempotencyKey }: Job): string {
	return refFrom(
		createHash('sha256')
			.update(JSON.stringify([provider, id ?? [createdAt, idempotencyKey]]))
			.digest(),
	);
}

/** The differences between images and request, for a job that has ended with images. */
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

/** The differences that an item already has and that can be found only while an image is fetched. */
export function fetchedDifferencesOf(json: IDataObject): Difference[] {
	const { differences } = json;
	return Array.isArray(differences)
		? (differences as unknown as Difference[]).filter(
				(entry) => typeof entry === 'object' && isFoundWhenFetched(entry),
			)
		: [];
}

/**
 * The binary field of an image in an item, under its own name or under the name that another node gave it; undefined if
 * the item does not have it.
 * @param field what its own name begins with, instead of `image`
 */
export function fieldOfImage(
	binary: IBinaryKeyData,
	{ index, fileName }: Pick<Image, 'index' | 'fileName'>,
	field?: string,
): string | undefined {
	const name = binaryName(index, field);
	if (Object.hasOwn(binary, name)) return name;
	return Object.keys(binary).find((other) => other.endsWith(`_${index}`) && binary[other]?.fileName === fileName);
}

/** The file of an image in an item; undefined if the item does not have it. */
export function fileOfImage(
	binary: IBinaryKeyData,
	image: Pick<Image, 'index' | 'fileName'>,
	field?: string,
): IBinaryData | undefined {
	const name = fieldOfImage(binary, image, field);
	return name === undefined ? undefined : binary[name];
}

/**
 * One item per image, with its picture always in `image_0`. An item without images stays as it is.
 * @param field what the names of the binary fields begin with, instead of `image`
 */
export function splitImages(item: INodeExecutionData, field?: string): INodeExecutionData[] {
	const images = item.json['images'] as unknown as Image[];
	const differences = item.json['differences'] as unknown as Difference[];
	if (images.length === 0) return [item];
	return images.map((image) => {
		const picture = fileOfImage(item.binary ?? {}, image, field);
		const own = differences.filter((difference) => difference.image === null || difference.image === image.index);
		return {
			json: {
				...item.json,
				images: [image] as unknown as IDataObject[],
				differences: own as unknown as IDataObject[],
			},
			pairedItem: item.pairedItem ?? 0,
			...(picture ? { binary: { [binaryName(0, field)]: picture } } : {}),
		};
	});
}

/** The job of an incoming item; undefined if the item does not have the shape of our items. */
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

/** An ID may be a number, because an expression may return one. */
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

/** An image without the bytes that were inside the answer, for use after the bytes are in the binary store. */
export function withoutBytes(image: DeliveredImage & { link?: unknown; linkUntil?: unknown }): Image & LinkFields {
	const { index, url, fileName, mimeType, width, height, bytes, seed } = image;
	return { index, url, fileName, mimeType, width, height, bytes, seed, ...carriedLink(image) };
}

/** The request of an incoming item in plain JSON; empty if it has none. */
export function requestOf({ request }: IDataObject): Record<string, unknown> {
	return typeof request === 'object' && request !== null && !Array.isArray(request)
		? (request as Record<string, unknown>)
		: {};
}
