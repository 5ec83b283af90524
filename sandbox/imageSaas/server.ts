import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { ANONYMOUS, type Books } from '../shared/books';
import { installDocsPage } from '../shared/docsPage';
import type { ArmedFault, Fault } from '../shared/faults';
import { hashText } from '../shared/random';
import { installTraffic } from '../shared/traffic';
import { installAssets } from './assets';
import { Backend } from './backend';
import { installImageSaasControl } from './control';
import { openapi } from './openapi';
import { answerTo, errorPage, Refusal } from './refusal';
import { installRoutes, tenantOf } from './routes';
import type { Settings } from './settings';

export interface SandboxOptions {
	/** 0 takes any free one (default). */
	port?: number;
	settings?: Partial<Settings>;
}

/** A running sandbox. Everything it offers is also reachable over HTTP below `/__sandbox`. */
export interface Sandbox {
	/** `http://127.0.0.1:port`, without a slash at the end. */
	url: string;
	port: number;
	/** Changes settings from now on; throws when the patch is not a good one. */
	settings(patch: Partial<Settings>): void;
	/** Lets something go wrong with the next requests. */
	fault(fault: Fault): void;
	books(): Books;
	/** Forgets jobs, faults, limits and books, and takes the settings of the start again. */
	reset(): void;
	close(): Promise<void>;
}

let started = 0;

/** Starts an Image SaaS stand-in on loopback. */
export async function startImageSaasSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	started += 1;
	// Two sandboxes, also of two processes, must not give out the same job ids.
	const backend = new Backend(options.settings ?? {}, hashText(`${process.pid}.${started}`));
	const app = Fastify({
		bodyLimit: 1024 * 1024,
		exposeHeadRoutes: false,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 1000 },
		// A path that cannot be decoded never reaches a route, but its refusal has the shape of all others.
		frameworkErrors: (error, _request, reply) => {
			refuse(reply, new Refusal('badJson', error.message), backend);
		},
	});
	await install(app, backend);
	await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
	const { port } = app.server.address() as AddressInfo;
	backend.origin = `http://127.0.0.1:${port}`;
	return {
		url: backend.origin,
		port,
		settings: (patch) => backend.patch(patch),
		fault: (fault) => backend.faults.add(fault),
		books: () => backend.ledger.snapshot(),
		reset: () => backend.reset(),
		close: async () => {
			backend.close();
			await app.close();
		},
	};
}

async function install(app: FastifyInstance, backend: Backend): Promise<void> {
	// The routes judge their requests by themselves; the schemas are there for the docs page only.
	app.setValidatorCompiler(() => () => true);
	app.setSerializerCompiler(() => (data) => JSON.stringify(data));
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);
	app.setErrorHandler((error, _request, reply) => refuse(reply, refusalOf(error), backend));
	app.setNotFoundHandler((request, reply) => refuse(reply, new Refusal('unknownRoute', `Cannot ${request.method} ${request.url}`), backend));
	installTraffic(app, {
		ledger: backend.ledger,
		faults: backend.faults,
		timers: backend.timers,
		tenantOf: (request) => tenantOf(request, backend) ?? ANONYMOUS,
		refusal: (fault) => faultBody(fault, backend),
	});
	await installDocsPage(app, openapi);
	await app.register(async (control) => installImageSaasControl(control, backend), { prefix: '/__sandbox' });
	// In a scope of its own, so that the docs plugin has seen the hook that collects routes before they appear.
	await app.register(async (api) => {
		installRoutes(api, backend);
		installAssets(api, backend);
	});
}

function refusalOf(error: unknown): Refusal {
	if (error instanceof Refusal) return error;
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Refusal('tooLarge', 'The body is too large');
	return new Refusal('internal', error instanceof Error ? error.message : 'Something went wrong');
}

function refuse(reply: FastifyReply, refusal: Refusal, backend: Backend): FastifyReply {
	const answer = answerTo(refusal.kind, backend.settings.dialect);
	if (refusal.retryAfterSeconds !== null) reply.header('retry-after', String(refusal.retryAfterSeconds));
	reply.code(answer.status);
	if ('html' in answer) return reply.type('text/html; charset=utf-8').send(errorPage(refusal.message));
	return reply.send({ error: answer.code, message: refusal.message });
}

function faultBody(fault: ArmedFault, backend: Backend): Record<string, unknown> {
	const internal = answerTo('internal', backend.settings.dialect);
	const usual = fault.kind === '429' ? 'RATE_LIMIT_EXCEEDED' : fault.kind === '503' ? 'SERVICE_OVERLOAD' : 'code' in internal ? internal.code : '';
	return { error: fault.code ?? usual, message: 'A fault that the sandbox was asked for' };
}
