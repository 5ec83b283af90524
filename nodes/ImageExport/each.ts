import type { IBinaryData, IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { withExtension } from '../../images/fileName';
import { type Conversion, type Converted, convert } from '../../images/export/convert';
import type { OutputFormat } from '../../images/export/formats';
import { embedMetadata, findMetadata } from '../../images/metadata/metadata';
import { ImageError } from '../../model/errors';
import type { Image } from '../../model/job';
import { textParameter } from '../parameters/parameters';
import type { Exporter } from './exporter';
import { failedItems, reportFailures } from './outcomes';
import { fieldsOf, type Source } from './sources';

/** The changes to an item; they replace its own binary fields and JSON keys. */
interface Changes {
	binary: IBinaryKeyData;
	images: Map<string, Partial<Image>>;
	json: IDataObject;
}

type Work = (source: Source, itemIndex: number, changes: Changes) => Promise<void>;

/** The operations with one output item per input item. */
export const perItem: Readonly<Record<string, (exporter: Exporter) => Work>> = {
	convert: (exporter) => async (source, itemIndex, changes) => {
		const converted = await convert(await exporter.still(source), readConversion(exporter, itemIndex));
		const name = await nameOf(source, converted.extension);
		changes.binary[source.field] = await exporter.store(converted.data, name, converted.mimeType);
		changes.images.set(source.field, factsOf(converted, name));
	},
	thumbnail: (exporter) => async (source, itemIndex, changes) => {
		const { context } = exporter;
		const size = positive(context.getNodeParameter('size', itemIndex, 256), 'Size');
		const format = context.getNodeParameter('format', itemIndex, 'webp') as OutputFormat;
		const converted = await convert(await exporter.still(source), { ...plain, format, width: size, height: size });
		const field = `thumbnail_${source.index}`;
		const stored = await exporter.store(
			converted.data,
			await nameOf(source, converted.extension),
			converted.mimeType,
		);
		changes.binary[field] = stored;
		const { linkDays } = context.getNodeParameter('options', itemIndex, {}) as { linkDays?: number };
		if (linkDays === undefined) return;
		appendTo(changes.json, 'thumbnails', { image: source.index, field, ...linkTo(context, stored, linkDays) });
	},
	writeMetadata: (exporter) => async (source, itemIndex, changes) => {
		const still = await exporter.still(source);
		const { prompt, negativePrompt } = exporter.context.getNodeParameter('options', itemIndex, {}) as {
			prompt?: string;
			negativePrompt?: string;
		};
		const data = await embedMetadata(still, {
			...source.lineage,
			...(prompt ? { prompt } : {}),
			...(negativePrompt ? { negativePrompt } : {}),
		});
		changes.binary[source.field] = await exporter.store(
			data,
			await nameOf(source, still.facts.extension),
			still.facts.mimeType,
		);
		changes.images.set(source.field, { bytes: data.length });
	},
	readMetadata: (exporter) => async (source, _itemIndex, changes) => {
		const { settings, ...found } = await findMetadata(await exporter.still(source));
		appendTo(changes.json, 'metadata', { image: source.index, field: source.field, ...found, settings });
	},
};

function appendTo(json: IDataObject, key: string, entry: IDataObject): void {
	json[key] = [...((json[key] as IDataObject[] | undefined) ?? []), entry];
}

/** The address of a stored file; null if n8n keeps files in memory, where it cannot serve them. */
function linkTo({ helpers }: IExecuteFunctions, file: IBinaryData, days: number): { url: string | null } {
	const valid = positive(days, 'Link Days', 30);
	return { url: file.id === undefined ? null : helpers.createBinarySignedUrl(file, `${valid} days`) };
}

/** Runs an operation over all items. If an image of an item fails, the item stays unchanged and gets the error. */
export async function runPerItem(exporter: Exporter, work: Work): Promise<INodeExecutionData[]> {
	const { context } = exporter;
	const changed = new Map<number, Changes>();
	const failures = await exporter.each(async (source, itemIndex) => {
		const changes = changed.get(itemIndex) ?? { binary: {}, images: new Map(), json: {} };
		changed.set(itemIndex, changes);
		await work(source, itemIndex, changes);
	});
	reportFailures(context, failures);
	const failed = failedItems(context, failures);
	return context.getInputData().map(({ json, binary }, itemIndex) => {
		const failure = failed.find(({ pairedItem }) => (pairedItem as { item: number }).item === itemIndex);
		if (failure) return failure;
		const changes = changed.get(itemIndex);
		const images = json['images'];
		return {
			json: {
				...json,
				...changes?.json,
				...(Array.isArray(images)
					? {
							images: (images as unknown as Image[]).map((image) => ({
								...image,
								...changes?.images.get(fieldsOf(images as unknown as Image[], binary ?? {})(image)),
							})) as unknown as IDataObject[],
						}
					: {}),
			},
			binary: { ...binary, ...changes?.binary },
			pairedItem: { item: itemIndex },
		};
	});
}

const plain: Omit<Conversion, 'format' | 'width' | 'height'> = {
	quality: 80,
	fit: 'inside',
	enlarge: false,
	keepMetadata: false,
	background: '#ffffff',
};

function readConversion({ context }: Exporter, itemIndex: number): Conversion {
	const options = context.getNodeParameter('options', itemIndex, {}) as Partial<
		Pick<Conversion, 'fit' | 'enlarge' | 'keepMetadata' | 'background'>
	>;
	const side = (name: string, displayName: string) => {
		const value: unknown = context.getNodeParameter(name, itemIndex, 0);
		return value === 0 || value === '' || value === null ? null : positive(value, displayName);
	};
	const quality = Number(context.getNodeParameter('quality', itemIndex, 85));
	if (!(Number.isInteger(quality) && quality >= 1 && quality <= 100))
		throw invalidField(`Quality is ${quality}; a whole number from 1 to 100 is allowed`);
	return {
		...plain,
		...options,
		quality,
		format: context.getNodeParameter('format', itemIndex, 'webp') as OutputFormat,
		width: side('width', 'Width'),
		height: side('height', 'Height'),
	};
}

/** Maximum width or height of a result, in pixels. */
const longestSide = 16_383;

function positive(value: unknown, displayName: string, max = longestSide): number {
	const number = Number(value);
	if (Number.isInteger(number) && number >= 1 && number <= max) return number;
	throw invalidField(`${displayName} is ${String(value)}; a whole number from 1 to ${max} is allowed`);
}

function invalidField(message: string): ImageError {
	return new ImageError('invalidRequest', { message, delivery: 'notSent' });
}

async function nameOf({ file }: Source, extension: string): Promise<string> {
	return withExtension((await file()).fileName, extension);
}

const factsOf = ({ mimeType, width, height, data }: Converted, fileName: string): Partial<Image> => ({
	fileName,
	mimeType,
	width,
	height,
	bytes: data.length,
});

/** The operation for each item, by the fields of the node. */
export function perItemName(exporter: Exporter, operation: string): string {
	if (operation !== 'metadata') return operation;
	return textParameter(exporter.context, 'metadataMode', 0) === 'read' ? 'readMetadata' : 'writeMetadata';
}
