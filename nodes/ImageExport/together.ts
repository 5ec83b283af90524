import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { captionsHint } from '../../images/export/captionPackages';
import { contactSheet, type SheetStyle, type Tile, tileOf } from '../../images/export/contactSheet';
import { type ZipEntry, zipOf } from '../../images/export/zip';
import { withExtension } from '../../images/fileName';
import type { Lineage } from '../../images/lineage';
import { receiveImage } from '../../images/receive';
import { ImageError, outcomeOfSync } from '../../model/errors';
import { safeFileName } from '../../model/fileName';
import { hintAt } from '../execution/errors';
import { textParameter } from '../parameters/parameters';
import type { Exporter } from './exporter';
import { describeFailure, type Failure, failedItems, reportFailures } from './outcomes';
import type { Source } from './sources';

/** The operations that make one result from all items. */
export const together: Readonly<Record<string, (exporter: Exporter) => Promise<INodeExecutionData[]>>> = {
	zip,
	contactSheet: sheets,
};

/**
 * Two passes, because an archive cannot drop an invalid image later: the first pass reads and checks each image, the
 * second streams all images into the archive.
 */
async function zip(exporter: Exporter): Promise<INodeExecutionData[]> {
	const { context, limits } = exporter;
	const entries: ZipEntry[] = [];
	const packed = new Set<number>();
	const several = new Map<number, number>();
	const failures = await exporter.each(async (source, itemIndex) => {
		const file = await source.file();
		const { facts, bytes } = await receiveImage(await file.open(), limits, 'the item', (stream) =>
			pipeline(
				stream,
				new Writable({
					write: (_chunk, _encoding, done) => {
						done();
					},
				}),
			),
		);
		several.set(itemIndex, (several.get(itemIndex) ?? 0) + 1);
		packed.add(itemIndex);
		entries.push({
			name: withExtension(exporter.wishedName('entryName', source, itemIndex) ?? file.fileName, facts.extension),
			lineage: source.lineage,
			facts: { mimeType: facts.mimeType, width: facts.width, height: facts.height, bytes },
			open: file.open,
		});
	});
	reportFailures(context, failures);
	if (entries.length === 0) return rest(exporter, failures);
	const fileName = safeFileName(textParameter(context, 'fileName', 0), 'images.zip');
	const { includeManifest } = context.getNodeParameter('options', 0, {}) as { includeManifest?: boolean };
	const { stream, manifest } = await zipOf(entries, new Date());
	// A store that fails leaves the stream as it is, with the file of the picture that it was reading.
	const data = await context.helpers
		.prepareBinaryData(stream, fileName, 'application/zip')
		.finally(() => stream.destroy());
	const json: IDataObject = {
		fileName,
		images: entries.length,
		failed: failures.map((failure) => ({ ...describeFailure(failure) })),
		...(includeManifest ? { manifest: manifest } : {}),
	};
	return [{ json, binary: { data }, pairedItem: [...packed].map((item) => ({ item })) }, ...rest(exporter, failures)];
}

async function sheets(exporter: Exporter): Promise<INodeExecutionData[]> {
	const { context } = exporter;
	const perSheet = whole(context.getNodeParameter('perSheet', 0, 60), 'Images per Sheet', 500);
	const style = readStyle(exporter, Math.min(perSheet, imagesOf(exporter)));
	const tiles: Array<Tile & { itemIndex: number }> = [];
	const failures = await exporter.each(async (source, itemIndex) => {
		tiles.push({
			...(await tileOf(await exporter.still(source), captionOf(exporter, source, itemIndex), style)),
			itemIndex,
		});
	});
	reportFailures(context, failures);
	const pages = Array.from({ length: Math.ceil(tiles.length / perSheet) }, (_, page) =>
		tiles.slice(page * perSheet, (page + 1) * perSheet),
	);
	const made: INodeExecutionData[] = [];
	for (const [page, own] of pages.entries()) {
		const { data, width, height, missingPackages } = await contactSheet(own, style, undefined, exporter.signal);
		const notice = missingPackages.length > 0 ? captionsHint(missingPackages) : null;
		if (notice !== null && page === 0) hintAt(context, notice);
		const extension = style.format === 'jpeg' ? 'jpg' : style.format;
		const fileName = `contact-sheet${pages.length > 1 ? `-${page + 1}` : ''}.${extension}`;
		made.push({
			json: {
				fileName,
				sheet: page + 1,
				sheets: pages.length,
				images: own.length,
				width,
				height,
				failed: page === 0 ? failures.map((failure) => ({ ...describeFailure(failure) })) : [],
				...(notice === null ? {} : { captionsLeftOut: notice }),
			},
			binary: { data: await exporter.store(data, fileName, `image/${style.format}`) },
			pairedItem: [...new Set(own.map(({ itemIndex }) => itemIndex))].map((item) => ({ item })),
		});
	}
	return [...made, ...rest(exporter, failures)];
}

/** The number of images of all items. */
function imagesOf({ context, sources }: Exporter): number {
	const found = [...context.getInputData().keys()].map((itemIndex) => outcomeOfSync(() => sources(itemIndex)));
	return found.reduce((sum, outcome) => sum + (outcome.ok ? outcome.value.length : 0), 0);
}

/** The failed items, for the output, if the node continues on fail. */
function rest({ context }: Exporter, failures: readonly Failure[]): INodeExecutionData[] {
	return context.continueOnFail() ? failedItems(context, failures) : [];
}

const captionParts: Readonly<Record<string, (lineage: Lineage) => string | null>> = {
	prompt: ({ prompt }) => prompt,
	seed: ({ seed }) => (seed === null ? null : `seed ${seed}`),
	provider: ({ provider }) => provider,
	model: ({ model }) => model,
};

function captionOf({ context }: Exporter, { lineage }: Source, itemIndex: number): string {
	const { captionText } = context.getNodeParameter('options', itemIndex, {}) as { captionText?: string };
	if (captionText) return captionText;
	const chosen = context.getNodeParameter('captions', itemIndex, []) as string[];
	return chosen.flatMap((part) => captionParts[part]?.(lineage) ?? []).join(' · ');
}

/** Maximum width or height of a sheet, in pixels. */
const longestSheet = 16_383;

/** @param most images on one sheet */
function readStyle({ context }: Exporter, most: number): SheetStyle {
	const options = context.getNodeParameter('options', 0, {}) as {
		background?: string;
		color?: string;
		quality?: number;
		captionLines?: number;
	};
	const columns = whole(context.getNodeParameter('columns', 0, 4), 'Columns', 50);
	const tile = whole(context.getNodeParameter('tileSize', 0, 256), 'Tile Size', 2_048);
	// The factors add the gaps and captions.
	if (Math.max(columns * 1.1, Math.ceil(most / columns) * 1.5) * tile > longestSheet)
		throw new ImageError('invalidRequest', {
			message:
				`${most} tiles of ${tile} pixels in ${columns} columns make a sheet ` +
				`larger than ${longestSheet} pixels`,
			hint: 'Choose smaller tiles or fewer images per sheet',
			delivery: 'notSent',
		});
	const { captionText, ...more } = { captionText: '', ...options } as typeof options & { captionText: string };
	const hasCaptions = (context.getNodeParameter('captions', 0, []) as string[]).length > 0 || captionText !== '';
	return {
		columns,
		tile,
		captionLines: hasCaptions ? (more.captionLines ?? 3) : 0,
		background: more.background ?? '#ffffff',
		color: more.color ?? '#202020',
		format: context.getNodeParameter('format', 0, 'jpeg') as SheetStyle['format'],
		quality: more.quality ?? 85,
	};
}

function whole(value: unknown, displayName: string, max: number): number {
	const number = Number(value);
	if (Number.isInteger(number) && number >= 1 && number <= max) return number;
	throw new ImageError('invalidRequest', {
		message: `${displayName} is ${String(value)}; a whole number from 1 to ${max} is allowed`,
		delivery: 'notSent',
	});
}
