import { PassThrough, type Readable } from 'node:stream';

/** One field of a multipart form: a text, or a file that is opened anew for every attempt. */
export type FormPart =
	| { name: string; value: string }
	| {
			name: string;
			fileName: string;
			mimeType: string /** null where the length is not known. */;
			bytes: number | null;
			open: () => Promise<Readable>;
	  };

/**
 * A multipart body, its files streamed one after the other and never held whole. Has a Content-Length where every
 * file's length is known: some servers refuse chunked uploads.
 */
export async function encodeForm(
	parts: readonly FormPart[],
): Promise<{ data: Readable; headers: Record<string, string> }> {
	const { default: FormData } = await import('form-data');
	const form = new FormData();
	for (const part of parts) {
		if ('value' in part) form.append(part.name, part.value);
		else
			form.append(part.name, await part.open(), {
				filename: part.fileName,
				contentType: part.mimeType,
				...(part.bytes === null ? {} : { knownLength: part.bytes }),
			});
	}
	const isLengthKnown = parts.every((part) => 'value' in part || part.bytes !== null);
	// form-data gives a stream of the oldest kind, which neither iterates nor passes a file's error on.
	const data = new PassThrough();
	form.on('error', (error) => data.destroy(error));
	form.pipe(data);
	return {
		data,
		headers: { ...form.getHeaders(), ...(isLengthKnown ? { 'content-length': String(form.getLengthSync()) } : {}) },
	};
}
