import type { ApiAnswer, ApiTransport } from '../../http/apiClient';
import { parseJson, readValue } from '../../http/json';
import { toImageError } from '../../model/errors';
import { mayBePaid, sendCharged } from '../charged';
import type { CallOptions } from '../provider';
import { bodyOf, isNotAccepted, terms } from './errors';
import {
	type ChatAnswer,
	chatAnswer,
	type ChatBody,
	imagesAnswer,
	type ImagesAnswer,
	type ImagesBody,
	modelsAnswer,
} from './wire';

/** A call whose answer arrives when the site has finished. */
export interface LongCall extends CallOptions {
	timeoutMs: number;
}

/** The document's calls, in its order. Each throws ImageError for an unexpected answer. */
export interface JimengClient {
	generations(body: ImagesBody, options: LongCall): Promise<ImagesAnswer>;
	compositions(body: ImagesBody & { images: string[] }, options: LongCall): Promise<ImagesAnswer>;
	chat(body: ChatBody, options: LongCall): Promise<ChatAnswer>;
	/** The data of each event of a streamed chat; `[DONE]` included. */
	chatStream(body: ChatBody, options: LongCall): AsyncIterable<string>;
	/** Not in the document; public releases have it. */
	models(options: CallOptions): Promise<string[]>;
}

/** In bytes: room for more than four 4K images as base64. */
const largestAnswer = 256 * 1024 * 1024;

export function createJimengClient(transport: ApiTransport, now: () => number = Date.now): JimengClient {
	const bodyIn = (answer: ApiAnswer) => bodyOf(answer, answer.text, now());
	const images = (path: string, json: ImagesBody, options: LongCall) =>
		sendCharged(
			transport,
			{ method: 'POST', path, json, maxBytes: largestAnswer, ...options },
			(answer) => imagesIn(answer) ?? readValue(imagesAnswer, bodyIn(answer), 'The answer'),
			terms,
		);
	return {
		generations: (body, options) => images('/v1/images/generations', body, options),
		compositions: (body, options) => images('/v1/images/compositions', body, options),
		chat: (body, options) =>
			sendCharged(
				transport,
				{ method: 'POST', path: '/v1/chat/completions', json: { ...body, stream: false }, ...options },
				(answer) => readValue(chatAnswer, bodyIn(answer), 'The chat answer'),
				terms,
			),
		async *chatStream(body, options) {
			let wasNotAccepted = false;
			try {
				const answer = await transport.open({
					method: 'POST',
					path: '/v1/chat/completions',
					json: { ...body, stream: true },
					headers: { accept: 'text/event-stream' },
					...options,
				});
				if (answer.status === 200 && /event-stream/i.test(answer.headers['content-type'] ?? '')) {
					yield* answer.events();
					return;
				}
				// An error arrives as JSON instead of a stream, even with status 200. A server that does not stream
				// also answers with JSON.
				const text = await answer.text();
				wasNotAccepted = isNotAccepted({ ...answer, text });
				yield* bodyOf(answer, text, now()) === undefined ? eventsIn(text) : [text];
			} catch (thrown) {
				const error = toImageError(thrown);
				throw wasNotAccepted ? error : mayBePaid(error, terms.hint);
			}
		},
		async models({ signal }) {
			const { data } = readValue(
				modelsAnswer,
				bodyIn(await transport.send({ method: 'GET', path: '/v1/models', signal })),
				'The models',
			);
			return data.map(({ id }) => id);
		},
	};
}

/** The events of a stream that was sent with another content type. */
function eventsIn(text: string): string[] {
	return text.split(/\r?\n/).flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []));
}

/** The answer if it contains an image: then it is a success, whatever its other fields say. */
function imagesIn({ status, text }: ApiAnswer): ImagesAnswer | undefined {
	const answer = status >= 200 && status < 300 ? imagesAnswer.safeParse(parseJson(text)).data : undefined;
	return answer?.data.some(({ url, b64_json }) => url || b64_json) ? answer : undefined;
}
