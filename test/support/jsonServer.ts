import type { ApiAnswer, ApiRequest, ApiTransport } from '../../http/apiClient';
import { ImageError } from '../../model/errors';
import { transportOf } from './transport';

/** The answer to a request: status and body (JSON, or text), or how it fails. */
export type Reply = { status?: number; body?: unknown } | ImageError;

/**
 * A transport whose server answers by `reply`, and the requests that the server got.
 * @param reply gets the number of the request, from 1
 */
export function jsonServer(reply: (request: ApiRequest, call: number) => Reply) {
	const asked: ApiRequest[] = [];
	const transport: ApiTransport = transportOf(async (request): Promise<ApiAnswer> => {
		asked.push(request);
		const answer = reply(request, asked.length);
		if (answer instanceof ImageError) throw answer;
		return {
			status: answer.status ?? 200,
			headers: {},
			text: typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}),
		};
	});
	return { transport, asked, paths: () => asked.map(({ method, path }) => `${method} ${path}`) };
}
