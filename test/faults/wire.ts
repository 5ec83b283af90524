import type { IncomingHttpHeaders } from 'node:http';

/** A request as the proxy sees it, before the provider does. */
export interface Seen {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	isSocket: boolean;
}

/** The provider's answer, which a fault may change. */
export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
}

/** Numbers from 0 to 1 that depend only on the seed. */
export type Draw = () => number;

/** What a change of an answer may use. */
export interface ChangeContext {
	draw: Draw;
	/** Number of requests that the fault has hit before. */
	hits: number;
	/** Address of the proxy, which is the base URL of the credential. */
	url: string;
	/** The first status of a job that the provider reported in this cell; null if it has reported none. */
	firstStatus: string | null;
}

/** What happens to a request. */
export type Wire =
	/** The server is away: no connection is accepted, and open ones are reset. */
	| { kind: 'refuse' }
	/** The provider does not get the request. */
	| { kind: 'resetAtRequest' | 'resetInRequest' | 'hangAtRequest' }
	/** The provider has handled the request. `from` and `to` limit the position of the cut, as parts of the answer. */
	| { kind: 'cut' | 'silence'; part: 'start' | 'headers' | 'body' }
	/** The answer comes in single bytes with a pause between them, in ms. */
	| { kind: 'drip'; pauseMs: number }
	/** The answer begins after a pause, in ms. */
	| { kind: 'late'; pauseMs: number }
	/** The answer never ends. */
	| { kind: 'endless' }
	/** Bytes that are not the answer are sent instead of it, or before or after it. */
	| { kind: 'bytes'; instead?: string; before?: string; after?: string }
	/** Something in front of the provider answers; the provider does not get the request. */
	| { kind: 'front'; answer: (answer: Answer, context: ChangeContext) => Answer | null }
	/** Another answer; null if the answer has nothing that could be changed. */
	| { kind: 'change'; change: (answer: Answer, context: ChangeContext) => Answer | null }
	/** A WebSocket: the handshake fails, or the messages stop, end or turn into other bytes at a random position. */
	| { kind: 'socket'; does: 'refuse' | 'cut' | 'silence' | 'garbage' };

const hopByHop = /^(connection|keep-alive|transfer-encoding|content-length)$/i;

/** The bytes of an answer, split where its body begins. */
export function bytesOf({ status, headers, body }: Answer): { head: Buffer; body: Buffer } {
	const lines = Object.entries(headers).flatMap(([name, value]) =>
		hopByHop.test(name) ? [] : [`${name}: ${value}\r\n`],
	);
	const end = `connection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
	return { head: Buffer.from(`HTTP/1.1 ${status} Any\r\n${lines.join('')}${end}`, 'latin1'), body };
}

/** The number of bytes before a cut at a random position in a part of the answer. */
export function cutAt(
	part: 'start' | 'headers' | 'body',
	{ head, body }: { head: Buffer; body: Buffer },
	draw: Draw,
): number {
	if (part === 'start') return 0;
	if (part === 'headers') return 1 + Math.floor(draw() * (head.length - 2));
	return head.length + Math.floor(draw() * body.length);
}
