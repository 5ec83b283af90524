import type { ErrorCode } from '../model/errors';

/** What an HTTP status means where the provider's document says nothing else of it. */
export function codeOfStatus(status: number): ErrorCode {
	if (status === 401 || status === 403) return 'auth';
	if (status === 402) return 'quotaExceeded';
	if (status === 404 || status === 410) return 'notFound';
	if (status === 409) return 'conflict';
	if (status === 429) return 'rateLimited';
	if (status === 502 || status === 503 || status === 504) return 'overloaded';
	if (status >= 500) return 'upstream';
	return 'invalidRequest';
}

/** The mend for a status that says more of the way than of the request; null where there is none in general. */
export function hintOfStatus(status: number): string | null {
	if (status >= 300 && status < 400) return 'The server redirects; put the final address into the base URL';
	if (status === 429)
		return 'Lower "Requests per Minute" or "Jobs in Flight" in the credential to what the server allows';
	if (status === 502 || status === 503 || status === 504) return 'The service is busy; try again later';
	return null;
}
