import { gunzipSync } from 'node:zlib';
import type { Answer, ChangeContext } from './wire';

type Change = (answer: Answer, context: ChangeContext) => Answer | null;

/** A complete other answer. */
export function answerWith(status: number, type: string, body: string, headers: Record<string, string> = {}): Change {
	return () => ({ status, headers: { 'content-type': type, ...headers }, body: Buffer.from(body) });
}

/** An answer that leads elsewhere. */
export function redirectTo(location: (url: string) => string | null): Change {
	return (_answer, { url }) => {
		const target = location(url);
		return { status: 302, headers: target === null ? {} : { location: target }, body: Buffer.alloc(0) };
	};
}

/** The same answer with other headers. */
export function withHeaders(headers: Record<string, string>): Change {
	return (answer) => ({ ...answer, headers: { ...answer.headers, ...headers } });
}

/** The same bytes with another type. */
export const page = '<!doctype html><html><title>Sign in</title><body>Please sign in</body></html>';

const statusField = /^(status|state)$/i;
const timeField = /(_at|At|_time|Time|timestamp|created|updated)$/;

/** The job has a status that no document names. */
export const unknownStatus: Change = (answer) =>
	changedStrings(answer, (name, value) => (statusField.test(name) ? 'TELEPORTING' : value));

/** Every second answer has the first status of the job again. */
export const backwards: Change = (answer, { hits, firstStatus }) => {
	const earlier = changedStrings(answer, (name, value) =>
		statusField.test(name) && firstStatus !== null ? firstStatus : value,
	);
	return hits % 2 === 0 || earlier === null ? earlier : answer;
};

/** All lists are empty: the job is in none of them. */
export const emptyLists: Change = (answer) => {
	const changed: unknown[] = [];
	const json = mapped(jsonIn(answer), (_name, value) => {
		if (!Array.isArray(value) || value.length === 0) return value;
		changed.push(value);
		return [];
	});
	return changed.length > 0 ? withJson(answer, json) : null;
};

/** The clock of the server is wrong, in all times of the answer and in its `Date` header. */
export function clockOff(byMs: number): Change {
	return (answer) => {
		const shifted = (value: unknown) => {
			if (typeof value === 'number' && value > 1e9) return value + (value > 1e12 ? byMs : byMs / 1000);
			if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value))
				return new Date(Date.parse(value) + byMs).toISOString();
			return value;
		};
		const json = mapped(jsonIn(answer), (name, value) => (timeField.test(name) ? shifted(value) : value));
		const changed = json === undefined ? answer : withJson(answer, json);
		return { ...changed, headers: { ...changed.headers, date: new Date(Date.now() + byMs).toUTCString() } };
	};
}

/** The first status in an answer; null if it has none. */
export function statusIn(answer: Answer): string | null {
	let found: string | null = null;
	mapped(jsonIn(answer), (name, value) => {
		if (statusField.test(name) && typeof value === 'string') found ??= value;
		return value;
	});
	return found;
}

function changedStrings(answer: Answer, change: (name: string, value: string) => string): Answer | null {
	const changed: unknown[] = [];
	const json = mapped(jsonIn(answer), (name, value) => {
		if (typeof value !== 'string') return value;
		const other = change(name, value);
		if (other !== value) changed.push(value);
		return other;
	});
	return changed.length > 0 ? withJson(answer, json) : null;
}

/** The answer as JSON; undefined if it is no JSON. */
function jsonIn({ headers, body }: Answer): unknown {
	if (!/json/.test(headers['content-type'] ?? '')) return undefined;
	try {
		const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
		return JSON.parse(bytes.toString('utf8')) as unknown;
	} catch {
		return undefined;
	}
}

function withJson(answer: Answer, json: unknown): Answer {
	const { 'content-encoding': _encoding, ...headers } = answer.headers;
	return { ...answer, headers, body: Buffer.from(JSON.stringify(json)) };
}

/** The value with each field changed, from the outside to the inside. */
function mapped(value: unknown, change: (name: string, value: unknown) => unknown, name = ''): unknown {
	const own = change(name, value);
	if (Array.isArray(own)) return own.map((one) => mapped(one, change, name));
	if (typeof own !== 'object' || own === null) return own;
	return Object.fromEntries(Object.entries(own).map(([key, inner]) => [key, mapped(inner, change, key)]));
}
