import type { OverlayOptions } from 'sharp';
import { captionSvg, lineHeight } from './captions';
import type { OutputFormat } from './formats';
import { undecodable } from '../inspect';
import type { Still } from './still';

export interface SheetStyle {
	columns: number;
	/** Side of the square each picture is fitted into, in pixels. */
	tile: number;
	/** Lines a caption may take; 0: no captions. */
	captionLines: number;
	background: string;
	/** Of the captions. */
	color: string;
	format: OutputFormat;
	quality: number;
}

/** A picture that has been made as small as its tile. */
export interface Tile {
	png: Buffer;
	width: number;
	height: number;
	caption: string;
}

/** A picture as a tile; only this is kept of it. Throws `malformedResponse` where it cannot be decoded. */
export async function tileOf(still: Still, caption: string, { tile }: Pick<SheetStyle, 'tile'>): Promise<Tile> {
	const { data, info } = await still
		.open()
		.autoOrient()
		.resize({ width: tile, height: tile, fit: 'inside', withoutEnlargement: true })
		.toColourspace('srgb')
		.png({ compressionLevel: 1 })
		.toBuffer({ resolveWithObject: true })
		.catch((cause: unknown) => {
			throw undecodable(cause);
		});
	return { png: data, width: info.width, height: info.height, caption };
}

/** Tiles in rows, each centred above its caption. */
export async function contactSheet(
	tiles: readonly Tile[],
	style: SheetStyle,
): Promise<{ data: Buffer; width: number; height: number }> {
	const { tile, captionLines, background, color, format, quality } = style;
	const columns = Math.min(style.columns, tiles.length);
	const gap = Math.round(tile / 16);
	const letters = Math.max(11, Math.round(tile / 16));
	const captionHeight = captionLines === 0 ? 0 : Math.ceil(letters * lineHeight * captionLines) + Math.round(gap / 2);
	const [cellWidth, cellHeight] = [tile + gap, tile + captionHeight + gap];
	const [width, height] = [columns * cellWidth + gap, Math.ceil(tiles.length / columns) * cellHeight + gap];
	const placed = tiles.map((entry, index) => ({
		...entry,
		left: gap + (index % columns) * cellWidth,
		top: gap + Math.floor(index / columns) * cellHeight,
	}));
	const overlays: OverlayOptions[] = placed.map(({ png, left, top, width: own, height: high }) => ({
		input: png,
		left: left + Math.floor((tile - own) / 2),
		top: top + Math.floor((tile - high) / 2),
	}));
	if (captionLines > 0) {
		// A row's captions are one layer: a sheet of a hundred needs no hundred more.
		const rows = Map.groupBy(placed, ({ top }) => top);
		for (const [top, row] of rows) {
			const texts = await Promise.all(
				row.map(({ caption, left }) =>
					captionSvg(
						caption,
						{ size: letters, maxWidth: tile, maxLines: captionLines, color },
						left,
						Math.round(gap / 4),
					),
				),
			);
			overlays.push({
				input: Buffer.from(
					`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${captionHeight}">${texts.join('')}</svg>`,
				),
				left: 0,
				top: top + tile,
			});
		}
	}
	const { default: sharp } = await import('sharp');
	const sheet = sharp({ create: { width, height, channels: 3, background } }).composite(overlays);
	return { data: await sheet.toFormat(format, format === 'png' ? {} : { quality }).toBuffer(), width, height };
}
