import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import { answerOf, chunksOf } from './chat';
import { errorAnswerOf } from './errorAnswers';
import * as docs from './openapi';
import { chatBody, IMAGE_MODELS, VIDEO_MODELS } from './request';

/** The chat in the format of OpenAI, and the list of its models. */
export function installChat(app: FastifyInstance, server: ApiServer): void {
	app.post(
		'/v1/chat/completions',
		{ schema: docs.chat, config: api('chat', '/v1/chat/completions') },
		async (request, reply) => await chat(server, request, reply),
	);
	app.get('/v1/models', { schema: docs.models, config: api('models', '/v1/models') }, async () => ({
		object: 'list',
		data: [...IMAGE_MODELS, ...VIDEO_MODELS].map((id) => ({ id, object: 'model', owned_by: 'jimeng-api' })),
	}));
}

async function chat(server: ApiServer, request: FastifyRequest, reply: FastifyReply) {
	const { model, messages, stream } = server.read(chatBody, request);
	const { dialect, jobDurationMs } = server.settings;
	const prompt = messages.at(-1)?.content ?? '';
	const isVideo = VIDEO_MODELS.includes(model);
	const { id, failure } = await server.run(request, prompt, { model, messages }, jobDurationMs * (isVideo ? 3 : 1));
	// In a stream, a failure is sent as text.
	if (failure !== null && !stream) throw errorAnswerOf(failure, dialect);
	server.made.set(id, { prompt, size: [2048, 2048] });
	const urls = isVideo
		? [`${server.origin}/files/${id}/video.mp4`]
		: Array.from(
				{ length: server.countOf(prompt) },
				(_, index) => `${server.origin}/files/${id}/${index + 1}.webp`,
			);
	if (!stream) return answerOf({ id, model, urls, isVideo, dialect });
	const chunks = chunksOf({ id, model, urls, isVideo, dialect, failure });
	const cut = prompt.includes('[cut]');
	return reply
		.type('text/event-stream; charset=utf-8')
		.send(
			Readable.from(
				pieces(
					cut ? chunks.slice(0, Math.ceil(chunks.length / 2)) : chunks,
					cut ? () => request.raw.socket.destroy() : null,
				),
			),
		);
}

/** Splits text into pieces at any byte, also inside a character. */
async function* pieces(chunks: readonly string[], cut: (() => void) | null): AsyncGenerator<Buffer> {
	for (const chunk of chunks) {
		const bytes = Buffer.from(chunk);
		for (let at = 0; at < bytes.length; at += 37) {
			yield bytes.subarray(at, at + 37);
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
	if (!cut) return;
	// The written bytes must be sent before the connection closes.
	await new Promise((resolve) => setTimeout(resolve, 20).unref());
	cut();
}
