import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ErrorAnswer } from '../shared/baseStandIn';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import { type Batch, operationView } from './batches';
import * as docs from './openapi';
import { batchBody } from './request';

/** Batches, and the files with their results. Only Google has them. */
export function installBatches(app: FastifyInstance, server: ApiServer): void {
	app.post<{ Params: { model: string } }>(
		'/v1beta/models/:model(^[\\w.-]+)::batchGenerateContent',
		{ schema: docs.createBatch, config: api('batch', '/v1beta/models/:model:batchGenerateContent') },
		async (request) => {
			server.admit(request, 'document');
			const model = server.known(request.params.model);
			const body = server.read(batchBody, request);
			for (const { request: one } of body.batch.inputConfig.requests.requests)
				server.rejectImpossible(model, one);
			return operationView(server.batches.create(model, body));
		},
	);
	app.get<{ Querystring: { pageSize?: string; pageToken?: string } }>(
		'/v1beta/batches',
		{ schema: docs.batches, config: api('list', '/v1beta/batches') },
		async (request) => {
			server.admit(request, 'document');
			const { pageSize = '50', pageToken = '0' } = request.query;
			const [all, from] = [server.batches.newest(), Number(pageToken)];
			const next = from + Number(pageSize);
			return {
				operations: all.slice(from, next).map((batch) => operationView(batch)),
				...(next < all.length ? { nextPageToken: String(next) } : {}),
			};
		},
	);
	app.get<{ Params: { batch: string } }>(
		'/v1beta/batches/:batch',
		{ schema: docs.batch, config: api('get', '/v1beta/batches/:batch') },
		async (request) => operationView(batchOf(server, request)),
	);
	app.post<{ Params: { batch: string } }>(
		'/v1beta/batches/:batch(^[\\w-]+)::cancel',
		{ schema: docs.cancel, config: api('cancel', '/v1beta/batches/:batch:cancel') },
		async (request) => {
			const batch = batchOf(server, request);
			if (!server.batches.cancel(batch))
				throw new ErrorAnswer(400, {
					error: {
						code: 400,
						message: `The batch has ended: ${batch.state}`,
						status: 'FAILED_PRECONDITION',
					},
				});
			return {};
		},
	);
	app.delete<{ Params: { batch: string } }>(
		'/v1beta/batches/:batch',
		{ schema: docs.remove, config: api('delete', '/v1beta/batches/:batch') },
		async (request) => {
			server.batches.all.delete(batchOf(server, request).name);
			return {};
		},
	);
	app.get<{ Params: { file: string } }>(
		'/download/v1beta/files/:file(^[\\w-]+)::download',
		{ schema: docs.download, config: api('asset', '/download/v1beta/files/:file:download') },
		async (request, reply) => {
			server.admit(request, 'document');
			const lines = server.batches.files.get(`files/${request.params.file}`);
			if (lines === undefined) throw server.problem(404, 'File not found');
			return reply.type('application/octet-stream').send(lines);
		},
	);
}

function batchOf(server: ApiServer, request: FastifyRequest<{ Params: { batch: string } }>): Batch {
	server.admit(request, 'document');
	const batch = server.batches.all.get(`batches/${request.params.batch}`);
	if (!batch) throw server.problem(404, 'Requested entity was not found.');
	return batch;
}
