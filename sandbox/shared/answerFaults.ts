import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ArmedFault, statusOf } from './faults';
import { gatewayPage } from './gatewayPage';

/** The backend's own body for a status: JSON or plain text. */
export type OwnBody = (status: number, code?: string) => Record<string, unknown> | string;

/** Sets the status and headers of a fault's answer, and returns its body; null if the fault has no status. */
export function statusAnswer(fault: ArmedFault, reply: FastifyReply, ownBody: OwnBody): string | null {
	const status = statusOf(fault.kind);
	if (status === null) return null;
	for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
	reply.code(status);
	if (fault.retryAfter !== undefined) reply.header('retry-after', String(fault.retryAfter));
	if (fault.page) {
		reply.type('text/html');
		return gatewayPage(status);
	}
	const body = ownBody(status, fault.code);
	reply.type(typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8');
	return typeof body === 'string' ? body : JSON.stringify(body);
}

/** The result of a request whose answer a fault has changed. */
export interface Outcome {
	outcome: number | 'reset' | 'hang';
	payload: unknown;
}

/**
 * Drops or damages the answer of a request that has taken effect; its effect remains. Other faults change nothing.
 */
export async function makeAnswerFaulty(
	fault: ArmedFault,
	request: FastifyRequest,
	reply: FastifyReply,
	payload: unknown,
	ownBody: OwnBody,
): Promise<Outcome> {
	const { socket } = request.raw;
	const answered = (changed: unknown): Outcome => ({ outcome: reply.statusCode, payload: changed });
	switch (fault.kind) {
		case 'resetAfterAccept':
			drop(payload);
			socket.resetAndDestroy();
			return { outcome: 'reset', payload: '' };
		case 'hangAfterAccept':
			drop(payload);
			return { outcome: 'hang', payload: '' };
		case '500AfterAccept':
		case '502AfterAccept':
		case '503AfterAccept':
		case '504AfterAccept':
			drop(payload);
			return answered(statusAnswer(fault, reply, ownBody));
		case 'empty':
			drop(payload);
			reply.code(200).removeHeader('content-length');
			return answered('');
		case 'malformed':
			return answered('{"jobId": "cm');
		case 'wrongShape':
			return answered('{"result": {"ok": true}, "items": "none"}');
		case 'huge':
			reply.removeHeader('content-length');
			return answered(Readable.from(padded(await bytesOf(payload), fault.megabytes)));
		case 'truncated': {
			const whole = await bytesOf(payload);
			reply.header('content-length', whole.length);
			return answered(
				Readable.from(
					half(
						whole,
						() => reply.raw.headersSent || socket.destroyed,
						() => socket.destroy(),
					),
				),
			);
		}
		default:
			return answered(payload);
	}
}

/** Discards an answer that no client will read. */
function drop(payload: unknown): void {
	if (payload instanceof Readable) payload.destroy();
}

async function bytesOf(payload: unknown): Promise<Buffer> {
	if (payload instanceof Readable) return Buffer.concat((await payload.toArray()) as Buffer[]);
	return Buffer.isBuffer(payload) ? payload : Buffer.from(typeof payload === 'string' ? payload : '');
}

async function* half(whole: Buffer, hasLeft: () => boolean, cut: () => void): AsyncGenerator<Buffer> {
	yield whole.subarray(0, Math.ceil(whole.length / 2));
	// The first half must be sent before the connection closes; otherwise the client gets a reset and no bytes. On a
	// busy machine that takes a while.
	do await new Promise((resolve) => setTimeout(resolve, 20).unref());
	while (!hasLeft());
	cut();
}

/** The same answer with one more, very long field (JSON), or with additional bytes at its end (anything else). */
async function* padded(whole: Buffer, megabytes: number): AsyncGenerator<Buffer> {
	const isObject = whole.at(0) === 0x7b;
	yield isObject ? Buffer.concat([whole.subarray(0, -1), Buffer.from(',"padding":"')]) : whole;
	const chunk = Buffer.alloc(64 * 1024, 'x');
	for (let left = megabytes * 1024 * 1024; left > 0; left -= chunk.length)
		yield chunk.subarray(0, Math.min(left, chunk.length));
	if (isObject) yield Buffer.from('"}');
}
