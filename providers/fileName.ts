/** The last segment of an address's path if it is a plain name of a picture, else `image_<index>`. */
export function fileNameOf(url: string, index: number): string {
	const name = URL.canParse(url) ? decoded(new URL(url).pathname.split('/').at(-1) ?? '') : '';
	return /^[\w.-]{1,100}\.(png|jpe?g|webp|gif|avif)$/i.test(name) ? name : `image_${index}`;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return '';
	}
}
