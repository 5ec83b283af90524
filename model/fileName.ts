/**
 * Maximum length of one part of a path, in characters and in bytes: file systems allow 255 bytes, a character may have
 * four, and a number may be added.
 */
const longestPart = { characters: 80, bytes: 240 };
/** More of a part is not looked at: only its extension at the end is still of use. */
const mostRead = 1_000;
/** Maximum number of folders above a file. The file systems limit the length of a path. */
const mostFolders = 8;

/** Names that Windows keeps for devices, with any extension. */
const deviceName = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(?=[ ]*(\.|$))/i;

/**
 * Control characters, halves of characters, and characters that no file system, archive or terminal shows as they are:
 * line separators and the marks that change the direction of the text (`gnp.exe` reads as `exe.png`).
 */
const unprintable = new RegExp(
	[
		'[\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f]',
		'[\\ufeff\\ufff9-\\ufffb\\ufffe\\uffff\\p{Cs}]',
	].join('|'),
	'gu',
);
/** Characters that Windows refuses in a name. */
const refused = /[<>:"|?*]/g;
/** Slashes and control characters in the form of URLs, also escaped again. A later reader may decode them. */
const encodedSigns = /%(?:25)*(?:[01][0-9a-f]|2f|5c|7f)/gi;

/**
 * Makes a path that stays below its folder (of an unpacked archive, or on a disk), on any system. Folders in the path
 * are kept; parts that lead out of the folder are removed.
 */
export function safeName(wish: string): string {
	const parts = wish.split(/[/\\]/).map(safePart).filter(Boolean);
	return parts.slice(-mostFolders - 1).join('/') || 'image';
}

/**
 * The name of a file without folders, from a name or path that others gave. Every name from outside passes here before
 * it is stored, sent or shown.
 * @param otherwise for a path without a name at its end
 */
export function safeFileName(wish: string | null | undefined, otherwise: string): string {
	return safePart(lastPart(wish ?? '')) || otherwise;
}

/** The name of a file by the path of its URL. */
export function nameInPath(path: string, otherwise: string): string {
	return safeFileName(decoded(lastPart(path)), otherwise);
}

/** The name of a file in the header Content-Disposition; undefined if it has none. */
export function nameInHeader(disposition: string | undefined): string | undefined {
	const [, , encoded] = /filename\*=(UTF-8'[\w-]*')([^";\s]+)/i.exec(disposition ?? '') ?? [];
	const plain = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1];
	return safeFileName(encoded === undefined ? plain : decoded(encoded), '') || undefined;
}

function lastPart(path: string): string {
	return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Empty if the part is not a name, or leads out of its folder. */
function safePart(part: string): string {
	const read = part.length > mostRead ? part.slice(0, mostRead) + extensionOf(part) : part;
	const clean = read
		.normalize('NFC')
		.replace(unprintable, '_')
		.replace(refused, '_')
		.replace(encodedSigns, '_')
		.trim();
	// Again after the cut, which can leave the name of a device.
	return notDevice(shortened(notDevice(withoutEnd(clean))));
}

const notDevice = (name: string) => name.replace(deviceName, '_$1');

/** Without the dots and spaces at the end, which Windows removes. */
function withoutEnd(name: string): string {
	let end = name.length;
	while (end > 0 && /[.\s]/.test(name.charAt(end - 1))) end--;
	return name.slice(0, end);
}

function shortened(part: string): string {
	const extension = extensionOf(part);
	const fits = (characters: readonly string[]) =>
		characters.length + extension.length <= longestPart.characters &&
		Buffer.byteLength(characters.join('')) + extension.length <= longestPart.bytes;
	let characters = Array.from(part.slice(0, part.length - extension.length));
	if (fits(characters)) return part;
	characters = characters.slice(0, longestPart.characters - extension.length);
	while (!fits(characters)) characters.pop();
	return `${withoutEnd(characters.join(''))}${extension}`;
}

const extensionOf = (part: string) => /\.[A-Za-z0-9]{1,5}$/.exec(part.slice(-6))?.[0] ?? '';

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
