import type { Readable } from 'node:stream';
import type { AxiosRequestConfig } from 'axios';
import { executionCanceled, ImageError } from '../model/errors';
import { keepAliveAgents } from './agents';
import { type ApiStream, openStream } from './apiStream';
import { encodeForm, type FormPart } from './form';
import { jsonProblem } from './jsonLimits';
import { type FailedCall, toNetworkError } from './networkError';
import { askedPath, type AskedPath } from './pathHint';
import { redact } from './redact';
import { watchSending } from './sending';
import { type SocketOptions, socketMessages } from './socket';
import { timeLimit } from '../model/timeLimit';

export type { ApiStream } from './apiStream';

export interface ApiRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Begins with a slash; joined to the base URL. Segments that come from outside must be encoded by the caller. */
	path: string;
	/** Entries that are undefined are left out. */
	query?: Record<string, string | number | boolean | undefined>;
	headers?: Record<string, string>;
	/** Sent as JSON. */
	json?: unknown;
	/** Sent unchanged, with its type among the headers; instead of `json`. */
	text?: string;
	/** Sent as `multipart/form-data`, files streamed; instead of `json`. */
	form?: readonly FormPart[];
	/** Bounds the whole call, of `open` until the last byte; 30 s by default. */
	timeoutMs?: number;
	/** Largest answer accepted, in bytes after decompression. */
	maxBytes?: number;
	/** The body is lines that the caller reads one by one: the limits of JSON hold for each line, not for the body. */
	isLines?: boolean;
	signal?: AbortSignal | undefined;
	/**
	 * Opens a connection of its own. A server may close an idle connection at the moment of its next use, and then
	 * it is unknown whether the request arrived.
	 */
	freshConnection?: boolean;
}

export interface ApiAnswer {
	status: number;
	/** Names in lower case; values with secrets masked. */
	headers: Record<string, string>;
	/** The body, with secrets masked. */
	text: string;
	asked?: AskedPath | undefined;
}

/**
 * The API plane: one endpoint's connection. Returns every HTTP answer, whatever its status. Throws ImageError if there
 * is no answer.
 */
export interface ApiTransport {
	send(request: ApiRequest): Promise<ApiAnswer>;
	/** As `send`, for bodies that are not text (a file, a ZIP) or that are streamed (SSE). */
	open(request: ApiRequest): Promise<ApiStream>;
	/**
	 * Text messages of a WebSocket at a path of the endpoint. Ends when the server closes normally. Throws `overloaded`
	 * if the server has no capacity (1013), `network` for every other end.
	 */
	socket(path: string, options: SocketOptions): AsyncIterable<string>;
}

export interface ApiClientOptions {
	baseUrl: string;
	headers: Record<string, string>;
	secrets: readonly string[];
}

/** How long a server has for an answer, unless a call has its own time, in ms. */
export const apiTimes = { answerMs: 30_000 };
const defaultMaxBytes = 8 * 1024 * 1024;

/** All endpoints share these, so that a thousand calls need few connections. */
const quick = once(() => keepAliveAgents(10));
/** For long calls (a provider that answers when the images are done), so that others need not wait for a connection. */
const patient = once(() => keepAliveAgents(64));

/** For calls whose outcome must not depend on the state of an idle connection. */
const fresh = once(() => keepAliveAgents(64, { keepAlive: false }));

/**
 * Makes the transport of one endpoint: shared keep-alive connections, bounded time and size, no redirects (a redirect
 * would send the key to another server).
 */
export function createApiClient({ baseUrl, headers, secrets }: ApiClientOptions): ApiTransport {
	const { origin } = new URL(baseUrl);

	async function call(request: ApiRequest, more: AxiosRequestConfig) {
		const { timeoutMs = apiTimes.answerMs, maxBytes = defaultMaxBytes, signal } = request;
		const failed: FailedCall = { origin, secrets, signal, timeoutMs, maxBytes };
		if (signal?.aborted) throw new ImageError('canceled', { message: executionCanceled, delivery: 'notSent' });
		const { default: axios } = await import('axios');
		// axios' own `timeout` applies to an idle socket. This one bounds the whole call.
		const deadline = timeLimit(timeoutMs);
		const sending = watchSending();
		try {
			const body = await encodeBody(request);
			const answer = await axios.request<unknown>({
				method: request.method,
				url: baseUrl + request.path,
				params: request.query,
				headers: { accept: 'application/json', ...body.headers, ...headers, ...request.headers },
				data: body.data,
				...(request.freshConnection ? fresh() : timeoutMs > apiTimes.answerMs ? patient() : quick()),
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
					Object.entries(answer.headers).map(([name, value]) => [
						name.toLowerCase(),
						redact(String(value), secrets),
					]),
				),
				asked: askedPath(baseUrl, request.path, secrets),
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
				asked,
				body,
			} = await call(request, { responseType: 'text', transformResponse: (text: string) => text });
			const text = String(body);
			// The status of a failure says more than its body, which its reader may then not parse.
			const isSuccess = status >= 200 && status < 300;
			const problem = isSuccess && !request.isLines ? jsonProblem(text) : undefined;
			if (problem !== undefined)
				throw new ImageError('malformedResponse', {
					message: `The answer of ${origin} ${problem}`,
					httpStatus: status,
					delivery: 'ambiguous',
				});
			return { status, headers: answered, text: redact(text, secrets), asked };
		},

		async open(request) {
			// `openStream` counts the bytes: axios counts with a generator, which keeps the connection open until the
			// next chunk if the reader stops early.
			const more: AxiosRequestConfig = { responseType: 'stream', maxContentLength: -1 };
			const { status, headers: answered, asked, body, failed } = await call(request, more);
			return openStream({ status, headers: answered, asked }, body as Readable, failed);
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

async function encodeBody({
	json,
	text,
	form,
}: ApiRequest): Promise<{ data?: unknown; headers: Record<string, string> }> {
	if (form) return await encodeForm(form);
	// As bytes, because axios writes a text under a type like `application/jsonl` as a JSON string.
	if (text !== undefined) return { data: Buffer.from(text), headers: {} };
	return json === undefined
		? { headers: {} }
		: { data: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
}

function once<T>(make: () => T): () => T {
	let made: T | undefined;
	return () => (made ??= make());
}
