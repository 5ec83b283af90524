import { pipeline, type Readable, Transform } from 'node:stream';
import type { AxiosRequestConfig } from 'axios';
import { executionCanceled, ImageError } from '../model/errors';
import { keepAliveAgents } from './agents';
import { serverSentEvents } from './events';
import { encodeForm, type FormPart } from './form';
import { type FailedCall, toNetworkError } from './networkError';
import { redact } from './redact';
import { watchSending } from './sending';
import { type SocketOptions, socketMessages } from './socket';

export interface ApiRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Begins with a slash; joined to the base URL. Segments that come from outside must be encoded by the caller. */
	path: string;
	/** Entries that are undefined are left out. */
	query?: Record<string, string | number | boolean | undefined>;
	headers?: Record<string, string>;
	/** Sent as JSON. */
	json?: unknown;
	/** Sent as it is, its type among the headers; instead of `json`. */
	text?: string;
	/** Sent as `multipart/form-data`, files streamed; instead of `json`. */
	form?: readonly FormPart[];
	/** Bounds the whole call, of `open` until the last byte; 30 s by default. */
	timeoutMs?: number;
	/** Largest answer taken. */
	maxBytes?: number;
	signal?: AbortSignal | undefined;
	/**
	 * Opens a connection of its own: a server may cut an idle one at the very moment it is used again, and then nobody
	 * knows whether the request arrived.
	 */
	freshConnection?: boolean;
}

export interface ApiAnswer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The body, secrets struck out. */
	text: string;
}

/** An answer whose body has not been read yet. Exactly one of the three readers is to be used. */
export interface ApiStream {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The bytes as they come; fails when the connection breaks, time is up, or there are more than `maxBytes`. */
	body: Readable;
	/** The whole body as text, secrets struck out. */
	text(): Promise<string>;
	/** The data of each server-sent event as it comes, secrets struck out. Throws `network` when the stream breaks. */
	events(): AsyncIterable<string>;
}

/**
 * The API plane: one endpoint's connection. Gives every HTTP answer, whatever its status; throws ImageError where none
 * came.
 */
export interface ApiTransport {
	send(request: ApiRequest): Promise<ApiAnswer>;
	/** As `send`, for bodies that are no text (a file, a ZIP) or come bit by bit (SSE). */
	open(request: ApiRequest): Promise<ApiStream>;
	/**
	 * Text messages of a WebSocket at a path of the endpoint. Ends when the server closes normally;
	 * throws `overloaded` when it has no room (1013), `network` for every other end.
	 */
	socket(path: string, options: SocketOptions): AsyncIterable<string>;
}

export interface ApiClientOptions {
	baseUrl: string;
	headers: Record<string, string>;
	secrets: readonly string[];
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 8 * 1024 * 1024;

/** All endpoints share these, so that a thousand calls cost a handful of connections. */
const quick = once(() => keepAliveAgents(10));
/**
 * For calls that take long by nature (an answer that comes when the pictures are made): they must not keep the others
 * waiting for a connection.
 */
const patient = once(() => keepAliveAgents(64));

/** For calls whose outcome must not hang on the state of an idle connection. */
const fresh = once(() => keepAliveAgents(64, { keepAlive: false }));

/**
 * Makes the transport of one endpoint: shared keep-alive connections, bounded time and size, no redirects (a redirect
 * would carry the key elsewhere).
 */
export function createApiClient({ baseUrl, headers, secrets }: ApiClientOptions): ApiTransport {
	const { origin } = new URL(baseUrl);

	async function call(request: ApiRequest, more: AxiosRequestConfig) {
		const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, signal } = request;
		const failed: FailedCall = { origin, secrets, signal, timeoutMs, maxBytes };
		if (signal?.aborted) throw new ImageError('canceled', { message: executionCanceled, delivery: 'notSent' });
		const { default: axios } = await import('axios');
		// axios' own `timeout` is about a silent socket; this bounds the whole call.
		const deadline = AbortSignal.timeout(timeoutMs);
		const sending = watchSending();
		try {
			const body = await encodeBody(request);
			const answer = await axios.request<unknown>({
				method: request.method,
				url: baseUrl + request.path,
				params: request.query,
				headers: { accept: 'application/json', ...body.headers, ...headers, ...request.headers },
				data: body.data,
				...(request.freshConnection ? fresh() : timeoutMs > defaultTimeoutMs ? patient() : quick()),
				transport: sending.transport(baseUrl),
				proxy: false,
				maxRedirects: 0,
				maxContentLength: maxBytes,
				maxBodyLength: Number.POSITIVE_INFINITY,
				validateStatus: () => true,
				signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
				...more,
			});
			return {
				status: answer.status,
				headers: Object.fromEntries(
					Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
				),
				body: answer.data,
				failed,
			};
		} catch (thrown) {
			throw toNetworkError(thrown, { ...failed, isWritten: sending.isWritten() });
		}
	}

	return {
		async send(request) {
			const {
				status,
				headers: answered,
				body,
			} = await call(request, { responseType: 'text', transformResponse: (text: string) => text });
			return { status, headers: answered, text: redact(String(body), secrets) };
		},

		async open(request) {
			// Counted by ourselves: axios counts through a generator, which when left early keeps the connection open
			// until the next chunk.
			const {
				status,
				headers: answered,
				body: source,
				failed,
			} = await call(request, { responseType: 'stream', maxContentLength: -1 });
			const body = pipeline(source as Readable, atMost(failed.maxBytes, origin), () => undefined);
			return {
				status,
				headers: answered,
				body,
				text: async () => {
					try {
						let text = '';
						const decoder = new TextDecoder();
						for await (const chunk of body) text += decoder.decode(chunk as Buffer, { stream: true });
						return redact(text + decoder.decode(), secrets);
					} catch (thrown) {
						throw toNetworkError(thrown, failed);
					}
				},
				events: async function* () {
					try {
						for await (const data of serverSentEvents(body)) yield redact(data, secrets);
					} catch (thrown) {
						throw toNetworkError(thrown, failed);
					} finally {
						// Whoever stops listening early wants no more of it.
						body.destroy();
					}
				},
			};
		},

		async *socket(path, options) {
			for await (const message of socketMessages(`${baseUrl.replace(/^http/i, 'ws')}${path}`, headers, {
				origin,
				secrets,
				...options,
			}))
				yield redact(message, secrets);
		},
	};
}

/** Lets bytes through, and fails when there are more than allowed. */
function atMost(maxBytes: number, origin: string): Transform {
	let bytes = 0;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			bytes += chunk.length;
			if (bytes > maxBytes)
				done(
					new ImageError('malformedResponse', {
						message: `The answer of ${origin} is larger than ${maxBytes} bytes`,
						delivery: 'ambiguous',
					}),
				);
			else done(null, chunk);
		},
	});
}

async function encodeBody({
	json,
	text,
	form,
}: ApiRequest): Promise<{ data?: unknown; headers: Record<string, string> }> {
	if (form) return await encodeForm(form);
	if (text !== undefined) return { data: text, headers: {} };
	return json === undefined
		? { headers: {} }
		: { data: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
}

function once<T>(make: () => T): () => T {
	let made: T | undefined;
	return () => (made ??= make());
}
