import type { Sharp } from 'sharp';
import { undecodable } from '../inspect';
import type { OutputFormat } from './formats';
import type { Still } from './still';

/** The requested format and size of an image. */
export interface Conversion {
	format: OutputFormat;
	/** 1–100; not used for PNG. */
	quality: number;
	/** Pixels. If one is null, the proportions are kept. If both are null, the size does not change. */
	width: number | null;
	height: number | null;
	fit: 'inside' | 'outside' | 'cover' | 'contain' | 'fill';
	/** Whether a smaller image may be enlarged. */
	enlarge: boolean;
	/** Whether EXIF, XMP and PNG text are kept. The color profile is always kept. */
	keepMetadata: boolean;
	/** Color behind transparent parts (JPEG), and around the image with `contain`. */
	background: string;
}

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
 * decoded.
 */
export async function convert({ metadata, open }: Still, conversion: Conversion): Promise<Converted> {
	const { format, quality, width, height, fit, enlarge, keepMetadata, background } = conversion;
	const isCmyk = metadata.space === 'cmyk';
	let image = open().autoOrient();
	if (width !== null || height !== null)
		image = image.resize({
			...(width === null ? {} : { width }),
			...(height === null ? {} : { height }),
			fit,
			withoutEnlargement: !enlarge,
			background: format === 'jpeg' ? background : { r: 0, g: 0, b: 0, alpha: 0 },
		});
	if (format === 'jpeg') image = image.flatten({ background });
	if (isCmyk) image = image.toColourspace('srgb');
	else if (format === 'png' && metadata.depth === 'ushort')
		image = image.toColourspace(metadata.channels <= 2 ? 'grey16' : 'rgb16');
	// A profile describes the values of the pixels, so a CMYK profile must not stay.
	if (keepMetadata) image = image.keepExif().keepXmp();
	if (!isCmyk) image = image.keepIccProfile();
	const { data, info } = await encoded(image, format, quality)
		.toBuffer({ resolveWithObject: true })
		.catch((cause: unknown) => {
			throw undecodable(cause);
		});
	return {
		data,
		mimeType: `image/${format}`,
		extension: format === 'jpeg' ? 'jpg' : format,
		width: info.width,
		height: info.height,
	};
}

function encoded(image: Sharp, format: OutputFormat, quality: number): Sharp {
	switch (format) {
		case 'png':
			return image.png();
		case 'jpeg':
			return image.jpeg({ quality, mozjpeg: true });
		case 'webp':
			return image.webp({ quality });
		case 'avif':
			return image.avif({ quality });
	}
}
