import { PassThrough, type Readable } from 'node:stream';

/** One field of a multipart form: a text, or a file that every attempt opens again. */
export type FormPart =
	| { name: string; value: string }
	| {
			name: string;
			fileName: string;
			mimeType: string;
			/** null if the length is unknown. */
			bytes: number | null;
			open: () => Promise<Readable>;
	  };

/**
 * A multipart body that streams its files one after the other. It has a Content-Length if every file's length is known,
 * because some servers do not accept chunked uploads.
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
	// form-data's stream is of the oldest kind: it cannot be iterated, and it does not pass on a file's error.
	const data = new PassThrough();
	form.on('error', (error) => data.destroy(error));
	form.pipe(data);
	return {
		data,
		headers: { ...form.getHeaders(), ...(isLengthKnown ? { 'content-length': String(form.getLengthSync()) } : {}) },
	};
}
