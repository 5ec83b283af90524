import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, Ledger } from './books';
import { Faults } from './faults';
import { Pictures } from './pictures';
import { hashText, seededDraw } from './random';
import { isTooLarge, type StandIn } from './server';
import { Timers } from './timers';

/** Thrown by routes and sent unchanged. A text that begins like HTML is sent as HTML, else as plain text. */
export class ErrorAnswer extends Error {
	constructor(
		readonly status: number,
		readonly body: Record<string, unknown> | string,
		readonly headers: Record<string, string> = {},
	) {
		super(typeof body === 'string' ? body : JSON.stringify(body));
		this.name = 'Refusal';
	}
}

/** What all stand-ins have in common; a backend adds its routes and its error answers. */
export abstract class BaseStandIn<S> implements StandIn<S> {
	readonly ledger = new Ledger();
	readonly timers = new Timers();
	readonly pictures = new Pictures();
	readonly faults: Faults;
	readonly bodyLimit: number = 32 * 1024 * 1024;
	abstract readonly openapi: StandIn<S>['openapi'];
	settings: S;
	origin = '';

	/**
	 * @param patched applies a patch to settings
	 * @param routes names of the routes that a fault can hit
	 */
	constructor(
		private readonly initial: S,
		private readonly patched: (settings: S, patch: unknown) => S,
		routes: readonly string[],
	) {
		this.settings = initial;
		this.faults = new Faults(routes, seededDraw(hashText('faults')));
	}

	/** An error answer of the backend. */
	abstract problem(status: number, message: string): ErrorAnswer;
	abstract routes(app: FastifyInstance): void;
	/** Deletes the backend's own state. */
	protected abstract forget(): void;

	patch(patch: unknown): void {
		this.settings = this.patched(this.settings, patch);
	}

	reset(): void {
		this.timers.clear();
		this.faults.clear();
		this.ledger.reset();
		this.forget();
		this.settings = this.initial;
	}

	close(): void {
		this.timers.clear();
		this.pictures.clear();
		this.forget();
	}

	/** The caller, for the books. A backend that knows its callers overrides it. */
	tenantOf(_request: FastifyRequest): string {
		return ANONYMOUS;
	}

	/** The body of a status that a fault sends. A backend with error codes overrides it. */
	faultBody(status: number, _code?: string): Record<string, unknown> | string {
		return this.problem(status, 'A fault that the sandbox was asked for').body;
	}

	reject(error: unknown, reply: FastifyReply): FastifyReply {
		const { status, body, headers } = this.errorAnswerOf(error);
		reply.code(status).headers(headers);
		if (typeof body !== 'string') return reply.send(body);
		return reply.type(body.startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8').send(body);
	}

	unknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
		return this.reject(this.problem(404, `Cannot ${request.method} ${request.url.split('?')[0] ?? ''}`), reply);
	}

	private errorAnswerOf(error: unknown): ErrorAnswer {
		if (error instanceof ErrorAnswer) return error;
		if (isTooLarge(error)) return this.problem(413, 'The body is too large');
		return this.problem(500, error instanceof Error ? error.message : 'Something went wrong');
	}
}

/** The bytes of a request's body; empty if there is none. */
export function bodyOf(request: FastifyRequest): Buffer {
	return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The body as JSON; undefined if it is not JSON or has another content type. */
export function jsonOf(request: FastifyRequest): unknown {
	if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return undefined;
	try {
		return JSON.parse(bodyOf(request).toString('utf8')) as unknown;
	} catch {
		return undefined;
	}
}
