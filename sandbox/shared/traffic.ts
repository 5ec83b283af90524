import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ledger } from './books';
import type { ArmedFault, Faults } from './faults';
import type { Timers } from './timers';

/** What a request of the API is to the sandbox; requests of the control path and of the docs page have none. */
export interface Visit {
	tenant: string;
	route: string;
	fault: ArmedFault | null;
}

declare module 'fastify' {
	interface FastifyContextConfig {
		/** Set on the routes of the API: these are counted, and can be hit by faults. */
		api?: { name: string; path: string };
	}
	interface FastifyRequest {
		visit: Visit | null;
	}
}

export interface TrafficOptions {
	ledger: Ledger;
	faults: Faults;
	timers: Timers;
	/** The tenant that the request's key names, or a name for those without one. */
	tenantOf(request: FastifyRequest): string;
	/** The body of a 429, 503 or 500 in the words of this backend. */
	refusal(fault: ArmedFault): Record<string, unknown>;
}

/** Counts every request of the API in the books, and lets the faults happen. */
export function installTraffic(app: FastifyInstance, options: TrafficOptions): void {
	app.decorateRequest('visit', null);
	app.addHook('onRequest', (request, reply) => arrive(request, reply, options));
	app.addHook('onSend', async (request, reply, payload) => leave(request, reply, payload, options));
}

async function arrive(request: FastifyRequest, reply: FastifyReply, options: TrafficOptions): Promise<FastifyReply | undefined> {
	const api = request.routeOptions.config.api ?? (isStray(request) ? { name: 'any', path: '(unknown)' } : null);
	if (!api) return undefined;
	const route = `${request.method} ${api.path}`;
	const tenant = options.tenantOf(request);
	const fault = options.faults.take(api.name);
	request.visit = { tenant, route, fault };
	options.ledger.request(tenant, route, request.raw.socket);
	if (!fault) return undefined;
	switch (fault.kind) {
		case 'reset':
			options.ledger.answered(tenant, route, 'reset');
			reply.hijack();
			request.raw.socket.resetAndDestroy();
			return undefined;
		case 'hang':
			options.ledger.answered(tenant, route, 'hang');
			reply.hijack();
			return undefined;
		case 'slow':
			await options.timers.pause(fault.delayMs);
			return undefined;
		case 'redirect':
			return reply.redirect(fault.location ?? '/', 302);
		case '429':
		case '503':
		case '500':
			if (fault.retryAfter !== undefined) reply.header('retry-after', String(fault.retryAfter));
			return reply.code(Number(fault.kind)).send(options.refusal(fault));
		default:
			return undefined;
	}
}

/** The faults that spoil an answer: the request itself has been handled, and its effects stay. */
function leave(request: FastifyRequest, reply: FastifyReply, payload: unknown, options: TrafficOptions): unknown {
	const { visit } = request;
	if (!visit) return payload;
	const { socket } = request.raw;
	if (visit.fault?.kind === 'resetAfterAccept') {
		options.ledger.answered(visit.tenant, visit.route, 'reset');
		socket.resetAndDestroy();
		return payload;
	}
	options.ledger.answered(visit.tenant, visit.route, reply.statusCode);
	switch (visit.fault?.kind) {
		case 'malformed':
			return '{"jobId": "cm';
		case 'wrongShape':
			return '{"result": {"ok": true}, "items": "none"}';
		case 'huge':
			reply.removeHeader('content-length');
			return Readable.from(padded(payload, visit.fault.megabytes));
		case 'truncated': {
			const whole = bytesOf(payload);
			reply.header('content-length', whole.length);
			return Readable.from(half(whole, () => socket.destroy()));
		}
		default:
			return payload;
	}
}

/** A request for a path that the API does not have; those below the control path are nobody's business. */
function isStray(request: FastifyRequest): boolean {
	return request.is404 && !request.url.startsWith('/__sandbox');
}

function bytesOf(payload: unknown): Buffer {
	return Buffer.isBuffer(payload) ? payload : Buffer.from(typeof payload === 'string' ? payload : '');
}

async function* half(whole: Buffer, cut: () => void): AsyncGenerator<Buffer> {
	yield whole.subarray(0, Math.ceil(whole.length / 2));
	// The first half must have left before the connection goes, else the reader sees a reset and no bytes at all.
	await new Promise((resolve) => setTimeout(resolve, 20).unref());
	cut();
}

/** The same answer with one more, very long field (JSON), or with bytes behind its end (anything else). */
async function* padded(payload: unknown, megabytes: number): AsyncGenerator<Buffer> {
	const whole = bytesOf(payload);
	const isObject = whole.at(0) === 0x7b;
	yield isObject ? Buffer.concat([whole.subarray(0, -1), Buffer.from(',"padding":"')]) : whole;
	const chunk = Buffer.alloc(64 * 1024, 'x');
	for (let left = megabytes * 1024 * 1024; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
	if (isObject) yield Buffer.from('"}');
}
