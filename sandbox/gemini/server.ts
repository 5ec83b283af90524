import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import { BaseStandIn, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { ANONYMOUS } from '../shared/books';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import { answerTo } from './answers';
import type { ApiServer } from './apiServer';
import { installBatches } from './batchRoutes';
import { Batches } from './batches';
import { installGenerations } from './generationRoutes';
import { installModels } from './modelRoutes';
import { MODELS, TEXT_MODEL } from './models';
import * as docs from './openapi';
import type { ContentBody } from './request';
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

class GeminiStandIn extends BaseStandIn<Settings> implements ApiServer {
	readonly openapi = docs.openapi;
	override readonly bodyLimit = 100 * 1024 * 1024;
	readonly asked = new Map<string, number>();
	readonly hosted = new Map<string, Buffer>();
	readonly batches = new Batches({
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
		installModels(app, this);
		installGenerations(app, this);
		installBatches(app, this);
	}

	admit(request: FastifyRequest, dialect?: Settings['dialect']): void {
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

	known(model: string): string {
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

	read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
		const body = schema.safeParse(jsonOf(request));
		if (!body.success)
			throw this.problem(
				400,
				`Invalid JSON payload received. ` +
					body.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
			);
		return body.data;
	}

	rejectImpossible(model: string, { generationConfig = {} }: ContentBody): void {
		const { candidateCount = 1, imageConfig } = generationConfig;
		if (candidateCount > 1 && !this.settings.multipleCandidates)
			throw this.problem(400, `Multiple candidates is not enabled for models/${model}`);
		const { resolutions = {} } = MODELS[model] ?? {};
		if (imageConfig?.imageSize !== undefined && !Object.hasOwn(resolutions, imageConfig.imageSize))
			throw this.problem(400, `Unsupported image size ${imageConfig.imageSize} for models/${model}`);
	}
}
