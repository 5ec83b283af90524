import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ErrorAnswer } from '../shared/baseStandIn';
import { plannedOutcomeOf, withoutMarkers } from '../shared/markers';
import { api } from '../shared/traffic';
import type { ApiServer, Made } from './apiServer';
import { errorAnswerOf } from './errorAnswers';
import * as docs from './openapi';
import { compositionBody, type GenerationBody, generationBody, IMAGE_MODELS, SIZES, withoutCount } from './request';

/** The smallest header of an MP4, and some bytes of video. */
const FILM = Buffer.concat([
	Buffer.from([0, 0, 0, 24]),
	Buffer.from('ftypisom\0\0\x02\0isomiso2'),
	Buffer.alloc(4096, 7),
]);

/** Images from a prompt or from images, and the files of all calls. */
export function installImages(app: FastifyInstance, server: ApiServer): void {
	app.post(
		'/v1/images/generations',
		{ schema: docs.generations, config: api('generate', '/v1/images/generations') },
		async (request) => {
			const body = server.read(generationBody, request);
			return { created: now(), data: await generate(server, request, body) };
		},
	);
	app.post(
		'/v1/images/compositions',
		{ schema: docs.compositions, config: api('generate', '/v1/images/compositions') },
		async (request) => {
			const body = server.read(compositionBody, request);
			if (server.settings.compositionsBroken) throw errorAnswerOf('OTHER', server.settings.dialect);
			return {
				created: now(),
				data: await generate(server, request, body),
				input_images: body.images.length,
				composition_type: 'multi_image_synthesis',
			};
		},
	);
	app.get<{ Params: { id: string; file: string } }>(
		'/files/:id/:file',
		{ schema: docs.file, config: api('asset', '/files/:id/:file') },
		async (request, reply) => {
			const { id, file } = request.params;
			const made = server.made.get(id);
			const index = Number(/^(\d+)\.webp$/.exec(file)?.[1]);
			const invalidImage = made ? plannedOutcomeOf(made.prompt).invalidImage(index) : null;
			if (!made || invalidImage === 'missing-image') throw new ErrorAnswer(404, 'Not Found');
			if (file === 'video.mp4') return reply.type('video/mp4').send(FILM);
			return reply.type('image/webp').send(await picture(server, made, index));
		},
	);
}

async function generate(server: ApiServer, request: FastifyRequest, body: GenerationBody): Promise<object[]> {
	const { dialect } = server.settings;
	if (dialect === 'document' && !IMAGE_MODELS.includes(body.model))
		throw errorAnswerOf('BAD_REQUEST', dialect, `model: ${body.model}`);
	const { id, failure } = await server.run(request, body.prompt, body, server.settings.jobDurationMs);
	if (failure !== null) throw errorAnswerOf(failure, dialect);
	const made: Made = { prompt: body.prompt, size: SIZES[body.resolution]?.[body.ratio] ?? [2048, 2048] };
	server.made.set(id, made);
	const places = Array.from({ length: server.countOf(body.prompt) }, (_, index) => index + 1);
	if (body.response_format === 'url')
		return places.map((index) => ({ url: `${server.origin}/files/${id}/${index}.webp` }));
	const files = await Promise.all(places.map((index) => picture(server, made, index)));
	return files.map((file) => ({ b64_json: file.toString('base64') }));
}

async function picture(server: ApiServer, { prompt, size: [width, height] }: Made, index: number): Promise<Buffer> {
	return await server.pictures.file(
		{
			width,
			height,
			caption: withoutMarkers(withoutCount(prompt)),
			note: `${index}  ·  ${width} × ${height}`,
			seed: `${prompt}\n${index}`,
		},
		'webp',
		plannedOutcomeOf(prompt).invalidImage(index),
	);
}

const now = () => Math.floor(Date.now() / 1000);
