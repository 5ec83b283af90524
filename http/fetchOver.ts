import { ImageError } from '../model/errors';
import type { ApiAnswer, ApiRequest, ApiTransport } from './apiClient';

export interface FetchOptions extends Pick<ApiRequest, 'timeoutMs' | 'maxBytes' | 'signal'> {
	/** Of the endpoint. Only addresses below it are fetched. */
	baseUrl: string;
	/** Gets every answer before the caller; throws what an error answer means. */
	check: (answer: ApiAnswer) => void;
}

/**
 * A `fetch` over the API plane, for SDKs that accept one. Their calls then keep the endpoint's limits, share its
 * connections, are bounded in time and size, and reveal no secret. Text bodies only. Fails with ImageError.
 */
export function fetchOver(transport: ApiTransport, { baseUrl, check, ...bounds }: FetchOptions): typeof fetch {
	return async (input, init = {}) => {
		const url = input instanceof Request ? input.url : String(input);
		if (!url.startsWith(`${baseUrl}/`))
			throw new ImageError('invalidRequest', {
				message: `The SDK requested an address outside of ${baseUrl}`,
				delivery: 'notSent',
			});
		const text = typeof init.body === 'string' ? { text: init.body } : {};
		const answer = await transport.send({
			method: (init.method ?? 'GET') as ApiRequest['method'],
			path: url.slice(baseUrl.length),
			headers: Object.fromEntries(new Headers(init.headers)),
			...text,
			...bounds,
		});
		check(answer);
		return new Response(answer.text, { status: answer.status, headers: answer.headers });
	};
}
