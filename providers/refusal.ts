import { parseJson } from '../http/json';
import type { Answered } from './provider';

/**
 * Statuses by which whoever answers, a gateway too, says that it has not passed the request on: no key, no such path or
 * method, too large, a type it does not take. 403 and 429 are not among them: a filter in front of a server may also
 * put such a page in the place of an answer, after the server has done the work.
 */
const notPassedOn: readonly number[] = [401, 404, 405, 407, 413, 414, 415, 431];

/**
 * Statuses of the 4xx that do not say that nothing was made: the time was up (408), the state did not fit, e.g. because
 * the same thing exists already (409), whoever asked was gone (499).
 */
const tellNothing: readonly number[] = [408, 409, 499];

/** Whether a server that answers its own error with this status says that it has not begun the work. */
export function isRefusalStatus(status: number): boolean {
	return (status >= 400 && status < 500 && !tellNothing.includes(status)) || status === 503;
}

/** Whether the status alone says that nothing was made: a redirect, which is never followed, or a request that was not passed on. */
export function isNotPassedOn(status: number): boolean {
	return (status >= 300 && status < 400) || notPassedOn.includes(status);
}

/**
 * What holds for every provider: its own error with a refusal's status, or a status that says it whoever sent the page.
 * @param isOwn whether a body, parsed as JSON, has the form in which the provider tells its errors; undefined is no JSON
 */
export function isPlainRefusal({ status, text }: Answered, isOwn: (body: unknown) => boolean): boolean {
	return isNotPassedOn(status) || (isRefusalStatus(status) && text !== null && isOwn(parseJson(text)));
}
