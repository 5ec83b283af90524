import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import * as docs from './openapi';
import { anyBody } from './request';

/** Files that callers store, and the galleries of generated ones. */
export function installFiles(app: FastifyInstance, server: ApiServer): void {
	app.post(
		'/api/storage/upload',
		{ schema: docs.withBody('Storage', 'Upload a file', anyBody), config: api('upload', '/api/storage/upload') },
		async (request) => {
			server.offered(request, false, false);
			server.unlocked(request);
			const [file] = server.formOrJson(request).files;
			if (!file) throw server.problem(400, 'no file');
			const id = randomUUID();
			server.stored.set(id, { bytes: file.data, type: file.mimeType });
			return { success: true, file_id: id, size: file.data.length };
		},
	);
	app.get<{ Params: { file_id: string } }>(
		'/api/storage/download/:file_id',
		{ schema: docs.named('Storage', 'Download a file'), config: api('asset', '/api/storage/download/:file_id') },
		async (request, reply) => {
			server.offered(request, false, false);
			server.unlocked(request);
			const file = server.stored.get(request.params.file_id);
			if (!file) throw server.problem(404, 'File not found');
			return reply
				.type(file.type)
				.header('content-disposition', `attachment; filename="stored.png"`)
				.send(file.bytes);
		},
	);
	const gallery = () => ({
		success: true,
		images: [...server.files.values()].map(({ filename }) => ({ filename, url: `/generated_images/${filename}` })),
	});
	app.get(
		'/api/files/gallery',
		{ schema: docs.named('Files', 'Gallery'), config: api('call', '/api/files/gallery') },
		async (request) => {
			server.offered(request, false, false);
			server.unlocked(request);
			return gallery();
		},
	);
	app.get(
		'/api/images/gallery',
		{ schema: docs.named('Real server', 'Gallery'), config: api('call', '/api/images/gallery') },
		async (request) => {
			server.offered(request, true, true);
			return gallery();
		},
	);
	installDelete(app, server, { path: '/api/storage/delete', tag: 'Storage', what: 'a file', kept: server.stored });
	installDelete(app, server, { path: '/api/files/delete', tag: 'Files', what: 'a picture', kept: server.files });
}

interface Deletion {
	path: string;
	tag: string;
	what: string;
	kept: Map<string, unknown>;
}

function installDelete(app: FastifyInstance, server: ApiServer, { path, tag, what, kept }: Deletion): void {
	app.delete<{ Params: { file_id: string } }>(
		`${path}/:file_id`,
		{ schema: docs.named(tag, `Delete ${what}`), config: api('call', `${path}/:file_id`) },
		async (request) => {
			server.offered(request, false, false);
			server.unlocked(request);
			if (!kept.delete(request.params.file_id)) throw server.problem(404, 'File not found');
			return { success: true, file_id: request.params.file_id };
		},
	);
}
