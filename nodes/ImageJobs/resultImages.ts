import { Readable } from 'node:stream';
import type { IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { ImageError } from '../../model/errors';
import { safeFileName } from '../../model/fileName';
import { type DeliveredImage, isTerminal, type JobSnapshot } from '../../model/job';
import { binaryName } from '../items/items';
import { withError } from '../items/snapshots';
import type { Fetched, Pictures } from '../pictures/pictures';

export interface Source {
	context: IExecuteFunctions;
	pictures: Pictures;
	endpoint: Endpoint;
	itemIndex: number;
	/** Whether images are downloaded. Images that were inside the answer are always included. */
	isWanted: boolean;
	maxMegabytes: number | undefined;
}

export interface Result extends Fetched {
	/** The job has ended, and the item has all of its images that still exist. */
	isComplete: boolean;
}

/** Adds the images of a job to the item as binary data. If an operation returned files, these are added too. */
export async function withImages(
	{ context, pictures, endpoint, itemIndex, isWanted, maxMegabytes }: Source,
	given: JobSnapshot,
): Promise<Result> {
	const files = given.output ? given.images.filter(isFile) : [];
	const snapshot = { ...given, images: given.images.filter((image) => !files.includes(image)) };
	const { images } = snapshot;
	const isEnded = isTerminal(snapshot.job.status);
	const binary: IBinaryKeyData = {};
	for (const { inline, fileName, mimeType } of files)
		if (inline)
			binary['data'] = await context.helpers.prepareBinaryData(
				Readable.from([inline]),
				safeFileName(fileName, 'file'),
				mimeType ?? undefined,
			);
	if (!isEnded || !(isWanted || images.some(({ inline }) => inline)))
		return { snapshot, binary, differences: [], isComplete: isEnded && images.every(({ url }) => url !== null) };

	const have = context.getInputData()[itemIndex]?.binary;
	const fetched = await pictures.fetch(snapshot, endpoint, { have, maxMegabytes });
	const missing = fetched.snapshot.images.filter(({ index }) => fetched.binary[binaryName(index)] === undefined);
	const gone = missing.find(({ url }) => url === null);
	return {
		...fetched,
		snapshot: gone ? withError(fetched.snapshot, notKept(gone)) : fetched.snapshot,
		binary: { ...binary, ...fetched.binary },
		isComplete: missing.length === 0,
	};
}

/** A file that is not an image keeps its bytes and gets the field name that provider nodes use. */
function isFile({ mimeType }: DeliveredImage): boolean {
	return mimeType !== null && !mimeType.startsWith('image/');
}

function notKept({ index }: DeliveredImage) {
	return new ImageError('notFound', {
		message: `Image ${index} is no longer kept`,
		hint: "Images inside the provider's answer are kept for one day. Generate the image again",
		delivery: 'notSent',
	}).toJobError();
}
