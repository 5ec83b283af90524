import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Draw, Wire } from './wire';

/** A WebSocket that a client opens. */
interface Opening {
	incoming: IncomingMessage;
	socket: Duplex;
	head: Buffer;
	target: URL;
	/** Replaces addresses in the bytes of the provider. */
	own: (bytes: Buffer) => Buffer;
}

/**
 * Connects a WebSocket to the provider, and damages what the provider sends at a random position.
 * @param does null: nothing
 * @returns the connection to the provider; undefined if there is none
 */
export function passSocket(
	{ incoming, socket, head, target, own }: Opening,
	does: Extract<Wire, { kind: 'socket' }>['does'] | null,
	draw: Draw,
): Socket | undefined {
	if (does === 'refuse') {
		socket.end('HTTP/1.1 500 Any\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
		return undefined;
	}
	const onward = connect(Number(target.port), target.hostname);
	const close = () => [socket, onward].forEach((one) => one.destroy());
	for (const one of [socket, onward]) one.on('error', close).once('close', close);
	onward.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headLines(incoming, target.host)}\r\n`);
	onward.write(head);
	socket.pipe(onward);
	// The handshake has about 150 bytes.
	let left = does === null ? Number.POSITIVE_INFINITY : 150 + Math.floor(draw() * 400);
	onward.on('data', (chunk: Buffer) => {
		const bytes = own(chunk);
		if (left > 0) socket.write(bytes.subarray(0, left));
		left -= bytes.length;
		if (left > 0 || does === 'silence') return;
		if (does === 'garbage') socket.write(Buffer.alloc(64, 0xff));
		else close();
	});
	return onward;
}

function headLines({ rawHeaders }: IncomingMessage, host: string): string {
	const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
	return pairs.map(([name, value]) => `${name}: ${/^host$/i.test(name) ? host : value}\r\n`).join('');
}
