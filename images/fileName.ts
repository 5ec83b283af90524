/** The name with the extension of the file's real type. An extension that already fits stays as it is. */
export function withExtension(fileName: string, extension: string): string {
	if (fileName.toLowerCase().endsWith(`.${extension.toLowerCase()}`)) return fileName;
	const named = /\.(png|jpe?g|webp|gif|avif|tiff?|mp4|mov|webm)$/i.exec(fileName);
	if (named && sameExtension(named[1] ?? '', extension)) return fileName;
	return `${named ? fileName.slice(0, named.index) : fileName}.${extension}`;
}

function sameExtension(a: string, b: string): boolean {
	const short = (extension: string) => extension.toLowerCase().replace('jpeg', 'jpg').replace(/^tif$/, 'tiff');
	return short(a) === short(b);
}

/**
 * Maximum length of one part of a path, in characters and in bytes: file systems allow 255 bytes, a character may have
 * four, and a number may be added.
 */
const longestPart = { characters: 80, bytes: 240 };

/** Names that Windows keeps for devices, with any extension. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * Makes a path that stays below its folder (of an unpacked archive, or on a disk), on any system. Folders in the path
 * are kept; parts that lead out of the folder are removed.
 */
export function safeName(wish: string): string {
	const parts = wish
		.replaceAll('\\', '/')
		.split('/')
		.map((part) =>
			part
				.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, '_')
				.replace(/[. ]+$/, '')
				.trim()
				.replace(deviceName, '_$1'),
		)
		.filter((part) => part !== '' && part !== '.' && part !== '..')
		.map(shortened);
	return parts.join('/') || 'image';
}

function shortened(part: string): string {
	const extension = /\.[A-Za-z0-9]{1,5}$/.exec(part)?.[0] ?? '';
	const fits = (characters: readonly string[]) =>
		characters.length + extension.length <= longestPart.characters &&
		Buffer.byteLength(characters.join('')) + extension.length <= longestPart.bytes;
	let characters = Array.from(part.slice(0, part.length - extension.length));
	if (fits(characters)) return part;
	characters = characters.slice(0, longestPart.characters - extension.length);
	while (!fits(characters)) characters.pop();
	return `${characters.join('').trimEnd()}${extension}`;
}
