import type { IBinaryData, IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Lineage } from '../../images/lineage';
import { ImageError } from '../../model/errors';
import type { Image, Job } from '../../model/job';
import { downloadPicture } from '../pictures/downloadFile';
import type { PictureHosts } from '../pictures/downloads';
import { fileOf, inputFile, type InputFile } from '../pictures/inputFile';
import { binaryName, fieldOfImage, snapshotOf } from '../items/items';
import { namesIn } from '../parameters/parameters';

/** An image of an item, in its binary data or at a URL. */
export interface Source {
	/** The binary field that contains it, or will contain it. */
	field: string;
	/** Index among the item's images. */
	index: number;
	lineage: Lineage;
	/** The entry of `images` about it; undefined if the item has none. */
	image: Image | undefined;
	/** The file. If the item has only its URL, the file is downloaded first. */
	file: () => Promise<StoredFile>;
}

/** A file in n8n's binary store. */
export interface StoredFile extends InputFile {
	data: IBinaryData;
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
	const fieldOf = fieldsOf(images, binary);
	const imageIn = (field: string) => images.find((image) => fieldOf(image) === field);
	if (named.length > 0)
		return named.map((field, index) => ({
			field,
			index,
			image: imageIn(field),
			lineage: seedOf(imageIn(field)),
			file: async () => {
				const file = inputFile(context, itemIndex, field);
				return { ...file, data: binary[field] as IBinaryData };
			},
		}));

	const present = Object.entries(binary)
		.filter(([, { mimeType }]) => mimeType.startsWith('image/'))
		.map(([field, data]) => ({
			field,
			image: imageIn(field),
			file: async () => storedFile(context, data, field),
		}));
	const missing = images.filter(
		(image) => image.url !== null && !present.some(({ field }) => field === fieldOf(image)),
	);
	const fetched = missing.map((image) => ({
		field: fieldOf(image),
		image,
		file: async () =>
			storedFile(
				context,
				(await downloadPicture(context, image.url ?? '', { config: hosts }, signal)).data,
				image.fileName,
			),
	}));
	const all = [...present, ...fetched].map(
		({ field, image, file }, index): Source => ({ field, index, image, lineage: seedOf(image), file }),
	);
	if (all.length > 0) return all;
	throw new ImageError('invalidRequest', {
		message: 'The item has no image',
		hint: 'Connect a node that gives images, or name the binary fields that hold them',
		delivery: 'notSent',
	});
}

const storedFile = (context: IExecuteFunctions, data: IBinaryData, name: string): StoredFile => ({
	...fileOf(context, data, name),
	data,
});

/**
 * The binary field of an image: the one with its index, except in an item with one image (*One Item per Image*), which
 * has it always in the first field.
 */
export function fieldsOf(
	images: readonly Image[],
	binary: IBinaryKeyData,
): (image: Pick<Image, 'index' | 'fileName'>) => string {
	return (image) =>
		fieldOfImage(binary, image) ??
		(images.length === 1 ? fieldOfImage(binary, { ...image, index: 0 }) : undefined) ??
		binaryName(image.index);
}

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
