import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import { BaseStandIn, bodyOf, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { readForm } from '../shared/multipart';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import type { ApiServer, Batch } from './apiServer';
import { installBatches } from './batchRoutes';
import { installFiles } from './fileRoutes';
import { notOffered } from './flaskPages';
import { installGenerations } from './generationRoutes';
import type { MadeFile } from './generations';
import { installHealth } from './healthRoutes';
import * as docs from './openapi';
import { defaultPreferences, installPreferences } from './preferenceRoutes';
import { anyBody, type GenerateBody } from './request';
import { installSamples } from './sampleRoutes';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';
import { installTools } from './toolRoutes';
import { Upstream } from './upstream';

/** Starts an AI Batch Image Generator stand-in on loopback. */
export function startAiBatchSandbox(options: SandboxOptions<Settings> = {}): Promise<Sandbox<Settings>> {
	return startStandIn(new AiBatchStandIn(patched(DEFAULT_SETTINGS, options.settings ?? {})), options.port);
}

class AiBatchStandIn extends BaseStandIn<Settings> implements ApiServer {
	readonly openapi = docs.openapi;
	readonly files = new Map<string, MadeFile>();
	readonly stored = new Map<string, { bytes: Buffer; type: string }>();
	readonly batches = new Map<string, Batch>();
	readonly upstream = new Upstream(this.ledger, this.timers, (status, message) => this.problem(status, message));
	preferences: Record<string, unknown> = defaultPreferences();
	lastStamp = 1_705_750_200;

	constructor(settings: Settings) {
		super(settings, patched, ['generate', 'batch', 'get', 'call', 'upload', 'asset', 'health']);
	}

	problem(status: number, message: string): ErrorAnswer {
		if (status === 404 && message.startsWith('Cannot'))
			return notOffered(message.startsWith('Cannot GET') ? 404 : 405);
		return new ErrorAnswer(status, { success: false, error: message });
	}

	protected forget(): void {
		for (const kept of [this.files, this.stored, this.batches]) kept.clear();
		this.preferences = defaultPreferences();
	}

	routes(app: FastifyInstance): void {
		installHealth(app, this);
		installGenerations(app, this);
		installBatches(app, this);
		installFiles(app, this);
		installPreferences(app, this);
		installTools(app, this);
		installSamples(app, this);
	}

	checkUpstream({ api_provider, api_key }: Pick<GenerateBody, 'api_provider' | 'api_key'>): void {
		const { dialect, upstreamKey } = this.settings;
		if (dialect === 'real' && (api_provider === 'huggingface' || api_provider === 'replicate'))
			throw this.problem(400, `Unsupported API provider: ${api_provider}`);
		if (api_key !== upstreamKey) throw this.problem(dialect === 'real' ? 500 : 401, 'API key not valid');
	}

	read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
		const parsed = schema.safeParse(jsonOf(request));
		if (parsed.success) return parsed.data;
		throw this.problem(
			this.settings.dialect === 'real' ? 500 : 400,
			`Invalid request: ` +
				parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
		);
	}

	formOrJson(request: FastifyRequest) {
		const form = readForm(request.headers['content-type'], bodyOf(request));
		return form ?? { fields: this.read(anyBody, request), files: [] };
	}

	offered(request: FastifyRequest, real: boolean, onlyReal: boolean): void {
		const isReal = this.settings.dialect === 'real';
		if (isReal ? !real : onlyReal) throw notOffered(request.method === 'GET' ? 404 : 405);
	}

	unlocked(request: FastifyRequest): void {
		const { apiKey } = this.settings;
		if (apiKey !== null && request.headers.authorization !== `Bearer ${apiKey}`)
			throw this.problem(401, 'API Key 無效');
	}

	nextStamp(): number {
		return (this.lastStamp += 1);
	}
}
