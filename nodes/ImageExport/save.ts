import type { IBinaryKeyData, IDataObject, INodeExecutionData, ResolvedFilePath } from 'n8n-workflow';
import { withExtension } from '../../images/fileName';
import { saveFile } from '../../images/export/saveFile';
import { executionCanceled, ImageError, outcomeOf, outcomeOfSync } from '../../model/errors';
import { hintAt } from '../execution/errors';
import { snapshotOf } from '../items/items';
import { textParameter } from '../parameters/parameters';
import type { Exporter } from './exporter';
import type { Source, StoredFile } from './sources';

/** A file that was written, as an item contains it. */
interface Saved {
	/** The binary field of the image. */
	field: string;
	path: string;
	bytes: number;
}

/** Why files of an item are missing on the disk, as the item contains it. */
interface SaveError {
	message: string;
	hint: string | null;
}

/**
 * Writes the images of all items to the disk. It never fails an item, because the images are paid: an item that could
 * not be saved keeps its images and gets `saveError`.
 * Throws only if the execution is stopped.
 */
export async function saveFiles(exporter: Exporter): Promise<INodeExecutionData[]> {
	const { context } = exporter;
	const errors: Array<{ item: number; error: SaveError }> = [];
	const items: INodeExecutionData[] = [];
	for (const [item, { json, binary }] of context.getInputData().entries()) {
		const { saved, fetched, error } = await saveItem(exporter, item);
		if (error) errors.push({ item, error });
		const { saveError: _earlier, ...own } = json;
		items.push({
			json: { ...own, saved, ...(error ? { saveError: error } : {}) },
			binary: { ...binary, ...fetched },
			pairedItem: { item },
		});
	}
	const [first] = errors;
	if (first)
		hintAt(
			context,
			`${errors.length} of ${items.length} items could not be saved to the disk; their images stay in the ` +
				`output. The first (item ${first.item}): ` +
				[first.error.message, first.error.hint].filter(Boolean).join('. '),
		);
	return items;
}

interface ItemResult {
	saved: Saved[];
	/** The images that were downloaded, so that the item keeps them. */
	fetched: IBinaryKeyData;
	/** The first error. */
	error: SaveError | null;
}

async function saveItem(exporter: Exporter, itemIndex: number): Promise<ItemResult> {
	const result: ItemResult = { saved: [], fetched: {}, error: null };
	const sources = outcomeOfSync(() => exporter.sources(itemIndex));
	if (!sources.ok) return { ...result, error: reasonOf(sources.error) };
	for (const source of sources.value) {
		const outcome = await outcomeOf(saveSource(exporter, source, itemIndex, result));
		if (exporter.signal?.aborted) throw new ImageError('canceled', { message: executionCanceled });
		if (!outcome.ok) result.error ??= reasonOf(outcome.error);
	}
	return result;
}

const reasonOf = ({ message, hint }: ImageError): SaveError => ({ message, hint });

async function saveSource(exporter: Exporter, source: Source, itemIndex: number, result: ItemResult): Promise<void> {
	const file = await source.file();
	result.fetched[source.field] = file.data;
	result.saved.push({ field: source.field, ...(await save(exporter, source, file, itemIndex)) });
}

async function save(
	exporter: Exporter,
	source: Source,
	file: StoredFile,
	itemIndex: number,
): Promise<{ path: string; bytes: number }> {
	const { context, signal } = exporter;
	const { overwrite = false } = context.getNodeParameter('options', itemIndex, {}) as { overwrite?: boolean };
	const name =
		exporter.wishedName('saveName', source, itemIndex) ??
		jobName(context.getInputData()[itemIndex]?.json ?? {}, source) ??
		file.fileName;
	return await saveFile(
		{
			folder: textParameter(context, 'folder', itemIndex),
			name: withExtension(name, file.data.fileExtension ?? 'bin'),
			open: file.open,
		},
		{
			overwrite,
			isBlocked: (path) => context.helpers.isFilePathBlocked(path as ResolvedFilePath),
			signal,
		},
	);
}

/** The name by the job and the image's index, which is the same each time the same image is saved. */
function jobName(json: IDataObject, { image, index }: Source): string | null {
	const ref = snapshotOf(json)?.job.ref;
	return typeof ref === 'string' && ref !== '' ? `${ref}-${image?.index ?? index}` : null;
}
