import type { Conversion } from '../workshop/operations';
import type { Still } from './still';

export type { Conversion } from '../workshop/operations';

export interface Converted {
	data: Buffer;
	mimeType: string;
	extension: string;
	width: number;
	height: number;
}

/**
 * Converts an image to another format or size. The result is upright by its EXIF data, and keeps its color profile and,
 * as PNG, its 16 bits. CMYK, which only JPEG supports, becomes sRGB. Throws `malformedResponse` if it cannot be
 * decoded, and as `workOn` if it takes too much.
 */
export async function convert({ work }: Pick<Still, 'work'>, conversion: Conversion): Promise<Converted> {
	const { format } = conversion;
	const { data, width, height } = await work({ kind: 'convert', ...conversion });
	return {
		data,
		mimeType: `image/${format}`,
		extension: format === 'jpeg' ? 'jpg' : format,
		width,
		height,
	};
}
