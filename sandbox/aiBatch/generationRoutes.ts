import type { FastifyInstance } from 'fastify';
import { plannedOutcomeOf } from '../shared/markers';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import { notOffered } from './flaskPages';
import { drawn, filesOf } from './generations';
import * as docs from './openapi';
import { type GenerateBody, generateBody } from './request';

/** The generation of images, and the files that it makes. */
export function installGenerations(app: FastifyInstance, server: ApiServer): void {
	app.post(
		'/api/generate-image',
		{
			schema: docs.withBody('Images', 'Generate images', generateBody),
			config: api('generate', '/api/generate-image'),
		},
		async (request) => await generate(server, server.read(generateBody, request)),
	);
	app.get<{ Params: { filename: string } }>(
		'/generated_images/:filename',
		{ schema: docs.named('Images', 'A generated file'), config: api('asset', '/generated_images/:filename') },
		async (request, reply) => {
			const file = server.files.get(request.params.filename);
			if (!file || plannedOutcomeOf(file.prompt).invalidImage(file.index) === 'missing-image')
				throw notOffered(404);
			return reply.type('image/png').send(await drawn(server.pictures, file));
		},
	);
}

async function generate(server: ApiServer, body: GenerateBody): Promise<Record<string, unknown>> {
	const { dialect, jobDurationMs } = server.settings;
	server.checkUpstream(body);
	await server.upstream.run(body.prompt, { ...body, api_key: undefined }, jobDurationMs);
	const files = filesOf(body, dialect === 'real' ? Math.floor(Date.now() / 1000) : server.nextStamp());
	for (const file of files) server.files.set(file.filename, file);
	const common = files.map(({ filename }) => ({ filename, url: `/generated_images/${filename}` }));
	if (dialect === 'document')
		return {
			success: true,
			images: common.map((file) => ({ ...file, base64: null })),
			provider: body.api_provider,
			prompt_used: body.negative_prompt ? `${body.prompt} --no ${body.negative_prompt}` : body.prompt,
		};
	const bytes = await Promise.all(files.map((file) => drawn(server.pictures, file)));
	return {
		success: true,
		images: common.map((file, index) => ({
			...file,
			base64: bytes[index]?.toString('base64'),
			mime_type: 'image/png',
		})),
		generation_id: server.lastStamp,
		statistics: { total: files.length },
	};
}
