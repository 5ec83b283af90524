import type { ApiRequest, ApiTransport } from '../../http/apiClient';

/**
 * At these base URLs, requests that change something time out soon, so that tests of servers that never answer are
 * quick.
 */
export const impatient = new Set<string>();

/** Long enough for a busy machine. */
const timeoutMs = 2_500;

export function impatientTransport(transport: ApiTransport, baseUrl: string): ApiTransport {
	const hurried = (request: ApiRequest): ApiRequest =>
		request.method === 'GET' || !impatient.has(baseUrl)
			? request
			: { ...request, timeoutMs: Math.min(timeoutMs, request.timeoutMs ?? timeoutMs) };
	return {
		...transport,
		send: (request) => transport.send(hurried(request)),
		open: (request) => transport.open(hurried(request)),
	};
}
