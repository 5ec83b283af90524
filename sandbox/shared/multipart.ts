/** A file of a form. */
export interface FormFile {
	/** Name of the field. */
	name: string;
	fileName: string;
	mimeType: string;
	data: Buffer;
}

export interface Form {
	fields: Record<string, unknown>;
	/** In the order in which they arrived. */
	files: FormFile[];
}

/**
 * Reads a `multipart/form-data` body as defined in RFC 7578. Returns null if the content type or the body is different.
 */
export function readForm(contentType: string | undefined, body: Buffer): Form | null {
	const [, quoted, bare] =
		/^multipart\/form-data\s*;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
	const boundary = quoted ?? bare;
	if (boundary === undefined) return null;
	const form: Form = { fields: {}, files: [] };
	// Every part follows a line break and the boundary; only the first has no line break before it.
	const whole = Buffer.concat([Buffer.from('\r\n'), body]);
	const mark = Buffer.from(`\r\n--${boundary}`);
	for (let at = whole.indexOf(mark); at !== -1; ) {
		const start = at + mark.length;
		if (whole.toString('latin1', start, start + 2) === '--') return form;
		const end = whole.indexOf(mark, start);
		if (end === -1 || !addPart(form, whole.subarray(start + 2, end))) return null;
		at = end;
	}
	return null;
}

function addPart(form: Form, part: Buffer): boolean {
	const border = part.indexOf('\r\n\r\n');
	if (border === -1) return false;
	const head = part.toString('utf8', 0, border);
	const data = Buffer.from(part.subarray(border + 4));
	const name = /;\s*name="([^"]*)"/i.exec(head)?.[1];
	if (name === undefined) return false;
	const fileName = /;\s*filename="([^"]*)"/i.exec(head)?.[1];
	if (fileName === undefined) form.fields[name] = data.toString('utf8');
	else
		form.files.push({
			name,
			fileName,
			mimeType: /^content-type:\s*([^\s;]+)/im.exec(head)?.[1] ?? 'application/octet-stream',
			data,
		});
	return true;
}
