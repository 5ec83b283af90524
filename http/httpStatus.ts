import type { ErrorCode } from '../model/errors';

/** The error code of an HTTP status, for every server whose document does not give the status another meaning. */
export function codeOfStatus(status: number): ErrorCode {
	// A success that its reader cannot use, such as 204 for an image.
	if (status >= 200 && status < 300) return 'malformedResponse';
	if (status === 401 || status === 403) return 'auth';
	if (status === 402) return 'quotaExceeded';
	if (status === 404 || status === 410) return 'notFound';
	if (status === 409) return 'conflict';
	if (status === 429) return 'rateLimited';
	if (isBusy(status)) return 'overloaded';
	if (status >= 500) return 'upstream';
	return 'invalidRequest';
}

/**
 * The error code of an answer for which a provider's own code or text has a meaning. That meaning is more precise than
 * the status, except for 429: such a request was not worked on, whatever the provider calls it. Only a used-up quota is
 * another reason for it, because waiting does not help then.
 */
export function codeOfAnswer(status: number, meant: ErrorCode): ErrorCode {
	return status === 429 && meant !== 'quotaExceeded' ? 'rateLimited' : meant;
}

/** What the user can do about a status of an API, whatever the request was; null where it depends on the request. */
export function hintOfStatus(status: number): string | null {
	if (status >= 300 && status < 400) return 'The server redirects; put the final address into the base URL';
	if (status === 429)
		return 'Lower "Requests per Minute" or "Jobs in Flight" in the credential to what the server allows';
	if (isBusy(status)) return 'The service is busy; try again later';
	return null;
}

const isBusy = (status: number) => status === 502 || status === 503 || status === 504;
