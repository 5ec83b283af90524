import { executionCanceled, ImageError } from '../model/errors';
import { keepAliveAgents } from './agents';
import { toNetworkError } from './networkError';
import { redact } from './redact';

export interface ApiRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Begins with a slash; joined to the base URL. Segments that come from outside must be encoded by the caller. */
	path: string;
	/** Entries that are undefined are left out. */
	query?: Record<string, string | number | undefined>;
	headers?: Record<string, string>;
	/** Sent as JSON. */
	json?: unknown;
	timeoutMs?: number;
	/** Largest answer taken. */
	maxBytes?: number;
	signal?: AbortSignal | undefined;
}

export interface ApiAnswer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The body, secrets struck out. */
	text: string;
}

/** The API plane: one endpoint's connection. Gives every HTTP answer, whatever its status; throws ImageError where none came. */
export interface ApiTransport {
	send(request: ApiRequest): Promise<ApiAnswer>;
}

export interface ApiClientOptions {
	baseUrl: string;
	headers: Record<string, string>;
	secrets: readonly string[];
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 8 * 1024 * 1024;

/** All endpoints share these, so that a thousand calls cost a handful of connections. */
let shared: ReturnType<typeof keepAliveAgents> | undefined;

/** Makes the transport of one endpoint: shared keep-alive connections, bounded time and size, no redirects (a redirect would carry the key elsewhere). */
export function createApiClient({ baseUrl, headers, secrets }: ApiClientOptions): ApiTransport {
	const { origin } = new URL(baseUrl);
	return {
		async send(request) {
			const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, signal } = request;
			const failedCall = { origin, secrets, signal, timeoutMs, maxBytes };
			if (signal?.aborted) throw new ImageError('canceled', { message: executionCanceled, delivery: 'notSent' });
			const { default: axios } = await import('axios');
			shared ??= keepAliveAgents(16);
			// axios' own `timeout` is about a silent socket; this bounds the whole call.
			const deadline = AbortSignal.timeout(timeoutMs);
			try {
				const answer = await axios.request<string>({
					method: request.method,
					url: baseUrl + request.path,
					params: request.query,
					headers: { accept: 'application/json', ...(request.json === undefined ? {} : { 'content-type': 'application/json' }), ...headers, ...request.headers },
					data: request.json === undefined ? undefined : JSON.stringify(request.json),
					...shared,
					proxy: false,
					maxRedirects: 0,
					maxContentLength: maxBytes,
					maxBodyLength: Number.POSITIVE_INFINITY,
					responseType: 'text',
					transformResponse: (body: string) => body,
					validateStatus: () => true,
					signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
				});
				const plainHeaders = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
				return { status: answer.status, headers: plainHeaders, text: redact(answer.data, secrets) };
			} catch (thrown) {
				throw toNetworkError(thrown, failedCall);
			}
		},
	};
}
