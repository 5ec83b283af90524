import type { z } from 'zod4';
import { ImageError } from '../model/errors';
import type { ApiAnswer } from './apiClient';
import { jsonProblem } from './jsonLimits';

/** A text as JSON; undefined if it is not JSON (e.g. an HTML error page) or is beyond the limits of `jsonProblem`. */
export function parseJson(text: string): unknown {
	if (jsonProblem(text) !== undefined) return undefined;
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

/** How much of an outside text an excerpt is made from, in characters: markup is long. */
const excerptSource = 4_000;

/** The beginning of an outside text, on one line, for an error message. */
export function excerpt(text: string, length = 120): string {
	const line = withoutTags(text.slice(0, excerptSource)).replace(/\s+/g, ' ').trim();
	return line.length > length ? `${line.slice(0, length)}…` : line || '(empty)';
}

/** A space instead of each tag. A pattern would search again from every `<` that no `>` follows. */
function withoutTags(text: string): string {
	let kept = '';
	for (let from = 0; ; ) {
		const start = text.indexOf('<', from);
		const end = start < 0 ? -1 : text.indexOf('>', start);
		if (end < 0) return kept + text.slice(from);
		kept += `${text.slice(from, start)} `;
		from = end + 1;
	}
}
