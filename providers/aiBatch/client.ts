import type { ApiAnswer, ApiRequest, ApiStream, ApiTransport } from '../../http/apiClient';
import { parseJson, readValue } from '../../http/json';
import { sendCharged } from '../charged';
import { bodyOf, failureOf, terms } from './errors';
import { type GenerateAnswer, generateAnswer, type GenerateBody } from './wire';

/** A call of a path whose answer the document shows only by an example, or not at all. */
export type FreeCall = Pick<ApiRequest, 'method' | 'path' | 'query' | 'json' | 'form' | 'signal' | 'timeoutMs'>;

export interface AiBatchClient {
	/** `POST /api/generate-image`; answers when the images are ready. */
	generate(
		body: GenerateBody,
		options: { signal?: AbortSignal | undefined; timeoutMs: number },
	): Promise<GenerateAnswer>;
	/**
	 * Any other call, whose answer is JSON or a file. Statuses in `accept` count as success too: on a healthy server
	 * `/health` may answer 503 with a JSON body.
	 */
	open(call: FreeCall, accept?: readonly number[]): Promise<ApiStream>;
}

/** In bytes: room for more than five images as base64. */
const largestAnswer = 256 * 1024 * 1024;

export function createAiBatchClient(transport: ApiTransport, now: () => number = Date.now): AiBatchClient {
	return {
		generate: (json, options) =>
			sendCharged(
				transport,
				{ method: 'POST', path: '/api/generate-image', json, maxBytes: largestAnswer, ...options },
				(answer) =>
					imagesIn(answer) ?? readValue(generateAnswer, bodyOf(answer, answer.text, now()), 'The answer'),
				terms,
			),
		async open(request, accept = []) {
			const answer = await transport.open({ headers: { accept: '*/*' }, maxBytes: largestAnswer, ...request });
			if ((answer.status < 200 || answer.status >= 300) && !accept.includes(answer.status))
				throw failureOf(answer, await answer.text(), now());
			return answer;
		},
	};
}

/** The answer if it contains an image: then it is a success, whatever its other fields say. */
function imagesIn({ status, text }: ApiAnswer): GenerateAnswer | undefined {
	const answer = status >= 200 && status < 300 ? generateAnswer.safeParse(parseJson(text)).data : undefined;
	return answer?.images.some(({ url, base64 }) => url || base64) ? answer : undefined;
}
