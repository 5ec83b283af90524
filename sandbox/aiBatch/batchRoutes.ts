import type { FastifyInstance } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer, Batch } from './apiServer';
import * as docs from './openapi';
import { batchBody } from './request';

/** Batches: a caller submits several prompts at once and polls how far they are. */
export function installBatches(app: FastifyInstance, server: ApiServer): void {
	app.post(
		'/api/batch/generate',
		{
			schema: docs.withBody('Batch', 'Generate from several prompts', batchBody),
			config: api('batch', '/api/batch/generate'),
		},
		async (request) => {
			server.offered(request, false, false);
			const { prompts, settings } = server.read(batchBody, request);
			server.checkUpstream(settings);
			const { jobDurationMs } = server.settings;
			const batch: Batch = {
				id: `batch_${server.nextStamp()}`,
				total: prompts.length,
				completed: 0,
				endsAt: Date.now() + prompts.length * jobDurationMs,
			};
			server.batches.set(batch.id, batch);
			for (const [index, prompt] of prompts.entries()) {
				const entry = server.upstream.begin(prompt, { prompt, ...settings, api_key: undefined });
				server.timers.after((index + 1) * jobDurationMs, () => {
					batch.completed += 1;
					server.upstream.end(entry);
				});
			}
			return { success: true, batch_id: batch.id, status: 'processing', total: batch.total };
		},
	);
	app.get<{ Params: { batch_id: string } }>(
		'/api/batch/status/:batch_id',
		{ schema: docs.named('Batch', 'How far a batch is'), config: api('get', '/api/batch/status/:batch_id') },
		async (request) => {
			server.offered(request, false, false);
			const batch = server.batches.get(request.params.batch_id);
			if (!batch) throw server.problem(404, 'Batch not found');
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
