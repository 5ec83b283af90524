import type { FastifyInstance, FastifyReply } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import * as docs from './openapi';

/** The health check. The real server has it at another path. */
export function installHealth(app: FastifyInstance, server: ApiServer): void {
	const health = (reply: FastifyReply, more: object) => {
		const { healthStatus } = server.settings;
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
			server.offered(request, false, false);
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
			server.offered(request, true, true);
			return health(reply, {});
		},
	);
}
