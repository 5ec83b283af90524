import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import { BaseStandIn, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { ANONYMOUS, type JobEntry } from '../shared/books';
import { plannedOutcomeOf, withoutMarkers } from '../shared/markers';
import { hashText, seededDraw } from '../shared/random';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import { answerOf, chunksOf } from './chat';
import * as docs from './openapi';
import { codedBody, errorAnswerOf } from './errorAnswers';
import {
	chatBody,
	compositionBody,
	countIn,
	type GenerationBody,
	generationBody,
	IMAGE_MODELS,
	SIZES,
	VIDEO_MODELS,
	withoutCount,
} from './request';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';

/** Starts a Jimeng stand-in on loopback. */
export function startJimengSandbox(options: SandboxOptions<Settings> = {}): Promise<Sandbox<Settings>> {
	return startStandIn(new JimengStandIn(patched(DEFAULT_SETTINGS, options.settings ?? {})), options.port);
}

/** The files of one call. */
interface Made {
	prompt: string;
	size: [number, number];
}

const api = (name: string, path: string) => ({ api: { name, path } });
/** The smallest header of an MP4, and some bytes of video. */
const FILM = Buffer.concat([
	Buffer.from([0, 0, 0, 24]),
	Buffer.from('ftypisom\0\0\x02\0isomiso2'),
	Buffer.alloc(4096, 7),
]);

class JimengStandIn extends BaseStandIn<Settings> {
	readonly openapi = docs.openapi;
	private readonly made = new Map<string, Made>();
	/** Chooses the session id for a call. Every run chooses the same ids. */
	private draw = sessionDraw();

	constructor(settings: Settings) {
		super(settings, patched, ['generate', 'chat', 'models', 'asset']);
	}

	problem(status: number, message: string): ErrorAnswer {
		// A proxy or rate limiter in front of the server still answers with HTTP statuses.
		if (status === 429 || status === 503)
			return new ErrorAnswer(status, { error: { message, type: 'server_error', code: null } });
		return status === 404
			? errorAnswerOf('BAD_REQUEST', this.settings.dialect, `[请求有误]: ${message}`)
			: errorAnswerOf('OTHER', this.settings.dialect, message);
	}

	/** @param code a number gives the body that the server sends for this code, e.g. -2001 with status 429 */
	override faultBody(status: number, code?: string): Record<string, unknown> | string {
		return code === undefined ? super.faultBody(status) : codedBody(code);
	}

	protected forget(): void {
		this.made.clear();
		this.draw = sessionDraw();
	}

	override tenantOf(request: FastifyRequest): string {
		return this.sessionsOf(request)[0] ?? ANONYMOUS;
	}

	routes(app: FastifyInstance): void {
		app.post(
			'/v1/images/generations',
			{ schema: docs.generations, config: api('generate', '/v1/images/generations') },
			async (request) => {
				const body = this.read(generationBody, request);
				return { created: now(), data: await this.generate(request, body) };
			},
		);
		app.post(
			'/v1/images/compositions',
			{ schema: docs.compositions, config: api('generate', '/v1/images/compositions') },
			async (request) => {
				const body = this.read(compositionBody, request);
				if (this.settings.compositionsBroken) throw errorAnswerOf('OTHER', this.settings.dialect);
				return {
					created: now(),
					data: await this.generate(request, body),
					input_images: body.images.length,
					composition_type: 'multi_image_synthesis',
				};
			},
		);
		app.post(
			'/v1/chat/completions',
			{ schema: docs.chat, config: api('chat', '/v1/chat/completions') },
			async (request, reply) => await this.chat(request, reply),
		);
		app.get('/v1/models', { schema: docs.models, config: api('models', '/v1/models') }, async () => ({
			object: 'list',
			data: [...IMAGE_MODELS, ...VIDEO_MODELS].map((id) => ({ id, object: 'model', owned_by: 'jimeng-api' })),
		}));
		app.get<{ Params: { id: string; file: string } }>(
			'/files/:id/:file',
			{ schema: docs.file, config: api('asset', '/files/:id/:file') },
			async (request, reply) => {
				const { id, file } = request.params;
				const made = this.made.get(id);
				const index = Number(/^(\d+)\.webp$/.exec(file)?.[1]);
				const invalidImage = made ? plannedOutcomeOf(made.prompt).invalidImage(index) : null;
				if (!made || invalidImage === 'missing-image') throw new ErrorAnswer(404, 'Not Found');
				if (file === 'video.mp4') return reply.type('video/mp4').send(FILM);
				return reply.type('image/webp').send(await this.picture(made, index));
			},
		);
	}

	/** Checks the session id and parses the body by its schema. */
	private read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
		const { dialect, sessions } = this.settings;
		const body = schema.safeParse(jsonOf(request));
		if (!body.success)
			throw errorAnswerOf(
				'BAD_REQUEST',
				dialect,
				`[请求参数错误]: ${body.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
			);
		const given = this.sessionsOf(request);
		const drawn = given[Math.floor(this.draw() * given.length)];
		// Only the chosen session id matters: an expired one fails the calls that use it.
		if (drawn === undefined || !sessions.includes(drawn)) throw errorAnswerOf('INVALID_SESSION', dialect);
		return body.data;
	}

	private sessionsOf(request: FastifyRequest): string[] {
		const [, list = ''] = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '') ?? [];
		return list
			.split(',')
			.map((id) => id.trim())
			.filter((id) => id !== '');
	}

	private async generate(request: FastifyRequest, body: GenerationBody): Promise<object[]> {
		const { dialect } = this.settings;
		if (dialect === 'document' && !IMAGE_MODELS.includes(body.model))
			throw errorAnswerOf('BAD_REQUEST', dialect, `model: ${body.model}`);
		const { id, failure } = await this.run(request, body.prompt, body, this.settings.jobDurationMs);
		if (failure !== null) throw errorAnswerOf(failure, dialect);
		const made: Made = { prompt: body.prompt, size: SIZES[body.resolution]?.[body.ratio] ?? [2048, 2048] };
		this.made.set(id, made);
		const places = Array.from({ length: this.countOf(body.prompt) }, (_, index) => index + 1);
		if (body.response_format === 'url')
			return places.map((index) => ({ url: `${this.origin}/files/${id}/${index}.webp` }));
		const files = await Promise.all(places.map((index) => this.picture(made, index)));
		return files.map((file) => ({ b64_json: file.toString('base64') }));
	}

	private async chat(request: FastifyRequest, reply: FastifyReply) {
		const { model, messages, stream } = this.read(chatBody, request);
		const { dialect, jobDurationMs } = this.settings;
		const prompt = messages.at(-1)?.content ?? '';
		const isVideo = VIDEO_MODELS.includes(model);
		const { id, failure } = await this.run(request, prompt, { model, messages }, jobDurationMs * (isVideo ? 3 : 1));
		// In a stream, a failure is sent as text.
		if (failure !== null && !stream) throw errorAnswerOf(failure, dialect);
		this.made.set(id, { prompt, size: [2048, 2048] });
		const urls = isVideo
			? [`${this.origin}/files/${id}/video.mp4`]
			: Array.from(
					{ length: this.countOf(prompt) },
					(_, index) => `${this.origin}/files/${id}/${index + 1}.webp`,
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

	/**
	 * Waits until the result is ready, like the real site. Returns the id of the result, or the reason why there is
	 * none. A client that disconnects early still pays for the images.
	 */
	private async run(
		request: FastifyRequest,
		prompt: string,
		body: object,
		durationMs: number,
	): Promise<{ id: string; failure: string | null }> {
		const planned = plannedOutcomeOf(prompt);
		const entry: JobEntry = {
			id: randomUUID(),
			tenant: this.tenantOf(request),
			prompt: withoutCount(prompt),
			mode: null,
			idempotencyKey: null,
			status: 'running',
			request: { ...body },
			createdAt: new Date().toISOString(),
			finishedAt: null,
			generationsBilled: 0,
		};
		this.ledger.jobBegan(entry);
		if (planned.hangs) await new Promise(() => undefined);
		await this.timers.pause(planned.durationMs ?? durationMs);
		const failure = failureOf(prompt);
		entry.status = failure === null ? 'succeeded' : 'failed';
		entry.finishedAt = new Date().toISOString();
		entry.generationsBilled = failure === null ? 1 : 0;
		this.ledger.jobEnded(entry);
		return { id: entry.id, failure };
	}

	private countOf(prompt: string): number {
		return plannedOutcomeOf(prompt).partial ?? countIn(prompt) ?? this.settings.pictures;
	}

	private async picture({ prompt, size: [width, height] }: Made, index: number): Promise<Buffer> {
		return await this.pictures.file(
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
}

const sessionDraw = () => seededDraw(hashText('sessions'));

const now = () => Math.floor(Date.now() / 1000);

/** The document's code of the failure that the prompt's markers require; null if they require none. */
function failureOf(prompt: string): string | null {
	const { fail, rejectsContent: rejectsContent } = plannedOutcomeOf(prompt);
	return rejectsContent ? 'CONTENT_FILTERED' : fail;
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
