import type { Memory } from '../../memory/memory';
import type { StoredSnapshot } from '../../memory/record';
import { outcomeOf } from '../../model/errors';
import type { DeliveredImage, Image, JobSnapshot } from '../../model/job';

/**
 * A snapshot as the journal keeps it: without the provider's raw answer, and with the images that came inside the
 * answer as result files. If such a file cannot be written, the image is not marked as stored; the caller has its
 * bytes.
 */
export async function keepResult(
	memory: Memory,
	ref: string,
	{ job, images, usage, output }: JobSnapshot,
): Promise<StoredSnapshot> {
	const kept = await Promise.all(
		images.map(async (image): Promise<StoredSnapshot['images'][number]> => {
			const { inline, ...plain } = image;
			if (!inline) return plain;
			const put = await outcomeOf(memory.results.put(ref, image.index, inline));
			return put.ok ? { ...plain, stored: true } : plain;
		}),
	);
	return { job, images: kept, ...(usage ? { usage } : {}), ...(output ? { output: withoutRaw(output) } : {}) };
}

/** The provider's own answer may be of any size. */
function withoutRaw({ raw: _raw, ...output }: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return output;
}

/** The snapshot of a record, with the images that came inside the answer, as far as they are still available. */
export async function restoreResult(
	memory: Memory,
	ref: string,
	{ job, images, usage, output }: StoredSnapshot,
): Promise<JobSnapshot> {
	const restored = await Promise.all(
		images.map(async ({ stored, ...image }): Promise<DeliveredImage> => {
			const inline = stored ? await memory.results.get(ref, image.index) : null;
			return inline ? { ...image, inline } : (image satisfies Image);
		}),
	);
	return { job, images: restored, raw: null, ...(usage ? { usage } : {}), ...(output ? { output } : {}) };
}

/** Whether every image of a stored snapshot is still available: by its URL, or from its file. */
export async function isStillToBeHad(memory: Memory, ref: string, { images }: StoredSnapshot): Promise<boolean> {
	const had = await Promise.all(
		images.map(
			async ({ url, stored, index }) =>
				url !== null || (stored === true && (await memory.results.get(ref, index)) !== null),
		),
	);
	return images.length > 0 && had.every(Boolean);
}
