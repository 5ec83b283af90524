import type { ApiRequest, ApiTransport } from '../../http/apiClient';
import { readValue } from '../../http/json';
import type { CallOptions } from '../provider';
import { bodyOf } from './errors';
import { type ChatAnswer, chatAnswer, type ChatBody, imagesAnswer, type ImagesAnswer, type ImagesBody, modelsAnswer } from './wire';

/** A call that blocks until the site is done. */
export interface LongCall extends CallOptions {
	timeoutMs: number;
}

/** The document's calls, in its order. Each throws ImageError for anything but the answer it promises. */
export interface JimengClient {
	generations(body: ImagesBody, options: LongCall): Promise<ImagesAnswer>;
	compositions(body: ImagesBody & { images: string[] }, options: LongCall): Promise<ImagesAnswer>;
	chat(body: ChatBody, options: LongCall): Promise<ChatAnswer>;
	/** The data of each event of a streamed chat; `[DONE]` included. */
	chatStream(body: ChatBody, options: LongCall): AsyncIterable<string>;
	/** Not in the document; public releases have it. */
	models(options: CallOptions): Promise<string[]>;
}

/** Four 4K pictures as base64 and more. */
const largestAnswer = 256 * 1024 * 1024;

export function createJimengClient(transport: ApiTransport, now: () => number = Date.now): JimengClient {
	const call = async (request: ApiRequest) => {
		const answer = await transport.send(request);
		return bodyOf(answer, answer.text, now());
	};
	const images = async (path: string, json: ImagesBody, options: LongCall) => readValue(imagesAnswer, await call({ method: 'POST', path, json, maxBytes: largestAnswer, ...options }), 'The answer');
	return {
		generations: (body, options) => images('/v1/images/generations', body, options),
		compositions: (body, options) => images('/v1/images/compositions', body, options),
		chat: async (body, options) => readValue(chatAnswer, await call({ method: 'POST', path: '/v1/chat/completions', json: { ...body, stream: false }, ...options }), 'The chat answer'),
		async *chatStream(body, options) {
			const answer = await transport.open({ method: 'POST', path: '/v1/chat/completions', json: { ...body, stream: true }, headers: { accept: 'text/event-stream' }, ...options });
			// An error comes as JSON in place of the stream, under 200 too.
			if (answer.status !== 200 || !/event-stream/i.test(answer.headers['content-type'] ?? '')) bodyOf(answer, await answer.text(), now());
			else yield* answer.events();
		},
		async models({ signal }) {
			const { data } = readValue(modelsAnswer, await call({ method: 'GET', path: '/v1/models', signal }), 'The models');
			return data.map(({ id }) => id);
		},
	};
}
