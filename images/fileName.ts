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
