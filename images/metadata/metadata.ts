import { ImageError } from '../../model/errors';
import type { Still } from '../export/still';
import type { Lineage } from '../lineage';
import { intoJpeg, intoPng, intoWebp } from './containers';
import { commentText, exifWith, isTiff } from './exif';
import { type Parameters, readParameters, writeParameters } from './parameters';
import { xmpOf } from './xmp';

/**
 * Writes the origin of an image into its file, in the forms that image tools read: PNG text as the Stable Diffusion
 * tools write it, Exif user comment, XMP. The pixels stay the same.
 * Throws `invalidRequest` for a format that cannot contain such data.
 */
export async function embedMetadata({ data, facts, header }: Still, lineage: Lineage): Promise<Buffer> {
	const { exif: existing } = await header();
	const parameters = writeParameters(lineage, facts);
	const exif = exifWith({ description: lineage.prompt ?? '', comment: parameters }, tiffOf(existing));
	const embedded = { parameters, exif, xmp: xmpOf(lineage, parameters) };
	switch (facts.mimeType) {
		case 'image/png':
			return intoPng(data, embedded);
		case 'image/jpeg':
			return intoJpeg(data, embedded);
		case 'image/webp':
			return intoWebp(data, embedded, facts);
		default:
			throw new ImageError('invalidRequest', {
				message: `Metadata cannot be written into ${facts.mimeType}; PNG, JPEG and WebP take it`,
				hint: 'Convert the image first',
				delivery: 'notSent',
			});
	}
}

export interface FoundMetadata extends Parameters {
	/** The part of the file that contains the data; null if there are none. */
	source: 'png' | 'exif' | 'xmp' | null;
}

/** The generation data in a file, from any tool. */
export async function findMetadata(still: Pick<Still, 'header'>): Promise<FoundMetadata> {
	const header = await still.header();
	if (header.parameters) return { ...readParameters(header.parameters), source: 'png' };
	const comment = await commentOf(tiffOf(header.exif));
	if (comment) return { ...readParameters(comment), source: 'exif' };
	const xmp = commentInXmp(header.xmp ?? '');
	if (xmp) return { ...readParameters(unescaped(xmp)), source: 'xmp' };
	return { ...readParameters(''), source: null };
}

/** The first entry of the user comment. */
function commentInXmp(xmp: string): string | undefined {
	const comment = xmp.indexOf('<exif:UserComment>');
	const entry = comment < 0 ? -1 : xmp.indexOf('<rdf:li', comment);
	const start = entry < 0 ? -1 : xmp.indexOf('>', entry) + 1;
	const end = start <= 0 ? -1 : xmp.indexOf('</rdf:li>', start);
	return end < 0 ? undefined : xmp.slice(start, end);
}

/** The block without the signature that some files have before it. */
function tiffOf(block: Buffer | null): Buffer | undefined {
	const tiff = block?.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
	return tiff && isTiff(tiff) ? tiff : undefined;
}

async function commentOf(tiff: Buffer | undefined): Promise<string | undefined> {
	if (!tiff) return undefined;
	const { default: readExif } = await import('exif-reader');
	try {
		const comment: unknown = readExif(tiff).Photo?.UserComment;
		return Buffer.isBuffer(comment) ? commentText(comment, tiff.toString('latin1', 0, 2) === 'II') : undefined;
	} catch {
		// A block that cannot be read counts as empty.
		return undefined;
	}
}

function unescaped(text: string): string {
	return text
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&quot;', '"')
		.replaceAll('&apos;', "'")
		.replaceAll('&amp;', '&');
}
