import { parseJson } from '../http/json';
import type { Answered } from './provider';

/**
 * With these statuses the server, or a gateway before it, says that it did not process the request: no valid key, no
 * such path or method, too large, an unsupported type. 403 and 429 are not in the list, because a filter may send such
 * a page instead of the server's answer, after the server has done the work.
 */
const notPassedOn: readonly number[] = [401, 404, 405, 407, 413, 414, 415, 431];

/**
 * These 4xx do not say that nothing was made: time-out (408), conflict, possibly with what this request itself has made
 * (409), connection closed by the client (499).
 */
const inconclusiveStatuses: readonly number[] = [408, 409, 499];

/** Whether a provider's own error with this status says that the work was not begun. */
export function isNotAcceptedStatus(status: number): boolean {
	return (status >= 400 && status < 500 && !inconclusiveStatuses.includes(status)) || status === 503;
}

/**
 * Whether the status alone says that nothing was made, also if a gateway sent it: a redirect (never followed), or a
 * request that was not processed.
 */
export function isNotPassedOn(status: number): boolean {
	return (status >= 300 && status < 400) || notPassedOn.includes(status);
}

/**
 * The rule for every provider: its own error with a status of "not accepted", or a status that is enough by itself.
 * @param isOwn whether a parsed JSON body has the form of the provider's errors; it gets undefined for a body that is
 *   not JSON
 */
export function isPlainlyNotAccepted({ status, text }: Answered, isOwn: (body: unknown) => boolean): boolean {
	return isNotPassedOn(status) || (isNotAcceptedStatus(status) && text !== null && isOwn(parseJson(text)));
}
