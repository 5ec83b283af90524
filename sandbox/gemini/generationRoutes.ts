import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ErrorAnswer } from '../shared/baseStandIn';
import type { JobEntry } from '../shared/books';
import { plannedOutcomeOf } from '../shared/markers';
import { api } from '../shared/traffic';
import { answerTo, type Made } from './answers';
import type { ApiServer } from './apiServer';
import { MODELS } from './models';
import * as docs from './openapi';
import { type ContentBody, contentBody, describe, promptOf } from './request';

/** The direct generation of images, and the files that a proxy makes of them. */
export function installGenerations(app: FastifyInstance, server: ApiServer): void {
	app.post<{ Params: { model: string } }>(
		'/v1beta/models/:model(^[\\w.-]+)::generateContent',
		{ schema: docs.generate, config: api('generate', '/v1beta/models/:model:generateContent') },
		async (request) => {
			server.admit(request);
			return await generate(server, server.known(request.params.model), server.read(contentBody, request));
		},
	);
	app.get<{ Params: { file: string } }>(
		'/storage/:file',
		{ schema: docs.hosted, config: api('asset', '/storage/:file') },
		async (request, reply) => {
			const file = server.hosted.get(request.params.file);
			if (!file) throw new ErrorAnswer(404, 'Not Found');
			return reply.type('image/png').send(file);
		},
	);
}

/**
 * Answers only when the images are made, like the model. A client that disconnects early still pays for the images.
 */
async function generate(server: ApiServer, model: string, body: ContentBody): Promise<object> {
	server.rejectImpossible(model, body);
	const prompt = promptOf(body);
	const place = server.asked.get(prompt) ?? 0;
	server.asked.set(prompt, place + 1);
	const entry: JobEntry = {
		id: randomUUID(),
		tenant: 'key',
		prompt,
		mode: null,
		idempotencyKey: null,
		status: 'running',
		request: describe(model, body),
		createdAt: new Date().toISOString(),
		finishedAt: null,
		generationsBilled: 0,
	};
	server.ledger.jobBegan(entry);
	const planned = plannedOutcomeOf(prompt);
	if (planned.hangs) await new Promise(() => undefined);
	await server.timers.pause(planned.durationMs ?? server.settings.jobDurationMs);
	const made: Made | null =
		planned.fail === null
			? await answerTo(
					{ model, body, place },
					server.pictures,
					server.settings.dialect === 'real' ? (file) => put(server, model, file) : null,
				)
			: null;
	entry.status = made?.billed ? 'succeeded' : 'failed';
	entry.finishedAt = new Date().toISOString();
	entry.generationsBilled = made?.billed ? 1 : 0;
	server.ledger.jobEnded(entry);
	if (!made) throw server.problem(500, `An internal error has occurred: ${planned.fail ?? ''}`);
	return made.answer;
}

/** Proxies put a picture into the text: as data for the small model, as a URL for the large one. */
function put(server: ApiServer, model: string, file: Buffer): string {
	if (MODELS[model]?.thinks !== true) return `data:image/png;base64,${file.toString('base64')}`;
	const name = `${randomUUID()}.png`;
	server.hosted.set(name, file);
	return `${server.origin}/storage/${name}`;
}
