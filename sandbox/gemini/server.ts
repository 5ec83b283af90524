import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import { BaseStandIn, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { ANONYMOUS, type JobEntry } from '../shared/books';
import { plannedOutcomeOf } from '../shared/markers';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import { answerTo, type Made } from './answers';
import { type Batch, Batches, operationView } from './batches';
import { MODELS, TEXT_MODEL } from './models';
import * as docs from './openapi';
import { batchBody, type ContentBody, contentBody, describe, promptOf } from './request';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';

/** Starts a stand-in of the Gemini API on loopback. */
export function startGeminiSandbox(options: SandboxOptions<Settings> = {}): Promise<Sandbox<Settings>> {
	return startStandIn(new GeminiStandIn(patched(DEFAULT_SETTINGS, options.settings ?? {})), options.port);
}

/** Status names of google.rpc.Code by HTTP status. */
const WORDS: Record<number, string> = {
	400: 'INVALID_ARGUMENT',
	401: 'UNAUTHENTICATED',
	403: 'PERMISSION_DENIED',
	404: 'NOT_FOUND',
	429: 'RESOURCE_EXHAUSTED',
	500: 'INTERNAL',
	503: 'UNAVAILABLE',
	504: 'DEADLINE_EXCEEDED',
};
const api = (name: string, path: string) => ({ api: { name, path } });

class GeminiStandIn extends BaseStandIn<Settings> {
	readonly openapi = docs.openapi;
	override readonly bodyLimit = 100 * 1024 * 1024;
	/** Number of calls per prompt, so that each call gets another picture. */
	private readonly asked = new Map<string, number>();
	/** Pictures that a proxy has stored at a URL. */
	private readonly hosted = new Map<string, Buffer>();
	private readonly batches = new Batches({
		ledger: this.ledger,
		timers: this.timers,
		durationMs: () => this.settings.jobDurationMs,
		results: () => this.settings.batchResults,
		answer: (model, body, place) => answerTo({ model, body, place }, this.pictures, null),
	});

	constructor(settings: Settings) {
		super(settings, patched, ['models', 'generate', 'batch', 'get', 'list', 'cancel', 'delete', 'asset']);
	}

	problem(status: number, message: string, details: object[] = []): ErrorAnswer {
		if (this.settings.dialect === 'real')
			return new ErrorAnswer(status, {
				error: { code: '', message: `${message} (request id: ${randomUUID()})`, type: 'new_api_error' },
			});
		return new ErrorAnswer(status, {
			error: {
				code: status,
				message,
				status: WORDS[status] ?? 'UNKNOWN',
				...(details.length > 0 ? { details } : {}),
			},
		});
	}

	protected forget(): void {
		this.batches.clear();
		this.asked.clear();
		this.hosted.clear();
	}

	override tenantOf(request: FastifyRequest): string {
		return this.keyOf(request) === this.settings.apiKey ? 'key' : ANONYMOUS;
	}

	routes(app: FastifyInstance): void {
		app.get('/v1beta/models', { schema: docs.list, config: api('models', '/v1beta/models') }, async (request) => {
			this.admit(request);
			return { models: [...Object.keys(MODELS), TEXT_MODEL].map(modelView) };
		});
		app.get<{ Params: { model: string } }>(
			'/v1beta/models/:model',
			{ schema: docs.get, config: api('models', '/v1beta/models/:model') },
			async (request) => {
				this.admit(request);
				return modelView(this.known(request.params.model));
			},
		);
		app.post<{ Params: { model: string } }>(
			'/v1beta/models/:model(^[\\w.-]+)::generateContent',
			{ schema: docs.generate, config: api('generate', '/v1beta/models/:model:generateContent') },
			async (request) => {
				this.admit(request);
				return await this.generate(this.known(request.params.model), this.read(contentBody, request));
			},
		);
		app.post<{ Params: { model: string } }>(
			'/v1beta/models/:model(^[\\w.-]+)::batchGenerateContent',
			{ schema: docs.createBatch, config: api('batch', '/v1beta/models/:model:batchGenerateContent') },
			async (request) => {
				this.admit(request, 'document');
				const model = this.known(request.params.model);
				const body = this.read(batchBody, request);
				for (const { request: one } of body.batch.inputConfig.requests.requests)
					this.rejectImpossible(model, one);
				return operationView(this.batches.create(model, body));
			},
		);
		app.get<{ Querystring: { pageSize?: string; pageToken?: string } }>(
			'/v1beta/batches',
			{ schema: docs.batches, config: api('list', '/v1beta/batches') },
			async (request) => {
				this.admit(request, 'document');
				const { pageSize = '50', pageToken = '0' } = request.query;
				const [all, from] = [this.batches.newest(), Number(pageToken)];
				const next = from + Number(pageSize);
				return {
					operations: all.slice(from, next).map((batch) => operationView(batch)),
					...(next < all.length ? { nextPageToken: String(next) } : {}),
				};
			},
		);
		app.get<{ Params: { batch: string } }>(
			'/v1beta/batches/:batch',
			{ schema: docs.batch, config: api('get', '/v1beta/batches/:batch') },
			async (request) => operationView(this.batch(request)),
		);
		app.post<{ Params: { batch: string } }>(
			'/v1beta/batches/:batch(^[\\w-]+)::cancel',
			{ schema: docs.cancel, config: api('cancel', '/v1beta/batches/:batch:cancel') },
			async (request) => {
				const batch = this.batch(request);
				if (!this.batches.cancel(batch))
					throw new ErrorAnswer(400, {
						error: {
							code: 400,
							message: `The batch has ended: ${batch.state}`,
							status: 'FAILED_PRECONDITION',
						},
					});
				return {};
			},
		);
		app.delete<{ Params: { batch: string } }>(
			'/v1beta/batches/:batch',
			{ schema: docs.remove, config: api('delete', '/v1beta/batches/:batch') },
			async (request) => {
				this.batches.all.delete(this.batch(request).name);
				return {};
			},
		);
		app.get<{ Params: { file: string } }>(
			'/download/v1beta/files/:file(^[\\w-]+)::download',
			{ schema: docs.download, config: api('asset', '/download/v1beta/files/:file:download') },
			async (request, reply) => {
				this.admit(request, 'document');
				const lines = this.batches.files.get(`files/${request.params.file}`);
				if (lines === undefined) throw this.problem(404, 'File not found');
				return reply.type('application/octet-stream').send(lines);
			},
		);
		app.get<{ Params: { file: string } }>(
			'/storage/:file',
			{ schema: docs.hosted, config: api('asset', '/storage/:file') },
			async (request, reply) => {
				const file = this.hosted.get(request.params.file);
				if (!file) throw new ErrorAnswer(404, 'Not Found');
				return reply.type('image/png').send(file);
			},
		);
	}

	/**
	 * Checks the caller's key.
	 * @param dialect the only dialect with this path; default: both have it
	 */
	private admit(request: FastifyRequest, dialect?: Settings['dialect']): void {
		const key = this.keyOf(request);
		const isProxy = this.settings.dialect === 'real';
		if (dialect !== undefined && dialect !== this.settings.dialect)
			throw this.problem(404, `Invalid URL (${request.method} ${request.url.split('?')[0] ?? ''})`);
		if (key === this.settings.apiKey) return;
		if (isProxy) throw this.problem(401, '无效的令牌');
		if (key === '')
			throw this.problem(
				403,
				"Method doesn't allow unregistered callers (callers without established identity). Please use " +
					'API Key or other form of API consumer identity to call this API.',
			);
		throw this.problem(400, 'API key not valid. Please pass a valid API key.', [
			{
				'@type': 'type.googleapis.com/google.rpc.ErrorInfo',
				reason: 'API_KEY_INVALID',
				domain: 'googleapis.com',
			},
		]);
	}

	private keyOf(request: FastifyRequest): string {
		const { authorization = '', 'x-goog-api-key': own = '' } = request.headers;
		if (this.settings.dialect === 'real') return /^Bearer +(.+)$/i.exec(authorization)?.[1] ?? '';
		return String(own) || ((request.query as Record<string, string> | undefined)?.['key'] ?? '');
	}

	private known(model: string): string {
		const isThere =
			model === TEXT_MODEL ||
			(Object.hasOwn(MODELS, model) && (this.settings.dialect === 'document' || MODELS[model]?.proxied === true));
		if (!isThere)
			throw this.problem(
				404,
				`models/${model} is not found for API version v1beta, or is not supported for generateContent.`,
			);
		return model;
	}

	private read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
		const body = schema.safeParse(jsonOf(request));
		if (!body.success)
			throw this.problem(
				400,
				`Invalid JSON payload received. ` +
					body.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
			);
		return body.data;
	}

	private rejectImpossible(model: string, { generationConfig = {} }: ContentBody): void {
		const { candidateCount = 1, imageConfig } = generationConfig;
		if (candidateCount > 1 && !this.settings.multipleCandidates)
			throw this.problem(400, `Multiple candidates is not enabled for models/${model}`);
		const { resolutions = {} } = MODELS[model] ?? {};
		if (imageConfig?.imageSize !== undefined && !Object.hasOwn(resolutions, imageConfig.imageSize))
			throw this.problem(400, `Unsupported image size ${imageConfig.imageSize} for models/${model}`);
	}

	private batch(request: FastifyRequest<{ Params: { batch: string } }>): Batch {
		this.admit(request, 'document');
		const batch = this.batches.all.get(`batches/${request.params.batch}`);
		if (!batch) throw this.problem(404, 'Requested entity was not found.');
		return batch;
	}

	/**
	 * Answers only when the images are made, like the model. A client that disconnects early still pays for the images.
	 */
	private async generate(model: string, body: ContentBody): Promise<object> {
		this.rejectImpossible(model, body);
		const prompt = promptOf(body);
		const place = this.asked.get(prompt) ?? 0;
		this.asked.set(prompt, place + 1);
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
		this.ledger.jobBegan(entry);
		const planned = plannedOutcomeOf(prompt);
		if (planned.hangs) await new Promise(() => undefined);
		await this.timers.pause(planned.durationMs ?? this.settings.jobDurationMs);
		const made: Made | null =
			planned.fail === null
				? await answerTo(
						{ model, body, place },
						this.pictures,
						this.settings.dialect === 'real' ? (file) => this.put(model, file) : null,
					)
				: null;
		entry.status = made?.billed ? 'succeeded' : 'failed';
		entry.finishedAt = new Date().toISOString();
		entry.generationsBilled = made?.billed ? 1 : 0;
		this.ledger.jobEnded(entry);
		if (!made) throw this.problem(500, `An internal error has occurred: ${planned.fail ?? ''}`);
		return made.answer;
	}

	/** Proxies put a picture into the text: as data for the small model, as a URL for the large one. */
	private put(model: string, file: Buffer): string {
		if (MODELS[model]?.thinks !== true) return `data:image/png;base64,${file.toString('base64')}`;
		const name = `${randomUUID()}.png`;
		this.hosted.set(name, file);
		return `${this.origin}/storage/${name}`;
	}
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
