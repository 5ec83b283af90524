/** The document's table "支持的比例及对应分辨率": the only list of the ratios, resolutions and pixels. */
export const sizes = {
	'2K': {
		'1:1': [2048, 2048],
		'4:3': [2304, 1728],
		'3:4': [1728, 2304],
		'16:9': [2560, 1440],
		'9:16': [1440, 2560],
		'3:2': [2496, 1664],
		'2:3': [1664, 2496],
		'21:9': [3024, 1296],
	},
	'4K': {
		'1:1': [4096, 4096],
		'4:3': [4608, 3456],
		'3:4': [3456, 4608],
		'16:9': [5120, 2880],
		'9:16': [2880, 5120],
		'3:2': [4992, 3328],
		'2:3': [3328, 4992],
		'21:9': [6048, 2592],
	},
} as const satisfies Record<string, Record<string, readonly [number, number]>>;

export type Resolution = keyof typeof sizes;
export type Ratio = keyof (typeof sizes)['2K'];

export const resolutions = Object.keys(sizes) as Resolution[];
export const ratios = Object.keys(sizes['2K']) as Ratio[];

/** The size of a request that names none, as the document says. */
export const defaultSize = { aspectRatio: '1:1', resolution: '2K' };

/** Pixels of a request. null if the table has no such size. */
export function pixelsOf(
	resolution: string = defaultSize.resolution,
	ratio: string = defaultSize.aspectRatio,
): { width: number; height: number } | null {
	const known = resolutions.find((candidate) => candidate === resolution);
	const shape = ratios.find((candidate) => candidate === ratio);
	if (!known || !shape) return null;
	const [width, height] = sizes[known][shape];
	return { width, height };
}
