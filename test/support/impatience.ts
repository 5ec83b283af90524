import type { ApiRequest, ApiTransport } from '../../http/apiClient';

/**
 * At these base URLs, requests time out soon, so that tests of servers that never answer are quick: those that change
 * something, or all.
 */
export const impatience = new Map<string, 'writes' | 'all'>();

/** Long enough for a busy machine. */
export const impatientMs = 2_500;

function impatientTransport(transport: ApiTransport, baseUrl: string): ApiTransport {
	const hurried = (request: ApiRequest): ApiRequest => {
		const which = impatience.get(baseUrl);
		return which === undefined || (which === 'writes' && request.method === 'GET')
			? request
			: { ...request, timeoutMs: Math.min(impatientMs, request.timeoutMs ?? impatientMs) };
	};
	return {
		...transport,
		send: (request) => transport.send(hurried(request)),
		open: (request) => transport.open(hurried(request)),
	};
}

/** The module `http/apiClient` with impatient transports, for `jest.mock`. */
export function impatientClient(): typeof import('../../http/apiClient') {
	const real = jest.requireActual<typeof import('../../http/apiClient')>('../../http/apiClient');
	return {
		...real,
		createApiClient: (options) => impatientTransport(real.createApiClient(options), options.baseUrl),
	};
}
