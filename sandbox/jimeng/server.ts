import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod4';
import { BaseStandIn, jsonOf, ErrorAnswer } from '../shared/baseStandIn';
import { ANONYMOUS, type JobEntry } from '../shared/books';
import { plannedOutcomeOf } from '../shared/markers';
import { hashText, seededDraw } from '../shared/random';
import { type Sandbox, type SandboxOptions, startStandIn } from '../shared/server';
import type { ApiServer, Made } from './apiServer';
import { installChat } from './chatRoutes';
import { codedBody, errorAnswerOf } from './errorAnswers';
import { installImages } from './imageRoutes';
import * as docs from './openapi';
import { countIn, withoutCount } from './request';
import { DEFAULT_SETTINGS, patched, type Settings } from './settings';

/** Starts a Jimeng stand-in on loopback. */
export function startJimengSandbox(options: SandboxOptions<Settings> = {}): Promise<Sandbox<Settings>> {
	return startStandIn(new JimengStandIn(patched(DEFAULT_SETTINGS, options.settings ?? {})), options.port);
}

class JimengStandIn extends BaseStandIn<Settings> implements ApiServer {
	readonly openapi = docs.openapi;
	readonly made = new Map<string, Made>();
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
		installImages(app, this);
		installChat(app, this);
	}

	read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
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

	async run(
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

	countOf(prompt: string): number {
		return plannedOutcomeOf(prompt).partial ?? countIn(prompt) ?? this.settings.pictures;
	}
}

const sessionDraw = () => seededDraw(hashText('sessions'));

/** The document's code of the failure that the prompt's markers require; null if they require none. */
function failureOf(prompt: string): string | null {
	const { fail, rejectsContent } = plannedOutcomeOf(prompt);
	return rejectsContent ? 'CONTENT_FILTERED' : fail;
}
