import { crc32 } from 'node:zlib';
import { unreadable } from '../inspect';

/** Texts to write into a file. The pixels stay the same, byte for byte. */
export interface Embedded {
	/** For PNG. */
	parameters: string;
	/** A TIFF block, for JPEG and WebP. */
	exif: Buffer;
	xmp: string;
}

const isLatin1 = (text: string) => !/[^\u0000-\u00ff]/.test(text);
const xmpKeyword = 'XML:com.adobe.xmp';

/**
 * PNG: a text under the keyword `parameters` and XMP, both before the pixels. The text is `tEXt`, or `iTXt` if it does
 * not fit into Latin-1.
 */
export function intoPng(file: Buffer, { parameters, xmp }: Embedded): Buffer {
	const signature = 8;
	const parts: Buffer[] = [file.subarray(0, signature)];
	const own = [
		isLatin1(parameters)
			? chunk('tEXt', Buffer.concat([latin1('parameters\0'), latin1(parameters)]))
			: itxt('parameters', parameters),
		itxt(xmpKeyword, xmp),
	];
	for (let at = signature; at + 12 <= file.length; ) {
		const length = file.readUInt32BE(at);
		const type = file.toString('latin1', at + 4, at + 8);
		const end = at + 12 + length;
		if (end > file.length) throw unreadable('The PNG is cut off inside a chunk');
		const keyword = /^(tEXt|iTXt|zTXt)$/.test(type)
			? file.toString('latin1', at + 8, at + 8 + Math.min(length, 80)).split('\0')[0]
			: undefined;
		if (keyword !== 'parameters' && keyword !== xmpKeyword) parts.push(file.subarray(at, end));
		if (type === 'IHDR') parts.push(...own);
		at = end;
	}
	return Buffer.concat(parts);
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** Keyword, no compression, no language, no translated keyword, UTF-8. */
const itxt = (keyword: string, text: string) =>
	chunk('iTXt', Buffer.concat([latin1(`${keyword}\0\0\0\0\0`), Buffer.from(text)]));

function chunk(type: string, data: Buffer): Buffer {
	const out = Buffer.alloc(12 + data.length);
	out.writeUInt32BE(data.length);
	out.write(type, 4, 'latin1');
	data.copy(out, 8);
	out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
	return out;
}

const exifSignature = latin1('Exif\0\0');
const xmpSignature = latin1('http://ns.adobe.com/xap/1.0/\0');

/** JPEG: two APP1 segments at the beginning, or after the JFIF segment if there is one. They replace the old ones. */
export function intoJpeg(file: Buffer, { exif, xmp }: Embedded): Buffer {
	const own = [app1(exifSignature, exif), app1(xmpSignature, Buffer.from(xmp))];
	const parts: Buffer[] = [file.subarray(0, 2)];
	let at = 2;
	while (at + 4 <= file.length && file[at] === 0xff && file[at + 1] !== 0xda) {
		const marker = file[at + 1];
		const end = at + 2 + file.readUInt16BE(at + 2);
		if (end > file.length) throw unreadable('The JPEG is cut off inside a segment');
		const segment = file.subarray(at, end);
		const isOld =
			marker === 0xe1 &&
			[exifSignature, xmpSignature].some((signature) =>
				segment.subarray(4, 4 + signature.length).equals(signature),
			);
		if (!isOld) parts.push(segment);
		at = end;
	}
	const isJfif = parts[1]?.[1] === 0xe0;
	parts.splice(isJfif ? 2 : 1, 0, ...own);
	return Buffer.concat([...parts, file.subarray(at)]);
}

function app1(signature: Buffer, data: Buffer): Buffer {
	const length = 2 + signature.length + data.length;
	if (length > 0xffff)
		throw unreadable(
			`The metadata has ${data.length} bytes; a JPEG takes at most ${0xffff - 2 - signature.length}`,
		);
	return Buffer.concat([Buffer.from([0xff, 0xe1, length >> 8, length & 0xff]), signature, data]);
}

const hasExif = 0x08;
const hasXmp = 0x04;
const hasAlpha = 0x10;

/** WebP: `EXIF` and `XMP ` chunks at the end. `VP8X` declares them; files without `VP8X` get it. */
export function intoWebp(
	file: Buffer,
	{ exif, xmp }: Embedded,
	{ width, height }: { width: number; height: number },
): Buffer {
	const chunks: Array<{ type: string; data: Buffer }> = [];
	for (let at = 12; at + 8 <= file.length; ) {
		const length = file.readUInt32LE(at + 4);
		if (at + 8 + length > file.length) throw unreadable('The WebP is cut off inside a chunk');
		chunks.push({ type: file.toString('latin1', at, at + 4), data: file.subarray(at + 8, at + 8 + length) });
		at += 8 + length + (length % 2);
	}
	const kept = chunks.filter(({ type }) => !['VP8X', 'EXIF', 'XMP '].includes(type));
	const header = Buffer.from(chunks.find(({ type }) => type === 'VP8X')?.data ?? simpleHeader(kept, width, height));
	header.writeUInt8(header.readUInt8(0) | hasExif | hasXmp, 0);
	const body = Buffer.concat(
		[
			{ type: 'VP8X', data: header },
			...kept,
			{ type: 'EXIF', data: exif },
			{ type: 'XMP ', data: Buffer.from(xmp) },
		].map(riffChunk),
	);
	const out = Buffer.concat([latin1('RIFF'), Buffer.alloc(4), latin1('WEBP'), body]);
	out.writeUInt32LE(out.length - 8, 4);
	return out;
}

function simpleHeader(chunks: ReadonlyArray<{ type: string; data: Buffer }>, width: number, height: number): Buffer {
	const lossless = chunks.find(({ type }) => type === 'VP8L')?.data;
	// Bit 28 of the header after the signature byte.
	const alpha = lossless !== undefined && lossless.length >= 5 && (lossless.readUInt8(4) & 0x10) !== 0;
	const header = Buffer.alloc(10);
	header.writeUInt8(alpha ? hasAlpha : 0, 0);
	header.writeUIntLE(width - 1, 4, 3);
	header.writeUIntLE(height - 1, 7, 3);
	return header;
}

function riffChunk({ type, data }: { type: string; data: Buffer }): Buffer {
	const head = Buffer.alloc(8);
	head.write(type, 'latin1');
	head.writeUInt32LE(data.length, 4);
	return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
