import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod4';
import { ANONYMOUS } from '../shared/books';
import { BaseStandIn, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { ControlError } from '../shared/control';
import { withoutMarkers } from '../shared/markers';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import { api } from '../shared/traffic';
import * as docs from './openapi';
import { generateBody, historyQuery, validationDetail } from './request';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';
import { type Batch, isEnd, Store, type Task } from './store';
import { detailView, pathOf, showingOf, shown, summaryView, taskView } from './views';

/** The real server returns at most this many batches, whatever the query asks for. */
const REAL_PAGE = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Starts a Z-Image stand-in on loopback. */
export function startZImageSandbox(options: SandboxOptions<Settings> = {}): Promise<Sandbox<Settings>> {
	return startStandIn(new ZImageStandIn(patched(DEFAULT_SETTINGS, options.settings ?? {})), options.port);
}

type TaskRequest = FastifyRequest<{ Params: { task_id: string } }>;
type BatchRequest = FastifyRequest<{ Params: { batch_id: string } }>;

class ZImageStandIn extends BaseStandIn<Settings> {
	readonly openapi = docs.openapi;
	private readonly store = new Store(this.ledger, this.timers, () => ({
		durationMs: this.settings.jobDurationMs,
		workers: this.settings.workers,
	}));

	constructor(settings: Settings) {
		super(settings, patched, ['generate', 'get', 'cancel', 'list', 'batch', 'delete', 'asset', 'health']);
	}

	problem(status: number, message: string): ErrorAnswer {
		return status === 500 && this.settings.dialect === 'real'
			? new ErrorAnswer(500, 'Internal Server Error')
			: new ErrorAnswer(status, {
					detail: status === 404 && message.startsWith('Cannot') ? 'Not Found' : message,
				});
	}

	override patch(patch: unknown): void {
		super.patch(patch);
		this.store.advance();
	}

	protected forget(): void {
		this.store.clear();
	}

	override tenantOf(request: FastifyRequest): string {
		const key = keyOf(request);
		return key === this.settings.adminKey || this.settings.allowedKeys.includes(key) ? key : ANONYMOUS;
	}

	routes(app: FastifyInstance): void {
		const dialect = () => this.settings.dialect;
		const showing = () => showingOf(this.settings);
		app.get('/', { schema: docs.root, config: api('health', '/') }, async () => ({
			message: 'Z-Image API is running',
		}));
		app.get('/health', { schema: docs.health, config: api('health', '/health') }, async () => ({
			status: 'ok',
			environment: 'dev',
		}));
		app.post(
			'/v1/images/generate',
			{ schema: docs.generate, config: api('generate', '/v1/images/generate') },
			async (request) => {
				const owner = this.admitted(request);
				const body = generateBody.safeParse(jsonOf(request));
				if (!body.success) throw new ErrorAnswer(422, validationDetail(body.error, 'body'));
				const asked = body.data.metadata?.batch_id;
				const task = this.store.submit(
					owner,
					body.data,
					asked !== undefined && (dialect() === 'document' || UUID.test(asked)) ? asked : randomUUID(),
				);
				return { task_id: task.id, status_url: `/v1/tasks/${task.id}`, image_url: null };
			},
		);
		app.get(
			'/v1/tasks/:task_id',
			{ schema: docs.task, config: api('get', '/v1/tasks/:task_id') },
			async (request: TaskRequest) => {
				const task = this.taskOf(request);
				if (task) return taskView(task, dialect());
				// Celery does not report unknown tasks: it answers PENDING.
				return {
					task_id: request.params.task_id,
					status: 'PENDING',
					result: null,
					error: null,
					error_code: null,
					error_hint: null,
					image_url: null,
					progress: dialect() === 'real' ? null : 0,
				};
			},
		);
		app.post(
			'/v1/tasks/:task_id/cancel',
			{ schema: docs.cancel, config: api('cancel', '/v1/tasks/:task_id/cancel') },
			async (request: TaskRequest) => {
				const task = this.taskOf(request);
				const { task_id } = request.params;
				if (task && isEnd(task.state))
					return { task_id, status: task.state, message: `Task already finished with state ${task.state}` };
				if (task) this.store.finish(task, 'REVOKED');
				return { task_id, status: 'CANCELLED', message: 'Cancellation requested' };
			},
		);
		app.get('/v1/history', { schema: docs.history, config: api('list', '/v1/history') }, async (request) => {
			const owner = this.admitted(request);
			const query = historyQuery.safeParse(request.query);
			if (!query.success) throw new ErrorAnswer(422, validationDetail(query.error, 'query'));
			const { limit, offset } = query.data;
			const own = [...this.store.batches.values()]
				.filter((batch) => this.maySee(batch, owner) && shown(batch, showing()).length > 0)
				.reverse();
			return own
				.slice(offset, offset + (dialect() === 'real' ? Math.min(limit, REAL_PAGE) : limit))
				.map((batch) => summaryView(batch, showing()));
		});
		app.get(
			'/v1/history/:batch_id',
			{ schema: docs.batch, config: api('batch', '/v1/history/:batch_id') },
			async (request: BatchRequest) => detailView(this.batchOf(request), showing()),
		);
		app.delete(
			'/v1/history/:batch_id',
			{ schema: docs.deleteBatch, config: api('delete', '/v1/history/:batch_id') },
			async (request: BatchRequest) => {
				this.store.batches.delete(this.batchOf(request).id);
				return { task_id: request.params.batch_id, status: 'deleted', message: 'Batch deleted from history' };
			},
		);
		app.get<{ Params: { day: string; file: string } }>(
			'/generated-images/:day/:file',
			{ schema: docs.file, config: api('asset', '/generated-images/:day/:file') },
			async (request, reply) => {
				const { day, file } = request.params;
				const format = file.endsWith('.webp') ? 'webp' : 'png';
				const task = [...this.store.tasks.values()].find(
					(candidate) => candidate.state === 'SUCCESS' && pathOf(candidate, format) === `${day}/${file}`,
				);
				const invalidImage = task?.planned.invalidImage(task.index + 1) ?? null;
				if (!task || invalidImage === 'missing-image') throw this.problem(404, 'Not Found');
				const { width, height, prompt } = task.body;
				const bytes = await this.pictures.file(
					{
						width,
						height,
						caption: withoutMarkers(prompt),
						note: `${task.index + 1}  ·  seed ${task.seed}  ·  ${width} × ${height}`,
						seed: `${prompt}\n${task.seed}`,
					},
					format,
					invalidImage,
				);
				this.ledger.download(task.entry.tenant);
				return reply.type(`image/${format}`).send(bytes);
			},
		);
	}

	/** `POST /jobs/:id/finish`: ends a task by force. */
	control(app: FastifyInstance): void {
		app.post<{ Params: { id: string } }>('/jobs/:id/finish', async (request) => {
			const task = this.store.tasks.get(request.params.id);
			if (!task) throw new ControlError(404, `There is no task ${request.params.id}`);
			const { status, error } = z
				.strictObject({ status: z.enum(['SUCCESS', 'FAILURE', 'REVOKED']), error: z.string().optional() })
				.parse(request.body);
			if (!this.store.finish(task, status, error ?? null))
				throw new ControlError(409, `The task has ended: ${task.state}`);
			return taskView(task, this.settings.dialect);
		});
	}

	/** Checks and returns the caller's key; empty if the server requires none. */
	private admitted(request: FastifyRequest): string {
		const key = keyOf(request);
		if (!this.settings.auth) return key;
		if (key === '') throw this.problem(401, 'Missing X-Auth-Key');
		if (this.tenantOf(request) === ANONYMOUS)
			throw this.problem(this.settings.dialect === 'real' ? 403 : 401, 'Invalid X-Auth-Key');
		return key;
	}

	private maySee({ owner }: Pick<Batch, 'owner'>, key: string): boolean {
		return key === this.settings.adminKey || owner === key || (!this.settings.auth && key === '');
	}

	/** The task of a request; null if it is unknown. */
	private taskOf(request: TaskRequest): Task | null {
		const key = this.admitted(request);
		const task = this.store.tasks.get(request.params.task_id);
		if (task && !this.maySee(task, key)) throw this.problem(403, 'Not allowed to access this task');
		return task ?? null;
	}

	private batchOf(request: BatchRequest): Batch {
		const key = this.admitted(request);
		const { batch_id: id } = request.params;
		if (this.settings.dialect === 'real' && !UUID.test(id)) throw this.problem(500, 'Internal Server Error');
		const batch = this.store.batches.get(id);
		if (!batch || !this.maySee(batch, key) || shown(batch, showingOf(this.settings)).length === 0)
			throw this.problem(404, 'Batch not found');
		return batch;
	}
}

function keyOf(request: FastifyRequest): string {
	const key = request.headers['x-auth-key'];
	return typeof key === 'string' ? key : '';
}
