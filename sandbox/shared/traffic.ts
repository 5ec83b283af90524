import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type OwnBody, makeAnswerFaulty, statusAnswer } from './answerFaults';
import type { Ledger } from './books';
import type { ArmedFault, Faults } from './faults';
import type { Timers } from './timers';

/** The sandbox's data about an API request. Requests of the control path and the docs page have none. */
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

/** The name by which faults and books know a route, and its path. */
export const api = (name: string, path: string) => ({ api: { name, path } });

export interface TrafficOptions {
	ledger: Ledger;
	faults: Faults;
	timers: Timers;
	/** The tenant of the request's key, or a fixed name for requests without a key. */
	tenantOf(request: FastifyRequest): string;
	/** The backend's own body for a status. */
	ownBody: OwnBody;
}

/** Counts every request of the API in the books, and applies the faults. */
export function installTraffic(app: FastifyInstance, options: TrafficOptions): void {
	app.decorateRequest('visit', null);
	app.addHook('onRequest', (request, reply) => arrive(request, reply, options));
	app.addHook('onSend', async (request, reply, payload) => leave(request, reply, payload, options));
}

async function arrive(
	request: FastifyRequest,
	reply: FastifyReply,
	options: TrafficOptions,
): Promise<FastifyReply | undefined> {
	const api = request.routeOptions.config.api ?? (isStray(request) ? { name: 'any', path: '(unknown)' } : null);
	if (!api) return undefined;
	const route = `${request.method} ${api.path}`;
	const tenant = options.tenantOf(request);
	const fault = options.faults.take(api.name, tenant);
	request.visit = { tenant, route, fault };
	options.ledger.request(tenant, route, request.raw.socket);
	if (!fault) return undefined;
	const body = fault.kind.endsWith('AfterAccept') ? null : statusAnswer(fault, reply, options.ownBody);
	if (body !== null) return reply.send(body);
	const { socket } = request.raw;
	switch (fault.kind) {
		case 'reset':
			options.ledger.answered(tenant, route, 'reset');
			reply.hijack();
			socket.resetAndDestroy();
			return undefined;
		case 'resetMidBody':
			options.ledger.answered(tenant, route, 'reset');
			reply.hijack();
			// Resets at the first bytes of the body. A request without a body is reset at its end.
			request.raw.once('data', () => socket.resetAndDestroy()).once('end', () => socket.resetAndDestroy());
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
		default:
			return undefined;
	}
}

/** Counts the result of the request, after its answer was sent or a fault has changed it. */
async function leave(
	request: FastifyRequest,
	reply: FastifyReply,
	payload: unknown,
	options: TrafficOptions,
): Promise<unknown> {
	const { visit } = request;
	if (!visit) return payload;
	const { tenant, route, fault } = visit;
	// If the damaged answer fails too, its replacement is not damaged again; otherwise fastify would have no answer to
	// send.
	visit.fault = null;
	const { outcome, payload: changed } = fault
		? await makeAnswerFaulty(fault, request, reply, payload, options.ownBody)
		: { outcome: reply.statusCode, payload };
	options.ledger.answered(tenant, route, outcome);
	// The answer never arrives: the connection stays open until one of the two sides closes it.
	if (outcome === 'hang') await new Promise(() => undefined);
	return changed;
}

/** A request for an unknown API path. Paths below the control path do not count. */
function isStray(request: FastifyRequest): boolean {
	return request.is404 && !request.url.startsWith('/__sandbox');
}
