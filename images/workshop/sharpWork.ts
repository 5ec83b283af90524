import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import type { OutputFormat } from '../export/formats.ts';
import type { Answer, Conversion, Header, InspectedColors, Operation, Order, Written } from './operations.ts';

/**
 * Everything that the pack does with sharp. Only the process for images loads this file, because sharp works in the
 * threads that a process also reads its files with, and its work cannot be stopped.
 */
export async function perform(order: Order): Promise<Answer> {
	const { operation, output } = order;
	if (operation.kind === 'sheet') return done(await written(await sheet(order.input, operation), output));
	const metadata = await checkedMetadata(order);
	const { pages = 1 } = metadata;
	if (pages > 1 && stillOnly.includes(operation.kind)) return { kind: 'animated', frames: pages };
	const open = () => sharp(order.input, { failOn: 'error', limitInputPixels: order.pixels });
	switch (operation.kind) {
		case 'readHeader':
			return done(headerOf(metadata));
		case 'inspectColors':
			return done(await inspectColors(open()));
		case 'convert':
			return done(await written(convert(open(), metadata, operation), output));
		case 'fit':
			return done(await written(fitted(open(), operation), output));
		case 'tile':
			return done(await written(tile(open(), operation.side), output));
	}
}

/** The operations that would drop all frames but the first. */
const stillOnly: ReadonlyArray<Operation['kind']> = ['convert', 'tile'];

const done = (value: InspectedColors | Header | Written): Answer => ({ kind: 'done', value });

/** Throws if the file is another one than its cost was computed for: two readers can disagree about a forged file. */
async function checkedMetadata({ input, format, pixels }: Order): Promise<Metadata> {
	const metadata = await sharp(input, { failOn: 'error', limitInputPixels: pixels }).metadata();
	const { width, height } = metadata;
	const own = metadata.format === 'heif' ? 'avif' : metadata.format;
	if (own !== format) throw new Error(`it is ${own}, but begins like ${format}`);
	if (width * (metadata.pageHeight ?? height) > pixels) throw new Error('it has more pixels than its header says');
	return metadata;
}

async function written(image: Sharp, output: string): Promise<Written> {
	const { width, height } = await image.toFile(output);
	return { width, height };
}

/** The longest text or block of metadata that is read, in bytes. */
const maxMetadataBytes = 1024 * 1024;

function headerOf({ orientation, hasAlpha, pages, exif, xmp, comments }: Metadata): Header {
	const bounded = (block: Buffer | undefined) => (block && block.length <= maxMetadataBytes ? block : null);
	const parameters = comments?.find(({ keyword }) => keyword === 'parameters')?.text;
	return {
		orientation: orientation ?? 1,
		hasAlpha,
		pages: pages ?? 1,
		exif: bounded(exif),
		xmp: bounded(xmp)?.toString('utf8') ?? null,
		parameters: parameters && parameters.length <= maxMetadataBytes ? parameters : null,
	};
}

/**
 * Side of the small copy that is inspected, in pixels. A spot of a few thousandths of the image is still visible in it.
 */
const sampleSide = 64;
/** Maximum difference, of 255, between values that count as one color: lossy coding changes values. */
const colorTolerance = 2;

async function inspectColors(image: Sharp): Promise<InspectedColors> {
	const { data, info } = await image
		.resize(sampleSide, sampleSide, { fit: 'fill' })
		.flatten({ background: '#000' })
		.toColourspace('srgb')
		.raw()
		.toBuffer({ resolveWithObject: true });
	return { onlyColor: colorOf(data, info.channels) };
}

function colorOf(pixels: Buffer, channels: number): string | null {
	const first = [...pixels.subarray(0, channels)];
	for (let at = 0; at < pixels.length; at++)
		if (Math.abs((pixels[at] ?? 0) - (first[at % channels] ?? 0)) > colorTolerance) return null;
	const [red = 0, green = red, blue = red] = first;
	return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function convert(
	input: Sharp,
	{ space, depth, channels }: Metadata,
	{ format, quality, width, height, fit, enlarge, keepMetadata, background }: Conversion,
): Sharp {
	const isCmyk = space === 'cmyk';
	let image = input.autoOrient();
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
	else if (format === 'png' && depth === 'ushort') image = image.toColourspace(channels <= 2 ? 'grey16' : 'rgb16');
	// A profile describes the values of the pixels, so a CMYK profile must not stay.
	if (keepMetadata) image = image.keepExif().keepXmp();
	if (!isCmyk) image = image.keepIccProfile();
	return encoded(image, format, quality);
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

function fitted(image: Sharp, { side, format, quality }: Extract<Operation, { kind: 'fit' }>): Sharp {
	return image
		.autoOrient()
		.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
		.toFormat(format, { quality });
}

function tile(image: Sharp, side: number): Sharp {
	return image
		.autoOrient()
		.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
		.toColourspace('srgb')
		.png({ compressionLevel: 1 });
}

async function sheet(
	input: string,
	{ width, height, background, format, quality, layers }: Extract<Operation, { kind: 'sheet' }>,
): Promise<Sharp> {
	const file = await readFile(input);
	let at = 0;
	const overlays = layers.map(({ bytes, left, top }) => {
		const layer = file.subarray(at, at + bytes);
		at += bytes;
		return { input: layer, left, top };
	});
	const image = sharp({ create: { width, height, channels: 3, background } }).composite(overlays);
	return image.toFormat(format, format === 'png' ? {} : { quality });
}
