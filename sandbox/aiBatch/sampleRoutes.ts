import type { FastifyInstance } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import { documentedSamples } from './documentedSamples';
import { guessedSamples } from './guessedSamples';
import * as docs from './openapi';
import { realServerSamples } from './realServerSamples';
import type { SampleEndpoint } from './sampleEndpoint';

/** The endpoints that answer with a sample. */
export function installSamples(app: FastifyInstance, server: ApiServer): void {
	for (const endpoint of [...documentedSamples, ...guessedSamples, ...realServerSamples])
		installSample(app, server, endpoint);
}

function installSample(app: FastifyInstance, server: ApiServer, endpoint: SampleEndpoint): void {
	const { method, path, tag, summary, body, real = false, onlyReal = false, locked = false } = endpoint;
	app.route<{ Params: Record<string, string>; Querystring: Record<string, unknown> }>({
		method,
		url: path,
		schema: body ? docs.withBody(tag, summary, body) : docs.named(tag, summary),
		config: api('call', path),
		handler: async (request) => {
			server.offered(request, real, onlyReal);
			if (locked) server.unlocked(request);
			return endpoint.answer({
				params: request.params,
				query: request.query,
				body: body ? (server.read(body, request) as Record<string, unknown>) : {},
			});
		},
	});
}
