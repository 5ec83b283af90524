import { ImageError } from '../model/errors';

/**
 * `.` and `..`, also with a path parameter behind them (`..;x`), which some servers cut off before they resolve the
 * path.
 */
const dotSegment = /^\.{1,2}(?:;.*)?$/s;
const controlCharacter = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** A proxy and a server may each decode a path once. An id that is still encoded after this is text. */
const maxDecodings = 4;

/**
 * A path of an API. The text parts are written in the code, and every `${id}` comes from outside:
 * `` apiPath`/v1/jobs/${jobId}/cancel` ``. An id becomes exactly one segment, encoded. Throws `invalidRequest` before
 * anything is sent if it cannot, because a server could read another path from it: an empty id, `..`, a word that the
 * API uses itself.
 */
export function apiPath(parts: TemplateStringsArray, ...ids: Array<string | PathId>): string {
	return String.raw({ raw: parts }, ...ids.map((id) => (typeof id === 'string' ? pathSegment(id) : id.segment)));
}

/** An id that was checked by a rule of its own. */
export interface PathId {
	segment: string;
}

/**
 * An id for `apiPath` that stands beside words of the API.
 * @param words what the API has in the id's place, e.g. `batch` where `DELETE /history/batch` deletes many
 */
export function idBesides(words: readonly string[], id: string): PathId {
	if (words.some((word) => decodings(id).some((text) => text.trim().toLowerCase() === word)))
		throw notAnId(id, 'the API uses this word for another call');
	return { segment: pathSegment(id) };
}

/** An id as one segment of a path, encoded. Throws `invalidRequest` if it cannot be one. */
export function pathSegment(id: string): string {
	const problem = problemOf(id);
	if (problem !== undefined) throw notAnId(id, problem);
	return encodeURIComponent(id);
}

/** Whether an id can be a segment of a path. */
export function isPathSegment(id: string): boolean {
	return problemOf(id) === undefined;
}

function problemOf(id: string): string | undefined {
	if (!id.isWellFormed()) return 'it contains half a character';
	for (const text of decodings(id)) {
		if (text.trim() === '') return 'it is empty';
		if (controlCharacter.test(text)) return 'it contains a control character';
		// A slash is encoded and stays in the segment, but what stands between slashes could be resolved.
		const segments = text.split(/[/\\]/).map((segment) => segment.trim());
		if (segments.some((segment) => segment === '' || dotSegment.test(segment)))
			return 'a server could read another address from it';
	}
	return undefined;
}

/** The id as it is, and as servers may decode it. */
function decodings(id: string): string[] {
	const texts = [id];
	for (let text = id; texts.length <= maxDecodings; texts.push(text)) {
		const decoded = text.replace(/(?:%[0-9a-f]{2})+/gi, decodedOrSame);
		if (decoded === text) break;
		text = decoded;
	}
	return texts;
}

function decodedOrSame(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		// Not UTF-8: servers read the bytes one by one.
		return Buffer.from(text.replaceAll('%', ''), 'hex').toString('latin1');
	}
}

function notAnId(id: string, problem: string): ImageError {
	const shown = JSON.stringify(id.length > 60 ? `${id.slice(0, 60)}…` : id);
	return new ImageError('invalidRequest', {
		message: `${shown} is not an ID that can be sent: ${problem}`,
		hint: 'Check the ID',
		delivery: 'notSent',
	});
}
