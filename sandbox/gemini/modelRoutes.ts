import type { FastifyInstance } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import { MODELS, TEXT_MODEL } from './models';
import * as docs from './openapi';

/** The list of models, and one of them. */
export function installModels(app: FastifyInstance, server: ApiServer): void {
	app.get('/v1beta/models', { schema: docs.list, config: api('models', '/v1beta/models') }, async (request) => {
		server.admit(request);
		return { models: [...Object.keys(MODELS), TEXT_MODEL].map(modelView) };
	});
	app.get<{ Params: { model: string } }>(
		'/v1beta/models/:model',
		{ schema: docs.get, config: api('models', '/v1beta/models/:model') },
		async (request) => {
			server.admit(request);
			return modelView(server.known(request.params.model));
		},
	);
}

function modelView(name: string): object {
	return {
		name: `models/${name}`,
		version: '1',
		displayName: MODELS[name]?.displayName ?? 'Gemini 2.5 Flash',
		inputTokenLimit: 32768,
		outputTokenLimit: 32768,
		supportedGenerationMethods: ['generateContent', 'countTokens', 'batchGenerateContent'],
	};
}
