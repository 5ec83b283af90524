import type { FastifyInstance } from 'fastify';
import { z } from 'zod4';
import { ControlError } from '../shared/control';
import type { Backend } from './backend';
import { generateBody } from './request';
import { errorOf } from './runner';
import { DEFAULT_TENANT } from './settings';
import { playDrill } from './webhookDrills';

const finishSchema = z.strictObject({
	status: z.enum(['SUCCEEDED', 'FAILED', 'CANCELED']),
	error: z.union([z.string().min(1), z.strictObject({ code: z.string().min(1), message: z.string() })]).nullish(),
});

const pastSchema = z.array(generateBody.extend({ ageDays: z.number().nonnegative() }));

/** Control routes that only this backend has. */
export function installImageSaasControl(app: FastifyInstance, backend: Backend): void {
	app.post<{ Params: { jobId: string } }>('/jobs/:jobId/finish', async (request) => {
		const { status, error } = finishSchema.parse(request.body);
		const job = backend.store.any(request.params.jobId);
		if (!job) throw new ControlError(404, `There is no job ${request.params.jobId}`);
		const failure = typeof error === 'string' ? errorOf(error) : (error ?? errorOf('UNKNOWN_ERROR'));
		if (!backend.forceEnd(job, status, status === 'FAILED' ? failure : null)) {
			throw new ControlError(409, `The job is ${job.status} already`);
		}
		return { jobId: job.id, status: job.status };
	});

	app.post('/past-jobs', async (request) => ({
		jobIds: pastSchema
			.parse(request.body)
			.map(({ ageDays, ...body }) => backend.enterPast(DEFAULT_TENANT, body, ageDays).id),
	}));

	app.post('/webhooks', async (request) => ({ deliveries: await playDrill(backend, request.body) }));

	app.post('/flush-redis', async (_request, reply) => {
		backend.flushRedis();
		return reply.code(204).send();
	});
}
