import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import { BaseStandIn, bodyOf, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { plannedOutcomeOf } from '../shared/markers';
import { readForm } from '../shared/multipart';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import { SIMPLE, type SimpleEndpoint } from './areas';
import { installFiles } from './files';
import { drawn, filesOf, type MadeFile } from './generations';
import * as docs from './openapi';
import { anyBody, batchBody, type GenerateBody, generateBody } from './request';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';
import { Upstream } from './upstream';

/** Starts an AI Batch Image Generator stand-in on loopback. */
export function startAiBatchSandbox(options: SandboxOptions<Settings> = {}): Promise<Sandbox<Settings>> {
	return startStandIn(new AiBatchStandIn(patched(DEFAULT_SETTINGS, options.settings ?? {})), options.port);
}

interface Batch {
	id: string;
	total: number;
	completed: number;
	endsAt: number;
}

const api = (name: string, path: string) => ({ api: { name, path } });

export class AiBatchStandIn extends BaseStandIn<Settings> {
	readonly openapi = docs.openapi;
	readonly files = new Map<string, MadeFile>();
	readonly stored = new Map<string, { bytes: Buffer; type: string }>();
	private readonly batches = new Map<string, Batch>();
	private readonly upstream = new Upstream(this.ledger, this.timers, (status, message) =>
		this.problem(status, message),
	);
	private preferences: Record<string, unknown> = { language: 'zh-TW', default_size: '1024x1024' };
	private stamps = 1_705_750_200;

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
		this.preferences = { language: 'zh-TW', default_size: '1024x1024' };
	}

	routes(app: FastifyInstance): void {
		this.healthRoutes(app);
		app.post(
			'/api/generate-image',
			{
				schema: docs.withBody('Images', 'Generate images', generateBody),
				config: api('generate', '/api/generate-image'),
			},
			async (request) => await this.generate(this.read(generateBody, request)),
		);
		app.get<{ Params: { filename: string } }>(
			'/generated_images/:filename',
			{ schema: docs.named('Images', 'A generated file'), config: api('asset', '/generated_images/:filename') },
			async (request, reply) => {
				const file = this.files.get(request.params.filename);
				if (!file || plannedOutcomeOf(file.prompt).invalidImage(file.index) === 'missing-image')
					throw notOffered(404);
				return reply.type('image/png').send(await drawn(this.pictures, file));
			},
		);
		this.batchRoutes(app);
		installFiles(app, this);
		this.settingsRoutes(app);
		for (const tool of [
			'/api/creative/style-transfer',
			'/api/creative/upscale',
			'/api/creative/variations',
			'/api/image/process',
			'/api/huggingface',
			'/api/replicate',
			'/api/local_ai',
		])
			this.toolRoute(app, tool);
		for (const endpoint of SIMPLE) this.simpleRoute(app, endpoint);
	}

	/** The real server has its health endpoint at another path. */
	private healthRoutes(app: FastifyInstance): void {
		const health = (reply: FastifyReply, more: object) => {
			const { healthStatus } = this.settings;
			return reply.code(healthStatus).send({
				status: healthStatus === 200 ? 'healthy' : 'degraded',
				timestamp: new Date().toISOString(),
				...more,
			});
		};
		app.get(
			'/health',
			{ schema: docs.named('Health', 'Health check'), config: api('health', '/health') },
			async (request, reply) => {
				this.offered(request, false, false);
				return health(reply, {
					version: '3.0',
					environment: 'development',
					project_root: '/srv/app',
					directories: { missing: [], all_present: true },
				});
			},
		);
		app.get(
			'/api/health',
			{ schema: docs.named('Real server', 'Health'), config: api('health', '/api/health') },
			async (request, reply) => {
				this.offered(request, true, true);
				return health(reply, {});
			},
		);
	}

	private simpleRoute(app: FastifyInstance, endpoint: SimpleEndpoint): void {
		const { method, path, tag, summary, body, real = false, onlyReal = false, locked = false } = endpoint;
		app.route<{ Params: Record<string, string>; Querystring: Record<string, unknown> }>({
			method,
			url: path,
			schema: body ? docs.withBody(tag, summary, body) : docs.named(tag, summary),
			config: api('call', path),
			handler: async (request) => {
				this.offered(request, real, onlyReal);
				if (locked) this.unlocked(request);
				return endpoint.answer({
					params: request.params,
					query: request.query,
					body: body ? (this.read(body, request) as Record<string, unknown>) : {},
				});
			},
		});
	}

	/**
	 * Tools whose body the document does not show. They take a file with fields, or JSON, and answer with a picture.
	 */
	private toolRoute(app: FastifyInstance, path: string): void {
		app.post(
			path,
			{
				schema: docs.withBody(
					'Tools',
					`${path.split('/').slice(2).join(' ')}: JSON, or a form with a file`,
					anyBody,
				),
				config: api('call', path),
			},
			async (request) => {
				this.offered(request, false, false);
				const { fields, files } = this.formOrJson(request);
				const [file] = files;
				const prompt = typeof fields['prompt'] === 'string' ? fields['prompt'] : path;
				await this.upstream.run(prompt, { ...fields, api_key: undefined }, 0);
				const [made] = filesOf(
					{ prompt, image_size: '512x512', image_count: 1, api_provider: 'stability' },
					this.stamp(),
				);
				if (!made) throw this.problem(500, 'nothing was made');
				this.files.set(made.filename, made);
				return {
					success: true,
					images: [
						{
							filename: made.filename,
							url: `/generated_images/${made.filename}`,
							base64: (await drawn(this.pictures, made)).toString('base64'),
						},
					],
					received: {
						file: file ? { name: file.fileName, bytes: file.data.length } : null,
						fields: Object.keys(fields),
					},
				};
			},
		);
	}

	private batchRoutes(app: FastifyInstance): void {
		app.post(
			'/api/batch/generate',
			{
				schema: docs.withBody('Batch', 'Generate from several prompts', batchBody),
				config: api('batch', '/api/batch/generate'),
			},
			async (request) => {
				this.offered(request, false, false);
				const { prompts, settings } = this.read(batchBody, request);
				this.upstreamChecked(settings);
				const batch: Batch = {
					id: `batch_${this.stamp()}`,
					total: prompts.length,
					completed: 0,
					endsAt: Date.now() + prompts.length * this.settings.jobDurationMs,
				};
				this.batches.set(batch.id, batch);
				for (const [place, prompt] of prompts.entries()) {
					const entry = this.upstream.begin(prompt, { prompt, ...settings, api_key: undefined });
					this.timers.after((place + 1) * this.settings.jobDurationMs, () => {
						batch.completed += 1;
						this.upstream.end(entry);
					});
				}
				return { success: true, batch_id: batch.id, status: 'processing', total: batch.total };
			},
		);
		app.get<{ Params: { batch_id: string } }>(
			'/api/batch/status/:batch_id',
			{ schema: docs.named('Batch', 'How far a batch is'), config: api('get', '/api/batch/status/:batch_id') },
			async (request) => {
				this.offered(request, false, false);
				const batch = this.batches.get(request.params.batch_id);
				if (!batch) throw this.problem(404, 'Batch not found');
				const { id, completed, total, endsAt } = batch;
				return {
					batch_id: id,
					status: completed === total ? 'completed' : 'processing',
					progress: { completed, total, percentage: Math.round((100 * completed) / total) },
					estimated_completion: new Date(endsAt).toISOString(),
				};
			},
		);
	}

	private settingsRoutes(app: FastifyInstance): void {
		app.get(
			'/api/settings/user-preferences',
			{ schema: docs.named('Settings', 'Preferences'), config: api('call', '/api/settings/user-preferences') },
			async (request) => {
				this.offered(request, false, false);
				this.unlocked(request);
				return this.preferences;
			},
		);
		app.put(
			'/api/settings/user-preferences',
			{
				schema: docs.withBody('Settings', 'Change preferences', anyBody),
				config: api('call', '/api/settings/user-preferences'),
			},
			async (request) => {
				this.offered(request, false, false);
				this.unlocked(request);
				this.preferences = { ...this.preferences, ...this.read(anyBody, request) };
				return this.preferences;
			},
		);
	}

	private async generate(body: GenerateBody): Promise<Record<string, unknown>> {
		const { dialect, jobDurationMs } = this.settings;
		this.upstreamChecked(body);
		await this.upstream.run(body.prompt, { ...body, api_key: undefined }, jobDurationMs);
		const files = filesOf(body, dialect === 'real' ? Math.floor(Date.now() / 1000) : this.stamp());
		for (const file of files) this.files.set(file.filename, file);
		const common = files.map(({ filename }) => ({ filename, url: `/generated_images/${filename}` }));
		if (dialect === 'document')
			return {
				success: true,
				images: common.map((file) => ({ ...file, base64: null })),
				provider: body.api_provider,
				prompt_used: body.negative_prompt ? `${body.prompt} --no ${body.negative_prompt}` : body.prompt,
			};
		const bytes = await Promise.all(files.map((file) => drawn(this.pictures, file)));
		return {
			success: true,
			images: common.map((file, place) => ({
				...file,
				base64: bytes[place]?.toString('base64'),
				mime_type: 'image/png',
			})),
			generation_id: this.stamps,
			statistics: { total: files.length },
		};
	}

	private upstreamChecked({ api_provider, api_key }: Pick<GenerateBody, 'api_provider' | 'api_key'>): void {
		const { dialect, upstreamKey } = this.settings;
		if (dialect === 'real' && (api_provider === 'huggingface' || api_provider === 'replicate'))
			throw this.problem(400, `Unsupported API provider: ${api_provider}`);
		if (api_key !== upstreamKey) throw this.problem(dialect === 'real' ? 500 : 401, 'API key not valid');
	}

	private read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
		const parsed = schema.safeParse(jsonOf(request));
		if (parsed.success) return parsed.data;
		throw this.problem(
			this.settings.dialect === 'real' ? 500 : 400,
			`Invalid request: ` +
				parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
		);
	}

	/** Reads a form with its files. A JSON body counts as the fields of a form. */
	formOrJson(request: FastifyRequest) {
		const form = readForm(request.headers['content-type'], bodyOf(request));
		return form ?? { fields: this.read(anyBody, request), files: [] };
	}

	/** Answers 404 for a path that this dialect does not have. */
	offered(request: FastifyRequest, real: boolean, onlyReal: boolean): void {
		const isReal = this.settings.dialect === 'real';
		if (isReal ? !real : onlyReal) throw notOffered(request.method === 'GET' ? 404 : 405);
	}

	/** Answers 401 without the server's key, if the server has one. */
	unlocked(request: FastifyRequest): void {
		const { apiKey } = this.settings;
		if (apiKey !== null && request.headers.authorization !== `Bearer ${apiKey}`)
			throw this.problem(401, 'API Key 無效');
	}

	private stamp(): number {
		return (this.stamps += 1);
	}
}

/** Flask's own pages. */
function notOffered(status: 404 | 405): ErrorAnswer {
	const title = status === 404 ? '404 Not Found' : '405 Method Not Allowed';
	return new ErrorAnswer(
		status,
		`<!doctype html>\n<html lang=en>\n<title>${title}</title>\n<h1>${title.slice(4)}</h1>\n`,
	);
}
