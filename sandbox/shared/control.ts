import type { FastifyInstance } from 'fastify';
import { ZodError } from 'zod4';
import type { Books } from './books';

/** The functions that every backend offers below the control path. The backends add their own routes. */
export interface Controlled {
	books(): Books;
	settings(): unknown;
	patch(patch: unknown): void;
	fault(fault: unknown): void;
	clearFaults(): void;
	reset(): void;
}

/** Thrown by control routes. The message says what is wrong with the call. */
export class ControlError extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
		this.name = 'ControlError';
	}
}

/**
 * The control path, below `/__sandbox`: it needs no key, and its requests are not counted, not limited and not hit by
 * faults. It accepts only JSON, so that a web page in a browser cannot use it without a CORS preflight.
 */
export function installControl(app: FastifyInstance, controlled: Controlled): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, text: string) => {
		try {
			return text === '' ? undefined : (JSON.parse(text) as unknown);
		} catch {
			throw new ControlError(400, 'The body is not JSON');
		}
	});
	app.setErrorHandler((error, _request, reply) => {
		const status = error instanceof ControlError ? error.status : error instanceof ZodError ? 400 : statusOf(error);
		return reply.code(status).send({ error: 'SANDBOX_CONTROL', message: messageOf(error) });
	});
	app.get('/books', async () => controlled.books());
	app.get('/settings', async () => controlled.settings());
	app.patch('/settings', async (request) => {
		controlled.patch(request.body);
		return controlled.settings();
	});
	app.post('/faults', async (request, reply) => {
		for (const fault of Array.isArray(request.body) ? request.body : [request.body]) controlled.fault(fault);
		return reply.code(204).send();
	});
	app.delete('/faults', async (_request, reply) => {
		controlled.clearFaults();
		return reply.code(204).send();
	});
	app.post('/reset', async (_request, reply) => {
		controlled.reset();
		return reply.code(204).send();
	});
}

function statusOf(error: unknown): number {
	return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
		? error.statusCode
		: 500;
}

function messageOf(error: unknown): string {
	if (error instanceof ZodError)
		return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
	return error instanceof Error ? error.message : String(error);
}
