import { ImageError } from '../model/errors';
import type { ApiAnswer, ApiRequest, ApiTransport } from './apiClient';

export interface FetchOptions extends Pick<ApiRequest, 'timeoutMs' | 'maxBytes' | 'signal'> {
	/** Of the endpoint; nothing else is fetched. */
	baseUrl: string;
	/** Sees every answer before the caller does; throws what a refusal means. */
	check: (answer: ApiAnswer) => void;
}

/**
 * A `fetch` over the API plane, for SDKs that take one: their calls keep the endpoint's pace, share its connections,
 * are bounded in time and size, and show no secret. Takes text bodies. Fails with ImageError.
 */
export function fetchOver(transport: ApiTransport, { baseUrl, check, ...bounds }: FetchOptions): typeof fetch {
	return async (input, init = {}) => {
		const url = input instanceof Request ? input.url : String(input);
		if (!url.startsWith(`${baseUrl}/`))
			throw new ImageError('invalidRequest', {
				message: `An address outside of ${baseUrl} was asked for`,
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
