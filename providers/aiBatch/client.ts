import type { ApiRequest, ApiStream, ApiTransport } from '../../http/apiClient';
import { readValue } from '../../http/json';
import { bodyOf } from './errors';
import { type GenerateAnswer, generateAnswer, type GenerateBody } from './wire';

/** A call of one of the many paths whose answers the document shows by a sample or not at all. */
export type FreeCall = Pick<ApiRequest, 'method' | 'path' | 'query' | 'json' | 'form' | 'signal' | 'timeoutMs'>;

export interface AiBatchClient {
	/** `POST /api/generate-image`; answers when the pictures are there. */
	generate(body: GenerateBody, options: { signal?: AbortSignal | undefined; timeoutMs: number }): Promise<GenerateAnswer>;
	/** Any other call; gives the JSON it answers with. `/health` may answer 503 with a JSON body on a good server. */
	call(call: FreeCall, accept?: readonly number[]): Promise<unknown>;
	/** A call that answers with a file. */
	open(call: FreeCall): Promise<ApiStream>;
}

/** Five pictures as base64 and more. */
const largestAnswer = 256 * 1024 * 1024;

export function createAiBatchClient(transport: ApiTransport, now: () => number = Date.now): AiBatchClient {
	return {
		async generate(json, options) {
			const answer = await transport.send({ method: 'POST', path: '/api/generate-image', json, maxBytes: largestAnswer, ...options });
			return readValue(generateAnswer, bodyOf(answer, answer.text, now()), 'The answer');
		},
		async call(request, accept = []) {
			const answer = await transport.send({ maxBytes: largestAnswer, ...request });
			return bodyOf(accept.includes(answer.status) ? { ...answer, status: 200 } : answer, answer.text, now());
		},
		async open(request) {
			const answer = await transport.open({ headers: { accept: '*/*' }, timeoutMs: 10 * 60_000, maxBytes: 4 * 1024 ** 3, ...request });
			if (answer.status < 200 || answer.status >= 300) bodyOf(answer, await answer.text(), now());
			return answer;
		},
	};
}
