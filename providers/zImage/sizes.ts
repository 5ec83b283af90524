import type { ImageRequest } from '../../model/request';

/** Pixels of the longer side. */
const longSide: Record<string, number> = { '512': 512, '1K': 1024, '2K': 2048 };
const defaultSide = 1024;
/** The model works in blocks of 16 pixels. */
const block = 16;

export const resolutions = Object.keys(longSide);
export const aspectRatios = ['1:1', '4:3', '3:4', '3:2', '2:3', '16:9', '9:16', '21:9', '9:21'] as const;
/** The size of a request that names none. */
export const defaultSize = { aspectRatio: '1:1', resolution: '1K' };
/** The range of the real server; the document states none. */
export const sideRange = { min: 64, max: 2048 };

/** Width and height of a request: its own fields, or from ratio and resolution, each a multiple of 16. */
export function sizeOf({
	aspectRatio = defaultSize.aspectRatio,
	resolution = defaultSize.resolution,
	extras = {},
}: Pick<ImageRequest, 'aspectRatio' | 'resolution' | 'extras'>): { width: number; height: number } {
	const { width, height } = extras;
	if (typeof width === 'number' || typeof height === 'number')
		return {
			width: typeof width === 'number' ? width : defaultSide,
			height: typeof height === 'number' ? height : defaultSide,
		};
	const side = longSide[resolution] ?? defaultSide;
	const [across = 1, up = 1] = aspectRatio.split(':').map(Number);
	const short = Math.round((side * Math.min(across, up)) / Math.max(across, up) / block) * block;
	return across >= up ? { width: side, height: short } : { width: short, height: side };
}
