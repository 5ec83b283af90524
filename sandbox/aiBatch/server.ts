import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod/v4';
import { BaseStandIn, bodyOf, jsonOf, Refusal } from '../shared/baseStandIn';
import type { JobEntry } from '../shared/books';
import { fateOf } from '../shared/markers';
import { readForm } from '../shared/multipart';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import { SIMPLE, type SimpleEndpoint } from './areas';
import { drawn, filesOf, type MadeFile } from './generations';
import * as docs from './openapi';
import { anyBody, batchBody, type GenerateBody, generateBody } from './request';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';

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

class AiBatchStandIn extends BaseStandIn<Settings> {
	readonly openapi = docs.openapi;
	private readonly files = new Map<string, MadeFile>();
	private readonly stored = new Map<string, { bytes: Buffer; type: string }>();
	private readonly batches = new Map<string, Batch>();
	private preferences: Record<string, unknown> = { language: 'zh-TW', default_size: '1024x1024' };
	private stamps = 1_705_750_200;

	constructor(settings: Settings) {
		super(settings, patched, ['generate', 'batch', 'get', 'call', 'upload', 'asset', 'health']);
	}

	problem(status: number, message: string): Refusal {
		if (status === 404 && message.startsWith('Cannot')) return notOffered(message.startsWith('Cannot GET') ? 404 : 405);
		return new Refusal(status, { success: false, error: message });
	}

	protected forget(): void {
		for (const kept of [this.files, this.stored, this.batches]) kept.clear();
		this.preferences = { language: 'zh-TW', default_size: '1024x1024' };
	}

	routes(app: FastifyInstance): void {
		app.get('/health', { schema: docs.named('Health', 'Health check'), config: api('health', '/health') }, async (_request, reply) =>
			reply.code(this.settings.healthStatus).send({ status: this.settings.healthStatus === 200 ? 'healthy' : 'degraded', timestamp: new Date().toISOString(), version: '3.0', environment: 'development', project_root: '/srv/app', directories: { missing: [], all_present: true } }),
		);
		app.post('/api/generate-image', { schema: docs.withBody('Images', 'Generate images', generateBody), config: api('generate', '/api/generate-image') }, async (request) => await this.generate(this.read(generateBody, request)));
		app.get<{ Params: { filename: string } }>('/generated_images/:filename', { schema: docs.named('Images', 'A generated file'), config: api('asset', '/generated_images/:filename') }, async (request, reply) => {
			const file = this.files.get(request.params.filename);
			if (!file || fateOf(file.prompt).spoiled(file.index) === 'missing-image') throw notOffered(404);
			return reply.type('image/png').send(await drawn(this.pictures, file));
		});
		this.batchRoutes(app);
		this.fileRoutes(app);
		this.settingsRoutes(app);
		for (const tool of ['/api/creative/style-transfer', '/api/creative/upscale', '/api/creative/variations', '/api/image/process', '/api/huggingface', '/api/replicate', '/api/local_ai']) this.toolRoute(app, tool);
		for (const endpoint of SIMPLE) this.simpleRoute(app, endpoint);
	}

	private simpleRoute(app: FastifyInstance, endpoint: SimpleEndpoint): void {
		const { method, path, tag, summary, body, real = false, onlyReal = false, locked = false } = endpoint;
		app.route<{ Params: Record<string, string>; Querystring: Record<string, unknown> }>({
			method, url: path, schema: body ? docs.withBody(tag, summary, body) : docs.named(tag, summary), config: api('call', path),
			handler: async (request) => {
				this.offered(request, real, onlyReal);
				if (locked) this.unlocked(request);
				return endpoint.answer({ params: request.params, query: request.query, body: body ? (this.read(body, request) as Record<string, unknown>) : {} });
			},
		});
	}

	/** Tools whose body the document does not show: a file with fields, or JSON. They answer with a picture. */
	private toolRoute(app: FastifyInstance, path: string): void {
		app.post(path, { schema: docs.withBody('Tools', `${path.split('/').slice(2).join(' ')}: JSON, or a form with a file`, anyBody), config: api('call', path) }, async (request) => {
			this.offered(request, false, false);
			const { fields, files } = this.formOrJson(request);
			const [file] = files;
			const prompt = typeof fields['prompt'] === 'string' ? fields['prompt'] : path;
			const [made] = filesOf({ prompt, image_size: '512x512', image_count: 1, api_provider: 'stability' }, this.stamp());
			if (!made) throw this.problem(500, 'nothing was made');
			this.files.set(made.filename, made);
			return { success: true, images: [{ filename: made.filename, url: `/generated_images/${made.filename}`, base64: (await drawn(this.pictures, made)).toString('base64') }], received: { file: file ? { name: file.fileName, bytes: file.data.length } : null, fields: Object.keys(fields) } };
		});
	}

	private batchRoutes(app: FastifyInstance): void {
		app.post('/api/batch/generate', { schema: docs.withBody('Batch', 'Generate from several prompts', batchBody), config: api('batch', '/api/batch/generate') }, async (request) => {
			this.offered(request, false, false);
			const { prompts, settings } = this.read(batchBody, request);
			this.upstreamChecked(settings);
			const batch: Batch = { id: `batch_${this.stamp()}`, total: prompts.length, completed: 0, endsAt: Date.now() + prompts.length * this.settings.jobDurationMs };
			this.batches.set(batch.id, batch);
			for (const [place, prompt] of prompts.entries()) {
				const entry = this.begin(prompt, { prompt, ...settings, api_key: undefined });
				this.timers.after((place + 1) * this.settings.jobDurationMs, () => {
					batch.completed += 1;
					this.end(entry, true);
				});
			}
			return { success: true, batch_id: batch.id, status: 'processing', total: batch.total };
		});
		app.get<{ Params: { batch_id: string } }>('/api/batch/status/:batch_id', { schema: docs.named('Batch', 'How far a batch is'), config: api('get', '/api/batch/status/:batch_id') }, async (request) => {
			this.offered(request, false, false);
			const batch = this.batches.get(request.params.batch_id);
			if (!batch) throw this.problem(404, 'Batch not found');
			const { id, completed, total, endsAt } = batch;
			return { batch_id: id, status: completed === total ? 'completed' : 'processing', progress: { completed, total, percentage: Math.round((100 * completed) / total) }, estimated_completion: new Date(endsAt).toISOString() };
		});
	}

	private fileRoutes(app: FastifyInstance): void {
		app.post('/api/storage/upload', { schema: docs.withBody('Storage', 'Upload a file', anyBody), config: api('upload', '/api/storage/upload') }, async (request) => {
			this.offered(request, false, false);
			this.unlocked(request);
			const [file] = this.formOrJson(request).files;
			if (!file) throw this.problem(400, 'no file');
			const id = randomUUID();
			this.stored.set(id, { bytes: file.data, type: file.mimeType });
			return { success: true, file_id: id, size: file.data.length };
		});
		app.get<{ Params: { file_id: string } }>('/api/storage/download/:file_id', { schema: docs.named('Storage', 'Download a file'), config: api('asset', '/api/storage/download/:file_id') }, async (request, reply) => {
			this.offered(request, false, false);
			this.unlocked(request);
			const file = this.stored.get(request.params.file_id);
			if (!file) throw this.problem(404, 'File not found');
			return reply.type(file.type).header('content-disposition', `attachment; filename="stored.png"`).send(file.bytes);
		});
		app.delete<{ Params: { file_id: string } }>('/api/storage/delete/:file_id', { schema: docs.named('Storage', 'Delete a file'), config: api('call', '/api/storage/delete/:file_id') }, async (request) => {
			this.offered(request, false, false);
			this.unlocked(request);
			if (!this.stored.delete(request.params.file_id)) throw this.problem(404, 'File not found');
			return { success: true, file_id: request.params.file_id };
		});
		const gallery = () => ({ success: true, images: [...this.files.values()].map(({ filename }) => ({ filename, url: `/generated_images/${filename}` })) });
		app.get('/api/files/gallery', { schema: docs.named('Files', 'Gallery'), config: api('call', '/api/files/gallery') }, async (request) => {
			this.offered(request, false, false);
			this.unlocked(request);
			return gallery();
		});
		app.get('/api/images/gallery', { schema: docs.named('Real server', 'Gallery'), config: api('call', '/api/images/gallery') }, async (request) => {
			this.offered(request, true, true);
			return gallery();
		});
		app.delete<{ Params: { file_id: string } }>('/api/files/delete/:file_id', { schema: docs.named('Files', 'Delete a picture'), config: api('call', '/api/files/delete/:file_id') }, async (request) => {
			this.offered(request, false, false);
			this.unlocked(request);
			if (!this.files.delete(request.params.file_id)) throw this.problem(404, 'File not found');
			return { success: true, file_id: request.params.file_id };
		});
	}

	private settingsRoutes(app: FastifyInstance): void {
		app.get('/api/settings/user-preferences', { schema: docs.named('Settings', 'Preferences'), config: api('call', '/api/settings/user-preferences') }, async (request) => {
			this.offered(request, false, false);
			this.unlocked(request);
			return this.preferences;
		});
		app.put('/api/settings/user-preferences', { schema: docs.withBody('Settings', 'Change preferences', anyBody), config: api('call', '/api/settings/user-preferences') }, async (request) => {
			this.offered(request, false, false);
			this.unlocked(request);
			this.preferences = { ...this.preferences, ...this.read(anyBody, request) };
			return this.preferences;
		});
	}

	private async generate(body: GenerateBody): Promise<Record<string, unknown>> {
		const { dialect, jobDurationMs } = this.settings;
		this.upstreamChecked(body);
		const { fail, refuses, durationMs, hangs } = fateOf(body.prompt);
		const entry = this.begin(body.prompt, { ...body, api_key: undefined });
		if (hangs) await new Promise(() => undefined);
		await this.timers.pause(durationMs ?? jobDurationMs);
		this.end(entry, fail === null && !refuses);
		if (refuses) throw this.problem(500, 'The prompt was blocked by the safety filter of the upstream');
		// The real server also says no with 200.
		if (fail === 'SOFT') throw this.problem(200, 'The upstream gave no image');
		if (fail !== null) throw this.problem(500, `The upstream failed: ${fail}`);
		const files = filesOf(body, dialect === 'real' ? Math.floor(Date.now() / 1000) : this.stamp());
		for (const file of files) this.files.set(file.filename, file);
		const common = files.map(({ filename }) => ({ filename, url: `/generated_images/${filename}` }));
		if (dialect === 'document') return { success: true, images: common.map((file) => ({ ...file, base64: null })), provider: body.api_provider, prompt_used: body.negative_prompt ? `${body.prompt} --no ${body.negative_prompt}` : body.prompt };
		const bytes = await Promise.all(files.map((file) => drawn(this.pictures, file)));
		return { success: true, images: common.map((file, place) => ({ ...file, base64: bytes[place]?.toString('base64'), mime_type: 'image/png' })), generation_id: this.stamps, statistics: { total: files.length } };
	}

	private upstreamChecked({ api_provider, api_key }: Pick<GenerateBody, 'api_provider' | 'api_key'>): void {
		const { dialect, upstreamKey } = this.settings;
		if (dialect === 'real' && (api_provider === 'huggingface' || api_provider === 'replicate')) throw this.problem(400, `Unsupported API provider: ${api_provider}`);
		if (api_key !== upstreamKey) throw this.problem(dialect === 'real' ? 500 : 401, 'API key not valid');
	}

	private begin(prompt: string, request: Record<string, unknown>): JobEntry {
		const entry: JobEntry = { id: randomUUID(), tenant: 'anonymous', prompt, mode: null, idempotencyKey: null, status: 'running', request: JSON.parse(JSON.stringify(request)) as Record<string, unknown>, createdAt: new Date().toISOString(), finishedAt: null, generationsBilled: 0 };
		this.ledger.jobBegan(entry);
		return entry;
	}

	private end(entry: JobEntry, good: boolean): void {
		entry.status = good ? 'succeeded' : 'failed';
		entry.finishedAt = new Date().toISOString();
		entry.generationsBilled = good ? 1 : 0;
		this.ledger.jobEnded(entry);
	}

	private read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
		const parsed = schema.safeParse(jsonOf(request));
		if (parsed.success) return parsed.data;
		throw this.problem(this.settings.dialect === 'real' ? 500 : 400, `Invalid request: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`);
	}

	private formOrJson(request: FastifyRequest) {
		const form = readForm(request.headers['content-type'], bodyOf(request));
		return form ?? { fields: this.read(anyBody, request), files: [] };
	}

	private offered(request: FastifyRequest, real: boolean, onlyReal: boolean): void {
		const isReal = this.settings.dialect === 'real';
		if (isReal ? !real : onlyReal) throw notOffered(request.method === 'GET' ? 404 : 405);
	}

	private unlocked(request: FastifyRequest): void {
		const { apiKey } = this.settings;
		if (apiKey !== null && request.headers.authorization !== `Bearer ${apiKey}`) throw this.problem(401, 'API Key 無效');
	}

	private stamp(): number {
		return (this.stamps += 1);
	}
}

/** Flask's own pages. */
function notOffered(status: 404 | 405): Refusal {
	const title = status === 404 ? '404 Not Found' : '405 Method Not Allowed';
	return new Refusal(status, `<!doctype html>\n<html lang=en>\n<title>${title}</title>\n<h1>${title.slice(4)}</h1>\n`);
}
