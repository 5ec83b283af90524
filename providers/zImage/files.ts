/** A file of the server as an absolute URL. An absolute URL to another server stays as it is. */
export function fileUrl(baseUrl: string, path: string): string {
	if (/^https?:\/\//i.test(path)) return path;
	// A percent sign that does not begin an escape sequence stands for itself.
	return `${baseUrl}/${path.replace(/^\/+/, '').replace(/%(?![0-9a-f]{2})/gi, '%25')}`;
}

/** A file by its path below `/generated-images/`, which the server gives unencoded, on Windows with backslashes. */
export function generatedFileUrl(baseUrl: string, relativePath: string): string {
	const segments = relativePath.toWellFormed().replaceAll('\\', '/').split('/');
	return fileUrl(baseUrl, `/generated-images/${segments.map(encodeURIComponent).join('/')}`);
}
