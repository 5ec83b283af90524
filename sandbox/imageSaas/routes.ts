import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Backend } from './backend';
import * as docs from './openapi';
import { RequestError } from './errorAnswer';
import { readGenerateBody, readListQuery } from './request';
import { tenantOfKey } from './settings';
import type { Job } from './store';
import { reportEnd } from '../shared/books';
import { detailView, itemView, pageOf, replayView } from './views';

/** Largest body that the real server accepts (Express's default, 100 KB). */
const REAL_BODY_LIMIT = 100 * 1024;

type JobRequest = FastifyRequest<{ Params: { jobId: string } }>;

/** The five endpoints of the document, in its order. */
export function installRoutes(app: FastifyInstance, backend: Backend): void {
	const dialect = () => backend.settings.dialect;

	app.get('/health', { schema: docs.health, config: { api: { name: 'health', path: '/health' } } }, async () => ({
		status: 'ok',
		timestamp: new Date().toISOString(),
	}));

	app.post(
		'/v1/images/generate',
		{ schema: docs.generate, config: { api: { name: 'generate', path: '/v1/images/generate' } } },
		async (request, reply) => {
			// The real server parses the body before it checks the key.
			const early = dialect() === 'real' ? parsedBody(request, true) : undefined;
			const tenant = admitted(request, backend);
			const body = readGenerateBody(
				dialect() === 'real' ? early : parsedBody(request, false),
				dialect() === 'document',
			);
			const { job, isReplay } = backend.submit(tenant, body, idempotencyKeyOf(request, dialect() === 'document'));
			reply.code(202);
			return isReplay ? replayView(job, backend.origin, dialect()) : { jobId: job.id, status: job.status };
		},
	);

	app.get('/v1/jobs', { schema: docs.list, config: { api: { name: 'list', path: '/v1/jobs' } } }, async (request) => {
		const tenant = admitted(request, backend);
		const { status, limit = 50, cursor } = readListQuery(request.query, dialect() === 'document');
		const page = pageOf(backend.store.list(tenant, status), limit, cursor, dialect());
		if (!page) throw new RequestError('invalid', 'cursor: no page gave this out');
		for (const { entry } of page.rows) reportEnd(entry);
		return {
			items: page.rows.map((job) => itemView(job, backend.origin, dialect())),
			hasMore: page.hasMore,
			...(page.nextCursor === null ? {} : { nextCursor: page.nextCursor }),
		};
	});

	app.get(
		'/v1/jobs/:jobId',
		{ schema: docs.get, config: { api: { name: 'get', path: '/v1/jobs/:jobId' } } },
		async (request: JobRequest) => {
			const job = jobOf(request, backend);
			reportEnd(job.entry);
			return detailView(job, backend.origin);
		},
	);

	app.delete(
		'/v1/jobs/:jobId',
		{ schema: docs.cancel, config: { api: { name: 'cancel', path: '/v1/jobs/:jobId' } } },
		async (request: JobRequest) => {
			const job = jobOf(request, backend);
			backend.cancel(job);
			return { jobId: job.id, status: job.status };
		},
	);
}

/** The tenant whose key the request carries, or null. */
export function tenantOf(request: FastifyRequest, backend: Backend): string | null {
	const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
	return key === undefined ? null : tenantOfKey(backend.settings, key);
}

/** The request's tenant, after a check of its key and its requests per minute. */
function admitted(request: FastifyRequest, backend: Backend): string {
	const tenant = tenantOf(request, backend);
	if (tenant === null) throw new RequestError('unauthorized', 'The API key is missing or not valid');
	if (backend.settings.dialect === 'document') {
		const { requestsPerMinute } = backend.settings;
		const waitSeconds = backend.requests.admit(tenant, requestsPerMinute, Date.now());
		if (waitSeconds !== null)
			throw new RequestError('rateLimited', `At most ${requestsPerMinute} requests a minute`, waitSeconds);
	}
	return tenant;
}

function jobOf(request: JobRequest, backend: Backend): Job {
	const tenant = admitted(request, backend);
	const { jobId } = request.params;
	if (backend.settings.dialect === 'real' && !/^c[^\s-]{8,}$/i.test(jobId))
		throw new RequestError('invalid', 'Invalid job id');
	const job = backend.store.own(tenant, jobId);
	if (!job) throw new RequestError('notFound', `There is no job ${jobId}`);
	return job;
}

/**
 * The key exactly as it arrived, with one character per byte of the header (latin1). So two keys are equal only if
 * their bytes are equal.
 */
function idempotencyKeyOf(request: FastifyRequest, strict: boolean): string | null {
	const name = 'idempotency-key';
	const values = request.raw.rawHeaders.filter((_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === name);
	if (values.length === 0) return null;
	if (strict && values.length > 1) throw new RequestError('invalid', 'Idempotency-Key: must not be given twice');
	// The framework of the real server joins several headers.
	const key = values.join(', ');
	if (key !== '') return key;
	if (strict) throw new RequestError('invalid', 'Idempotency-Key: must not be empty');
	return null;
}

/** Bodies arrive as bytes, so that each dialect can check their size, type and format itself. */
function parsedBody(request: FastifyRequest, isReal: boolean): unknown {
	const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
	const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
	if (isReal && !isJson) return {};
	if (!isJson) throw new RequestError('invalid', 'Content-Type: must be application/json');
	if (isReal && bytes.length > REAL_BODY_LIMIT)
		throw new RequestError('tooLarge', 'PayloadTooLargeError: request entity too large');
	try {
		return JSON.parse(bytes.toString('utf8'));
	} catch (error) {
		throw new RequestError(
			'badJson',
			error instanceof Error ? `${error.name}: ${error.message}` : 'The body is not JSON',
		);
	}
}
