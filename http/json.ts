import type { z } from 'zod4';
import { ImageError } from '../model/errors';
import type { ApiAnswer } from './apiClient';

/** A text as JSON, or undefined if it is not JSON (e.g. an HTML error page). */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/**
 * Checks an answer against its schema at the edge.
 * @param what names the answer in the error, e.g. `the job list`
 */
export function readAnswer<T>(schema: z.ZodType<T>, answer: ApiAnswer, what: string): T {
	const body = parseJson(answer.text);
	if (body === undefined) {
		throw new ImageError('malformedResponse', {
			message: `${what} is not JSON: ${excerpt(answer.text)}`,
			httpStatus: answer.status,
			hint: 'Check that the base URL is the address of the API, and not of a web page or a proxy',
		});
	}
	return readValue(schema, body, what, answer.status);
}

/** As `readAnswer`, for a parsed value. */
export function readValue<T>(schema: z.ZodType<T>, value: unknown, what: string, httpStatus: number | null = null): T {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
	throw new ImageError('malformedResponse', {
		message: `${what} has an unexpected shape${where}: ${issue?.message ?? 'unknown'}`,
		httpStatus,
	});
}

/** The beginning of an outside text, on one line, for an error message. */
export function excerpt(text: string, length = 120): string {
	const line = text
		.replace(/<[^>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return line.length > length ? `${line.slice(0, length)}…` : line || '(empty)';
}
