import { safeFileName } from './fileName';

/** What the names of images begin with, if a node has no other name. */
export const imageFieldName = 'image';

/** Name of an image by its index, for its binary field, and for its file where the provider gives no name. */
export function imageName(index: number, field: string = imageFieldName): string {
	return `${field}_${index}`;
}

/** File name of an image by its URL: the last segment of the path if that is a plain image name, else `imageName`. */
export function fileNameOf(url: string, index: number): string {
	const name = URL.canParse(url) ? decoded(new URL(url).pathname.split('/').at(-1) ?? '') : '';
	return /^[\w.-]{1,100}\.(png|jpe?g|webp|gif|avif)$/i.test(name)
		? safeFileName(name, imageName(index))
		: imageName(index);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return '';
	}
}
