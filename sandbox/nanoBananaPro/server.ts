import type { FastifyInstance } from 'fastify';
import { z } from 'zod4';
import { BaseStandIn, ErrorAnswer } from '../shared/baseStandIn';
import { ControlError } from '../shared/control';
import { withoutMarkers } from '../shared/markers';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import type { ApiServer } from './apiServer';
import * as docs from './openapi';
import { installPublicApi } from './publicApi';
import { DEFAULT_SETTINGS, patched, queueLimitOf, type Settings } from './settings';
import { Sockets } from './sockets';
import { Store } from './store';
import { hasEnded, type Picture, type Task } from './task';
import { installV16 } from './v16';
import { taskView } from './views';

export interface NanoBananaProSandbox extends Sandbox<Settings> {
	/**
	 * Restarts the server: waiting and running tasks never change again, and sockets break. Also `POST
	 * /__sandbox/restart`.
	 */
	restart(): void;
}

/** Starts a NanoBananaPro stand-in on loopback. */
export async function startNanoBananaProSandbox(options: SandboxOptions<Settings> = {}): Promise<NanoBananaProSandbox> {
	const standIn = new NanoBananaProStandIn(patched(DEFAULT_SETTINGS, options.settings ?? {}));
	const sandbox = await startStandIn(standIn, options.port);
	return { ...sandbox, restart: () => standIn.restart() };
}

const pastSchema = z.array(
	z.strictObject({
		prompt: z.string().min(1),
		count: z.int().min(1).max(100).default(1),
		aspectRatio: z.string().nullable().default(null),
		ageDays: z.number().nonnegative(),
	}),
);

/** A token bucket, as the document describes its limit. */
class Bucket {
	private tokens = 0;
	private at: number | null = null;

	take(perSecond: number, burst: number): boolean {
		const now = Date.now();
		this.tokens = this.at === null ? burst : Math.min(burst, this.tokens + ((now - this.at) / 1000) * perSecond);
		this.at = now;
		if (this.tokens < 1) return false;
		this.tokens -= 1;
		return true;
	}

	clear(): void {
		this.at = null;
	}
}

export class NanoBananaProStandIn extends BaseStandIn<Settings> implements ApiServer {
	readonly openapi = docs.openapi;
	override readonly bodyLimit = 64 * 1024 * 1024;
	/** Reference files of the last task that had some. */
	references: Buffer[] = [];
	private readonly bucket = new Bucket();
	private readonly sockets = new Sockets(
		() => this.settings,
		(id) => this.store.tasks.get(id),
	);
	readonly store = new Store(
		this.ledger,
		this.timers,
		() => ({
			durationMs: this.settings.jobDurationMs,
			workers: this.settings.workers,
			queueLimit: queueLimitOf(this.settings),
		}),
		(task, latest) => this.sockets.report(task, latest),
	);

	constructor(settings: Settings) {
		super(settings, patched, [
			'generate',
			'get',
			'list',
			'search',
			'detail',
			'delete',
			'export',
			'providers',
			'asset',
			'health',
		]);
	}

	problem(status: number, message: string): ErrorAnswer {
		if (status === 404) return new ErrorAnswer(404, '404 page not found');
		return new ErrorAnswer(
			status,
			this.settings.dialect === 'real' ? { code: status, message, data: null } : { code: status, message },
		);
	}

	override patch(patch: unknown): void {
		super.patch(patch);
		this.store.advance();
	}

	/** See `NanoBananaProSandbox.restart`. */
	restart(): void {
		this.store.restart();
		this.bucket.clear();
		this.sockets.close();
	}

	protected forget(): void {
		this.store.clear();
		this.references = [];
		this.bucket.clear();
		this.sockets.close();
	}

	/**
	 * Checks the rate limit, and that the server offers this API.
	 * @param dialect null: both have the path
	 * @throws an error answer
	 */
	admit(dialect: Settings['dialect'] | null): void {
		const { requestsPerSecond, burst } = this.settings;
		if (requestsPerSecond > 0 && !this.bucket.take(requestsPerSecond, burst))
			throw this.problem(429, '请求过于频繁,请稍后再试');
		if (dialect !== null && dialect !== this.settings.dialect) throw this.problem(404, '');
	}

	async drawn(task: Task, { index, width, height }: Picture): Promise<Buffer> {
		const note = [
			`${index} of ${task.totalCount}`,
			`${width} × ${height}`,
			...(task.references.length > 0 ? [`after ${task.references.length} references`] : []),
		].join('  ·  ');
		this.ledger.download(task.entry.tenant);
		return await this.pictures.file(
			{
				width,
				height,
				caption: withoutMarkers(task.prompt),
				note,
				seed: `${task.prompt}\n${index}\n${task.number}`,
				hints: task.references.join(' '),
			},
			'png',
			task.planned.invalidImage(index),
		);
	}

	routes(app: FastifyInstance): void {
		this.sockets.listen(app.server);
		app.get(
			'/api/v1/ws/generate/:taskId',
			{ schema: docs.named('Generate', 'Progress of a task, as a WebSocket') },
			async () => {
				throw new ErrorAnswer(426, { code: 426, message: 'Upgrade Required' });
			},
		);
		installV16(app, this);
		installPublicApi(app, this);
	}

	/**
	 * `POST /restart`: see above. `POST /jobs/:id/finish` ends a task with its present pictures. `GET /sockets` counts
	 * the sockets that clients opened. `GET /references` gives the files of the last task, as base64.
	 * `POST /past-tasks` enters tasks that ended some days ago.
	 */
	control(app: FastifyInstance): void {
		app.post('/restart', async (_request, reply) => {
			this.restart();
			return reply.code(204).send();
		});
		app.get('/references', async () => this.references.map((bytes) => bytes.toString('base64')));
		app.post('/past-tasks', async (request) => ({
			taskIds: pastSchema.parse(request.body).map(({ ageDays, ...wanted }) => {
				const fields = { model: '', options: '', imageSize: null, references: [], keyFits: true, request: {} };
				return this.store.enterPast({ ...fields, ...wanted }, ageDays).id;
			}),
		}));
		app.get('/sockets', async () => ({ asked: this.sockets.asked }));
		app.post<{ Params: { id: string } }>('/jobs/:id/finish', async (request) => {
			const task = this.store.tasks.get(request.params.id);
			if (!task) throw new ControlError(404, `There is no task ${request.params.id}`);
			if (hasEnded(task)) throw new ControlError(409, `The task has ended: ${task.status}`);
			this.store.end(task, null);
			return taskView(task);
		});
	}
}
