import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { OwnBody } from './answerFaults';
import type { Books, Ledger } from './books';
import { type Controlled, installControl } from './control';
import { installDocsPage } from './docsPage';
import type { Fault, Faults } from './faults';
import type { Timers } from './timers';
import { installTraffic } from './traffic';

export interface SandboxOptions<S> {
	/** 0 (default): any free port. */
	port?: number;
	settings?: Partial<S>;
}

/** A running sandbox. All its functions are also available over HTTP below `/__sandbox`. */
export interface Sandbox<S> {
	/** `http://127.0.0.1:port`, without a slash at the end. */
	url: string;
	port: number;
	/** Changes settings from now on; throws if the patch is invalid. */
	settings(patch: Partial<S>): void;
	/** Plans a fault for the next requests. */
	fault(fault: Fault): void;
	books(): Books;
	/** Deletes jobs, faults, limits and books, and restores the initial settings. */
	reset(): void;
	close(): Promise<void>;
}

/** The parts of a sandbox that each backend defines; the rest is shared. */
export interface StandIn<S> {
	readonly ledger: Ledger;
	readonly faults: Faults;
	readonly timers: Timers;
	readonly settings: S;
	/** `http://127.0.0.1:port`; set once the server listens. */
	origin: string;
	/** Applies a patch to the settings; throws if it is invalid. */
	patch(patch: unknown): void;
	/** Deletes jobs, faults, limits and books, and restores the initial settings. */
	reset(): void;
	/** Ends all timers, deliveries and open channels. */
	close(): void;
	/** The description of the API, for its page at `/docs`. */
	readonly openapi: Parameters<typeof installDocsPage>[1];
	/** Largest body that it accepts, in bytes. */
	readonly bodyLimit: number;
	/** The caller of the request, for the books; `ANONYMOUS` if unknown. */
	tenantOf(request: FastifyRequest): string;
	/**
	 * The body for the status of a fault: JSON, or plain text.
	 * @param code replaces the usual code, if the backend has codes
	 */
	faultBody: OwnBody;
	/** Sends the error answer for errors of routes, for too large bodies and for paths that cannot be decoded. */
	reject(error: unknown, reply: FastifyReply): FastifyReply;
	/** Answers a path that the API does not have. */
	unknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply;
	/** Adds the routes of the API. Routes with `config.api` are counted and can be hit by faults. */
	routes(app: FastifyInstance): void;
	/** Adds the control routes that only this backend has. */
	control?(app: FastifyInstance): void;
}

/** Starts a backend's stand-in on loopback. */
export async function startStandIn<S>(standIn: StandIn<S>, port = 0): Promise<Sandbox<S>> {
	const app = Fastify({
		bodyLimit: standIn.bodyLimit,
		exposeHeadRoutes: false,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 1000 },
		// A path that cannot be decoded never reaches a route, but its error has the usual shape.
		frameworkErrors: (error, _request, reply) => {
			standIn.reject(error, reply);
		},
	});
	await install(app, standIn);
	await app.listen({ host: '127.0.0.1', port });
	const address = app.server.address() as AddressInfo;
	standIn.origin = `http://127.0.0.1:${address.port}`;
	return {
		url: standIn.origin,
		port: address.port,
		settings: (patch) => standIn.patch(patch),
		fault: (fault) => standIn.faults.add(fault),
		books: () => standIn.ledger.snapshot(),
		reset: () => standIn.reset(),
		close: async () => {
			standIn.close();
			await app.close();
		},
	};
}

async function install<S>(app: FastifyInstance, standIn: StandIn<S>): Promise<void> {
	// The routes check their requests themselves. The schemas are only for the docs page.
	app.setValidatorCompiler(() => () => true);
	app.setSerializerCompiler(() => (data) => JSON.stringify(data));
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);
	app.setErrorHandler((error, _request, reply) => standIn.reject(error, reply));
	app.setNotFoundHandler((request, reply) => standIn.unknownRoute(request, reply));
	installTraffic(app, {
		ledger: standIn.ledger,
		faults: standIn.faults,
		timers: standIn.timers,
		tenantOf: (request) => standIn.tenantOf(request),
		ownBody: (status, code) => standIn.faultBody(status, code),
	});
	await installDocsPage(app, standIn.openapi);
	await app.register(
		async (control) => {
			installControl(control, controlled(standIn));
			standIn.control?.(control);
		},
		{ prefix: '/__sandbox' },
	);
	// The API has its own scope, so that the docs plugin registers its route hook first.
	await app.register(async (api) => standIn.routes(api));
}

function controlled<S>(standIn: StandIn<S>): Controlled {
	return {
		books: () => standIn.ledger.snapshot(),
		settings: () => standIn.settings,
		patch: (patch) => standIn.patch(patch),
		fault: (fault) => standIn.faults.add(fault),
		clearFaults: () => standIn.faults.clear(),
		reset: () => standIn.reset(),
	};
}

/** Whether the body exceeded the server's length limit. */
export function isTooLarge(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}
