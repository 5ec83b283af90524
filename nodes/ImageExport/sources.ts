import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Lineage } from '../../images/lineage';
import { ImageError } from '../../model/errors';
import type { Image, Job } from '../../model/job';
import { downloadPicture } from '../pictures/downloadFile';
import type { PictureHosts } from '../pictures/downloads';
import { fileOf, inputFile, type InputFile } from '../pictures/inputFile';
import { binaryName, snapshotOf } from '../items/items';
import { namesIn } from '../parameters/parameters';

/** An image of an item, in its binary data or at a URL. */
export interface Source {
	/** The binary field that contains it, or will contain it. */
	field: string;
	/** Index among the item's images. */
	index: number;
	lineage: Lineage;
	/** The file. If the item has only its URL, the file is downloaded first. */
	file: () => Promise<InputFile>;
}

export interface SourceOptions {
	/** The endpoint whose hosts are allowed for downloads. */
	hosts: PictureHosts;
	signal: AbortSignal | undefined;
}

/**
 * The images of an item: those of the named binary fields. If no field is named: all images in its binary data and the
 * images in `images` that were not downloaded. Throws `invalidRequest` if there are none or a named field is missing.
 */
export function sourcesOf(context: IExecuteFunctions, itemIndex: number, { hosts, signal }: SourceOptions): Source[] {
	const { json = {}, binary = {} } = context.getInputData()[itemIndex] ?? {};
	const named = namesIn(context.getNodeParameter('binaryFields', itemIndex, ''));
	const lineage = lineageOf(json);
	const images = snapshotOf(json)?.images ?? [];
	const seedOf = (image: Image | undefined) => ({ ...lineage, seed: image?.seed ?? lineage.seed });
	if (named.length > 0)
		return named.map((field, index) => ({
			field,
			index,
			lineage: seedOf(images.find((image) => binaryName(image.index) === field)),
			file: () => Promise.resolve(inputFile(context, itemIndex, field)),
		}));

	const present = Object.entries(binary)
		.filter(([, { mimeType }]) => mimeType.startsWith('image/'))
		.map(([field, data]) => ({
			field,
			image: images.find(({ index }) => binaryName(index) === field),
			file: inBinary(context, data, field),
		}));
	const missing = images.filter(
		({ index, url }) => url !== null && !present.some(({ field }) => field === binaryName(index)),
	);
	const fetched = missing.map((image) => ({
		field: binaryName(image.index),
		image,
		file: async () =>
			fileOf(
				context,
				(await downloadPicture(context, image.url ?? '', { config: hosts }, signal)).data,
				image.fileName,
			),
	}));
	const all = [...present, ...fetched].map(
		({ field, image, file }, index): Source => ({ field, index, lineage: seedOf(image), file }),
	);
	if (all.length > 0) return all;
	throw new ImageError('invalidRequest', {
		message: 'The item has no image',
		hint: 'Connect a node that gives images, or name the binary fields that hold them',
		delivery: 'notSent',
	});
}

const inBinary = (context: IExecuteFunctions, data: IBinaryData, field: string) => () =>
	Promise.resolve(fileOf(context, data, field));

/** The origin of an item's images. An item of another shape gives only prompt, seed and model. */
export function lineageOf(json: IDataObject): Lineage {
	const job = (snapshotOf(json)?.job ?? {}) as Partial<Job>;
	const request = (
		typeof json['request'] === 'object' && json['request'] !== null ? json['request'] : json
	) as IDataObject;
	const usage = (typeof json['usage'] === 'object' && json['usage'] !== null ? json['usage'] : {}) as IDataObject;
	const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
	return {
		prompt: text(request['prompt']),
		negativePrompt: text(request['negativePrompt']),
		seed: typeof request['seed'] === 'number' ? request['seed'] : null,
		model: text(request['model']) ?? text(usage['model']),
		provider: job.provider ?? null,
		jobId: job.id ?? null,
	};
}
