import type { Image } from '../model/job';

/** Where what came is not what was asked for, or not what the provider says it is. */
export interface Difference {
	/** Index of the image; null where it is about the job as a whole. */
	image: number | null;
	field: 'count' | 'size' | 'aspectRatio' | 'resolution' | 'type';
	expected: string;
	actual: string;
}

export interface Expectation {
	/** Images asked for; null where that is not known. */
	count: number | null;
	/** Pixels, where the provider's document tells what the request comes in. */
	size: { width: number; height: number } | null;
	/** As it was asked, where the document does not: `16:9`. */
	aspectRatio: string | null;
	/** `512`, `1K`, `2K`, `4K`. */
	resolution: string | null;
}

/** How far a ratio may be off, as a share: models round both sides to multiples of 8 to 64 pixels. */
const ratioTolerance = 0.04;

/** About the pixels of each resolution: models give a ratio other than 1:1 the area of the square. */
const areas: Record<string, number> = { '512': 512 ** 2, '1K': 1024 ** 2, '2K': 2048 ** 2, '4K': 4096 ** 2 };

/** Compares number and sizes. Images whose size is not known yet (they were not downloaded) are not judged. */
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

/** A picture of another type than the provider, or the name it gives it, claims. */
export function typeDifference(claimed: Pick<Image, 'index' | 'mimeType' | 'fileName'>, actual: string): Difference[] {
	const expected = claimed.mimeType ?? typeByName(claimed.fileName);
	return expected === null || expected === actual ? [] : [{ image: claimed.index, field: 'type', expected, actual }];
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
