import type { ApiRequest, ApiStream, ApiTransport } from '../../http/apiClient';
import { readValue } from '../../http/json';
import { bodyOf, failureOf } from './errors';
import { type GenerateAnswer, generateAnswer, type GenerateBody } from './wire';

/** A call of one of the many paths whose answers the document shows by a sample or not at all. */
export type FreeCall = Pick<ApiRequest, 'method' | 'path' | 'query' | 'json' | 'form' | 'signal' | 'timeoutMs'>;

export interface AiBatchClient {
	/** `POST /api/generate-image`; answers when the pictures are there. */
	generate(body: GenerateBody, options: { signal?: AbortSignal | undefined; timeoutMs: number }): Promise<GenerateAnswer>;
	/** Any other call, whose answer is JSON or a file. Statuses in `accept` are good as well: `/health` may answer 503 with a JSON body on a good server. */
	open(call: FreeCall, accept?: readonly number[]): Promise<ApiStream>;
}

/** Five pictures as base64 and more. */
const largestAnswer = 256 * 1024 * 1024;

export function createAiBatchClient(transport: ApiTransport, now: () => number = Date.now): AiBatchClient {
	return {
		async generate(json, options) {
			const answer = await transport.send({ method: 'POST', path: '/api/generate-image', json, maxBytes: largestAnswer, ...options });
			return readValue(generateAnswer, bodyOf(answer, answer.text, now()), 'The answer');
		},
		async open(request, accept = []) {
			const answer = await transport.open({ headers: { accept: '*/*' }, maxBytes: largestAnswer, ...request });
			if ((answer.status < 200 || answer.status >= 300) && !accept.includes(answer.status)) throw failureOf(answer, await answer.text(), now());
			return answer;
		},
	};
}
