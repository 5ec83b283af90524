import type { ApiAnswer, ApiRequest, ApiStream, ApiTransport } from '../../http/apiClient';
import { parseJson, readValue } from '../../http/json';
import { sendCharged } from '../charged';
import { bodyOf, failureOf, terms } from './errors';
import { type GenerateAnswer, generateAnswer, type GenerateBody } from './wire';

/** A call of one of the many paths whose answers the document shows by a sample or not at all. */
export type FreeCall = Pick<ApiRequest, 'method' | 'path' | 'query' | 'json' | 'form' | 'signal' | 'timeoutMs'>;

export interface AiBatchClient {
	/** `POST /api/generate-image`; answers when the pictures are there. */
	generate(
		body: GenerateBody,
		options: { signal?: AbortSignal | undefined; timeoutMs: number },
	): Promise<GenerateAnswer>;
	/**
	 * Any other call, whose answer is JSON or a file. Statuses in `accept` are good as well: `/health` may answer 503
	 * with a JSON body on a good server.
	 */
	open(call: FreeCall, accept?: readonly number[]): Promise<ApiStream>;
}

/** Five pictures as base64 and more. */
const largestAnswer = 256 * 1024 * 1024;

export function createAiBatchClient(transport: ApiTransport, now: () => number = Date.now): AiBatchClient {
	return {
		generate: (json, options) =>
			sendCharged(
				transport,
				{ method: 'POST', path: '/api/generate-image', json, maxBytes: largestAnswer, ...options },
				(answer) =>
					picturesIn(answer) ?? readValue(generateAnswer, bodyOf(answer, answer.text, now()), 'The answer'),
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

/** The answer if it holds a picture: then it is a success, whatever else it says. */
function picturesIn({ status, text }: ApiAnswer): GenerateAnswer | undefined {
	const answer = status >= 200 && status < 300 ? generateAnswer.safeParse(parseJson(text)).data : undefined;
	return answer?.images.some(({ url, base64 }) => url || base64) ? answer : undefined;
}
