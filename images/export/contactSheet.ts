import { makeSheet } from '../workshop/workshop';
import { missingCaptionPackages } from './captionPackages';
import { captionSvg, lineHeight } from './captions';
import type { OutputFormat } from './formats';
import type { Still } from './still';

export interface SheetStyle {
	columns: number;
	/** Side of the square that each picture must fit into, in pixels. */
	tile: number;
	/** Maximum number of lines of a caption; 0: no captions. */
	captionLines: number;
	background: string;
	/** The color of the captions. */
	color: string;
	format: OutputFormat;
	quality: number;
}

/** A picture that was scaled down to its tile. */
export interface Tile {
	png: Buffer;
	width: number;
	height: number;
	caption: string;
}

/** Makes a picture into a tile; only the tile is kept. Throws `malformedResponse` if the picture cannot be decoded. */
export async function tileOf(still: Still, caption: string, { tile }: Pick<SheetStyle, 'tile'>): Promise<Tile> {
	const { data, width, height } = await still.work({ kind: 'tile', side: tile });
	return { png: data, width, height, caption };
}

export interface ContactSheet {
	data: Buffer;
	width: number;
	height: number;
	/** If the captions were left out: the missing packages. Empty if the sheet is as requested. */
	missingPackages: readonly string[];
}

/**
 * Tiles in rows, each centred above its caption. Without the packages that captions need, the sheet has no captions.
 * @param missing the packages that captions need and that are not installed
 * @param signal stops the work
 */
export async function contactSheet(
	tiles: readonly Tile[],
	style: SheetStyle,
	missing: readonly string[] = missingCaptionPackages(),
	signal?: AbortSignal,
): Promise<ContactSheet> {
	const missingPackages = style.captionLines > 0 ? missing : [];
	const layout = layoutOf(tiles, missingPackages.length > 0 ? { ...style, captionLines: 0 } : style);
	const { width, height, placed } = layout;
	const pictures = placed.map(({ png, left, top, width: own, height: high }) => ({
		data: png,
		left: left + Math.floor((style.tile - own) / 2),
		top: top + Math.floor((style.tile - high) / 2),
	}));
	const { background, format, quality } = style;
	const layers = [...pictures, ...(await captionLayers(layout, style))];
	const data = await makeSheet(layers, { width, height, background, format, quality }, signal);
	return { data, width, height, missingPackages };
}

interface Layout {
	width: number;
	height: number;
	gap: number;
	/** Height of a caption's letters, in pixels. */
	letters: number;
	/** Height of the area for captions below a row, in pixels; 0 without captions. */
	captionHeight: number;
	/** The tiles, each with the top left corner of its square. */
	placed: ReadonlyArray<Tile & { left: number; top: number }>;
}

function layoutOf(tiles: readonly Tile[], { tile, columns: wanted, captionLines }: SheetStyle): Layout {
	const columns = Math.min(wanted, tiles.length);
	const gap = Math.round(tile / 16);
	const letters = Math.max(11, Math.round(tile / 16));
	const captionHeight = captionLines === 0 ? 0 : Math.ceil(letters * lineHeight * captionLines) + Math.round(gap / 2);
	const [cellWidth, cellHeight] = [tile + gap, tile + captionHeight + gap];
	return {
		width: columns * cellWidth + gap,
		height: Math.ceil(tiles.length / columns) * cellHeight + gap,
		gap,
		letters,
		captionHeight,
		placed: tiles.map((entry, index) => ({
			...entry,
			left: gap + (index % columns) * cellWidth,
			top: gap + Math.floor(index / columns) * cellHeight,
		})),
	};
}

/** One layer for all captions of a row, so that a sheet of a hundred images has few layers. */
async function captionLayers(
	{ width, gap, letters, captionHeight, placed }: Layout,
	{ tile, captionLines, color }: SheetStyle,
): Promise<Array<{ data: Buffer; left: number; top: number }>> {
	if (captionHeight === 0) return [];
	const style = { size: letters, maxWidth: tile, maxLines: captionLines, color };
	const rows = [...Map.groupBy(placed, ({ top }) => top)];
	return await Promise.all(
		rows.map(async ([top, row]) => {
			const texts = await Promise.all(
				row.map(({ caption, left }) => captionSvg(caption, style, left, Math.round(gap / 4))),
			);
			const size = `width="${width}" height="${captionHeight}"`;
			const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${texts.join('')}</svg>`;
			return { data: Buffer.from(svg), left: 0, top: top + tile };
		}),
	);
}
