import { Readable } from 'node:stream';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import { safeFileName } from '../../model/fileName';

/** A file of an incoming item. Each time it is opened, it is streamed from n8n's binary store. */
export interface InputFile {
	fileName: string;
	/** The type from n8n; not checked against the bytes. */
	mimeType: string;
	/** null if n8n does not know it. */
	bytes: number | null;
	open: () => Promise<Readable>;
}

/** Throws `invalidRequest` if the item has no such file. The error names the field and lists the existing fields. */
export function inputFile(context: IExecuteFunctions, itemIndex: number, field: string): InputFile {
	const binary = context.getInputData()[itemIndex]?.binary ?? {};
	const data = Object.hasOwn(binary, field) ? binary[field] : undefined;
	if (!data) {
		const present = Object.keys(binary);
		throw new ImageError('invalidRequest', {
			message: `The item has no binary field "${field}"`,
			hint: present.length > 0 ? `It has: ${present.join(', ')}` : 'It has no binary data at all',
			delivery: 'notSent',
		});
	}
	return fileOf(context, data, field);
}

/**
 * n8n stores a readable length (`1.2 MB`). The exact length is known only for data in memory, and in newer releases of
 * n8n.
 */
function lengthOf(data: IBinaryData): number | null {
	if (typeof data.bytes === 'number') return data.bytes;
	return data.id === undefined ? Buffer.byteLength(data.data, 'base64') : null;
}

/** Binary data as a file. @param name for data without a file name */
export function fileOf({ helpers }: Pick<IExecuteFunctions, 'helpers'>, data: IBinaryData, name: string): InputFile {
	const { id } = data;
	return {
		fileName: safeFileName(data.fileName ?? name, 'file'),
		mimeType: data.mimeType,
		bytes: lengthOf(data),
		open: async () =>
			id === undefined ? Readable.from([Buffer.from(data.data, 'base64')]) : await helpers.getBinaryStream(id),
	};
}
