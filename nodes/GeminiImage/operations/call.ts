import type { GeminiSession } from '../../../providers/gemini/adapter';
import type { JobSnapshot } from '../../../model/job';
import type { OperationCall } from '../../operations/operation';
import type { Fetched } from '../../pictures/pictures';

export type Call = OperationCall<GeminiSession>;

/** The model and the size for one request or several. If a text is empty, the model decides. */
export interface ImageSettings {
	model: string;
	aspectRatio?: string;
	resolution?: string;
}

export function imageSettings(model: string, aspectRatio = '', resolution = ''): ImageSettings {
	return { model, ...(aspectRatio ? { aspectRatio } : {}), ...(resolution ? { resolution } : {}) };
}

/**
 * The images of a result as binary data. Images inside the answer are always included, the others only if they are
 * wanted.
 */
export async function fetchImages(
	{ context, endpoint, signal }: Call,
	snapshot: JobSnapshot,
	isWanted: boolean,
): Promise<Pick<Fetched, 'snapshot' | 'binary'>> {
	const hasBytes = snapshot.images.some((image) => image.inline);
	if (snapshot.images.length === 0 || !(hasBytes || isWanted)) return { snapshot, binary: {} };
	const { picturesOf } = await import('../../pictures/pictures');
	return await picturesOf(context, signal).fetch(snapshot, endpoint);
}
