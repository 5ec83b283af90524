import { on } from 'node:events';
import { ImageError } from '../model/errors';
import { type AgentPair, keepAliveAgents } from './agents';
import { takeBreak } from './breaks';
import { toNetworkError } from './networkError';

export interface SocketOptions {
	signal?: AbortSignal | undefined;
	/** Time until the server has accepted the socket; 10 s by default. */
	handshakeTimeoutMs?: number;
	/** Largest message accepted. */
	maxBytes?: number;
}

/** Close codes of RFC 6455 that are not a failure: normal, and no code. */
const normal = [1000, 1005];
const tryAgainLater = 1013;

/** Messages that wait for the reader. With more, nothing is read from the socket until the reader has caught up. */
const maxWaiting = 64;

/** Not the agents of the API plane: an open socket would occupy a request's connection for minutes. */
let shared: AgentPair | undefined;

/** The text messages of a WebSocket, in order; see `ApiTransport.socket`. Leaving the loop closes it. */
export async function* socketMessages(
	url: string,
	headers: Record<string, string>,
	{
		origin,
		secrets,
		signal,
		handshakeTimeoutMs = 10_000,
		maxBytes = 1024 * 1024,
	}: SocketOptions & { origin: string; secrets: readonly string[] },
): AsyncGenerator<string> {
	const { WebSocket } = await import('ws');
	shared ??= keepAliveAgents(Number.POSITIVE_INFINITY);
	const socket = new WebSocket(url, {
		headers,
		handshakeTimeout: handshakeTimeoutMs,
		maxPayload: maxBytes,
		followRedirects: false,
		perMessageDeflate: false,
		agent: url.startsWith('wss:') ? shared.httpsAgent : shared.httpAgent,
	});
	let closed = 1006;
	socket.on('close', (code) => {
		closed = code;
	});
	// Without a listener, an error after the end of the loop would end the process.
	socket.on('error', () => undefined);
	try {
		const options = { close: ['close'], highWaterMark: maxWaiting, ...(signal ? { signal } : {}) };
		for await (const [data, isBinary] of on(socket, 'message', options)) {
			if (isBinary === false) yield String(data);
			await takeBreak();
		}
	} catch (thrown) {
		throw toNetworkError(thrown, { origin, secrets, signal, timeoutMs: handshakeTimeoutMs, maxBytes });
	} finally {
		socket.terminate();
	}
	if (normal.includes(closed)) return;
	throw new ImageError(closed === tryAgainLater ? 'overloaded' : 'network', {
		message:
			closed === tryAgainLater
				? `${origin} has no capacity for another socket`
				: `The socket to ${origin} was closed (${closed})`,
		delivery: 'answered',
	});
}
