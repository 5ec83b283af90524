import type { Image } from '../model/job';

/** A difference between the result and the request, or between the result and the provider's report of it. */
export interface Difference {
	/** Index of the image; null if the difference concerns the job as a whole. */
	image: number | null;
	field: 'count' | 'size' | 'aspectRatio' | 'resolution' | 'type' | 'check';
	expected: string;
	actual: string;
}

export interface Expectation {
	/** Number of requested images; null if it is unknown. */
	count: number | null;
	/** Pixels, if the provider's document specifies them for the request. */
	size: { width: number; height: number } | null;
	/** The requested ratio, if the document does not specify pixels: `16:9`. */
	aspectRatio: string | null;
	/** `512`, `1K`, `2K`, `4K`. */
	resolution: string | null;
}

/** The allowed deviation of a ratio, as a share: models round both sides to multiples of 8 to 64 pixels. */
const ratioTolerance = 0.04;

/** Approximate pixels of each resolution. For a ratio other than 1:1, models keep the area of the square. */
const areas: Record<string, number> = { '512': 512 ** 2, '1K': 1024 ** 2, '2K': 2048 ** 2, '4K': 4096 ** 2 };

/** Compares number and sizes. Images of unknown size (not downloaded yet) are not compared. */
export function differencesOf(expected: Expectation, images: readonly Image[]): Difference[] {
	const { count } = expected;
	const number: Difference[] =
		count !== null && count !== images.length
			? [{ image: null, field: 'count', expected: String(count), actual: String(images.length) }]
			: [];
	return [...number, ...images.flatMap((image) => sizeDifference(expected, image))];
}

function sizeDifference({ size, aspectRatio, resolution }: Expectation, { index, width, height }: Image): Difference[] {
	if (width === null || height === null) return [];
	const actual = `${width}x${height}`;
	if (size)
		return size.width === width && size.height === height
			? []
			: [{ image: index, field: 'size', expected: `${size.width}x${size.height}`, actual }];
	const ratio = ratioOf(aspectRatio);
	const differs = ratio !== null && Math.abs(width / height / ratio - 1) > ratioTolerance;
	const nearest = nearestResolution(width * height);
	return [
		...(differs ? [{ image: index, field: 'aspectRatio' as const, expected: aspectRatio ?? '', actual }] : []),
		...(resolution !== null && Object.hasOwn(areas, resolution) && nearest !== resolution
			? [{ image: index, field: 'resolution' as const, expected: resolution, actual }]
			: []),
	];
}

/** null for a word such as `Auto`. */
function ratioOf(text: string | null): number | null {
	const [, width, height] = /^(\d+):(\d+)$/.exec(text ?? '') ?? [];
	return width === undefined || height === undefined ? null : Number(width) / Number(height);
}

function nearestResolution(area: number): string | undefined {
	const distance = (of: number) => Math.abs(Math.log(area / of));
	return Object.entries(areas).sort(([, a], [, b]) => distance(a) - distance(b))[0]?.[0];
}

/** The difference if an image has another type than the provider reported or the file name shows. */
export function typeDifference(claimed: Pick<Image, 'index' | 'mimeType' | 'fileName'>, actual: string): Difference[] {
	const expected = claimed.mimeType ?? typeByName(claimed.fileName);
	return expected === null || expected === actual ? [] : [{ image: claimed.index, field: 'type', expected, actual }];
}

/** The difference if an image could not be checked for being damaged or blank. */
export function checkDifference(image: number, why: string): Difference {
	return { image, field: 'check', expected: 'decoded without an error', actual: `not decoded: ${why}` };
}

/** Whether a difference can be found only while the image is fetched. */
export function isFoundWhenFetched({ field }: Difference): boolean {
	return field === 'type' || field === 'check';
}

const types: Record<string, string> = {
	png: 'image/png',
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	webp: 'image/webp',
	gif: 'image/gif',
	avif: 'image/avif',
	tif: 'image/tiff',
	tiff: 'image/tiff',
};

function typeByName(fileName: string): string | null {
	const extension = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
	return Object.hasOwn(types, extension) ? (types[extension] ?? null) : null;
}
