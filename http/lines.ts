import { ImageError } from '../model/errors';
import { takeBreak } from './breaks';

/** More than the requests of any batch. */
const maxLines = 20_000;

/** Reads a body of lines, without the empty ones. Other work of n8n runs between them. */
export async function eachLine<T>(text: string, read: (line: string) => T): Promise<T[]> {
	const found: T[] = [];
	for (let from = 0; from < text.length; ) {
		const end = text.indexOf('\n', from);
		const line = text.slice(from, end < 0 ? text.length : end);
		from += line.length + 1;
		if (line.trim() !== '') found.push(read(line));
		if (found.length > maxLines)
			throw new ImageError('malformedResponse', { message: `The answer has more than ${maxLines} lines` });
		await takeBreak();
	}
	return found;
}
