/** nginx's names of the statuses that it answers itself. */
const TITLES: Record<number, string> = {
	403: '403 Forbidden',
	404: '404 Not Found',
	429: '429 Too Many Requests',
	500: '500 Internal Server Error',
	502: '502 Bad Gateway',
	503: '503 Service Temporarily Unavailable',
	504: '504 Gateway Time-out',
};

/** The HTML page of a gateway in front of the backend, byte for byte as nginx writes it. */
export function gatewayPage(status: number): string {
	const title = TITLES[status] ?? String(status);
	return [
		'<html>',
		`<head><title>${title}</title></head>`,
		'<body>',
		`<center><h1>${title}</h1></center>`,
		'<hr><center>nginx</center>',
		'</body>',
		'</html>',
		'',
	].join('\r\n');
}
