import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS } from '../shared/books';
import { hashText } from '../shared/random';
import { isTooLarge, type Sandbox, type SandboxOptions, type StandIn, startStandIn } from '../shared/server';
import { installAssets } from './assets';
import { Backend } from './backend';
import { installImageSaasControl } from './control';
import { openapi } from './openapi';
import { answerTo, errorPage, RequestError, type ErrorKind } from './errorAnswer';
import { installRoutes, tenantOf } from './routes';
import type { Settings } from './settings';

export interface ImageSaasSandbox extends Sandbox<Settings> {
	/**
	 * Empties the Redis of the real server: event ids start at 1 again, and its counters and its queue are lost. Also
	 * `POST /__sandbox/flush-redis`.
	 */
	flushRedis(): void;
}

let started = 0;

/** Starts an Image SaaS stand-in on loopback. */
export async function startImageSaasSandbox(options: SandboxOptions<Settings> = {}): Promise<ImageSaasSandbox> {
	started += 1;
	// Two sandboxes must not give out the same job ids, not even in two processes.
	const standIn = new ImageSaasStandIn(options.settings ?? {}, hashText(`${process.pid}.${started}`));
	const sandbox = await startStandIn(standIn, options.port);
	return { ...sandbox, flushRedis: () => standIn.flushRedis() };
}

/** The error whose body a fault uses, by status. */
const FAULTS: Record<number, ErrorKind> = {
	403: 'unauthorized',
	404: 'notFound',
	429: 'rateLimited',
	500: 'internal',
};

class ImageSaasStandIn extends Backend implements StandIn<Settings> {
	readonly openapi = openapi;
	readonly bodyLimit = 1024 * 1024;

	tenantOf(request: FastifyRequest): string {
		return tenantOf(request, this) ?? ANONYMOUS;
	}

	faultBody(status: number, code?: string): Record<string, unknown> {
		const answer = answerTo(FAULTS[status] ?? 'internal', this.settings.dialect);
		const usual = status === 503 ? 'SERVICE_OVERLOAD' : 'code' in answer ? answer.code : '';
		return { error: code ?? usual, message: 'A fault that the sandbox was asked for' };
	}

	reject(error: unknown, reply: FastifyReply): FastifyReply {
		const errorAnswer = errorAnswerOf(error);
		const answer = answerTo(errorAnswer.kind, this.settings.dialect);
		if (errorAnswer.retryAfterSeconds !== null) reply.header('retry-after', String(errorAnswer.retryAfterSeconds));
		reply.code(answer.status);
		if ('html' in answer) return reply.type('text/html; charset=utf-8').send(errorPage(errorAnswer.message));
		return reply.send({ error: answer.code, message: errorAnswer.message });
	}

	unknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
		return this.reject(new RequestError('unknownRoute', `Cannot ${request.method} ${request.url}`), reply);
	}

	routes(app: FastifyInstance): void {
		installRoutes(app, this);
		installAssets(app, this);
	}

	control(app: FastifyInstance): void {
		installImageSaasControl(app, this);
	}
}

function errorAnswerOf(error: unknown): RequestError {
	if (error instanceof RequestError) return error;
	if (isTooLarge(error)) return new RequestError('tooLarge', 'The body is too large');
	if (error instanceof Error && 'code' in error && error.code === 'FST_ERR_BAD_URL')
		return new RequestError('badJson', error.message);
	return new RequestError('internal', error instanceof Error ? error.message : 'Something went wrong');
}
