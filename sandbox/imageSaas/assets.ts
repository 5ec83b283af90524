import type { FastifyInstance } from 'fastify';
import type { Backend } from './backend';
import { pictureCount, picturesSoFar, sceneOf } from './results';

/** Serves the result files. They need no key, as on the storage host in the document's samples. */
export function installAssets(app: FastifyInstance, backend: Backend): void {
	const config = { api: { name: 'asset' as const, path: '/assets/:jobId/:file' } };
	app.get<{ Params: { jobId: string; file: string } }>('/assets/:jobId/:file', { config }, async (request, reply) => {
		const job = backend.store.any(request.params.jobId);
		const index = Number(/^image_([1-9]\d*)\.png$/.exec(request.params.file)?.[1]);
		const ready = job?.status === 'SUCCEEDED' ? pictureCount(job) : job ? picturesSoFar(job, Date.now()) : 0;
		const invalidImage = job?.planned.invalidImage(index) ?? null;
		if (!job || !(index <= ready) || invalidImage === 'missing-image') {
			return reply.code(404).type('text/plain').send('Not Found');
		}
		reply.type('image/png');
		const bytes = await backend.pictures.file(sceneOf(job, index), 'png', invalidImage);
		backend.ledger.download(job.tenant);
		reply.header('cache-control', 'public, max-age=31536000, immutable').header('etag', `"${job.id}-${index}"`);
		return reply.send(bytes);
	});
}
