import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ErrorAnswer } from '../shared/baseStandIn';
import type { FormFile } from '../shared/multipart';
import type { MadeFile } from './generations';
import * as docs from './openapi';
import { anyBody } from './request';

const api = (name: string, path: string) => ({ api: { name, path } });

/** The parts of the server that the file routes need. */
export interface FileServer {
	/** Generated files. */
	readonly files: Map<string, MadeFile>;
	/** Uploaded files. */
	readonly stored: Map<string, { bytes: Buffer; type: string }>;
	/** Answers 404 for a path that this dialect does not have. */
	offered(request: FastifyRequest, real: boolean, onlyReal: boolean): void;
	/** Answers 401 without the server's key, if the server has one. */
	unlocked(request: FastifyRequest): void;
	formOrJson(request: FastifyRequest): { files: FormFile[] };
	problem(status: number, message: string): ErrorAnswer;
}

/** Files that callers store, and the gallery of generated ones. */
export function installFiles(app: FastifyInstance, backend: FileServer): void {
	app.post(
		'/api/storage/upload',
		{ schema: docs.withBody('Storage', 'Upload a file', anyBody), config: api('upload', '/api/storage/upload') },
		async (request) => {
			backend.offered(request, false, false);
			backend.unlocked(request);
			const [file] = backend.formOrJson(request).files;
			if (!file) throw backend.problem(400, 'no file');
			const id = randomUUID();
			backend.stored.set(id, { bytes: file.data, type: file.mimeType });
			return { success: true, file_id: id, size: file.data.length };
		},
	);
	app.get<{ Params: { file_id: string } }>(
		'/api/storage/download/:file_id',
		{ schema: docs.named('Storage', 'Download a file'), config: api('asset', '/api/storage/download/:file_id') },
		async (request, reply) => {
			backend.offered(request, false, false);
			backend.unlocked(request);
			const file = backend.stored.get(request.params.file_id);
			if (!file) throw backend.problem(404, 'File not found');
			return reply
				.type(file.type)
				.header('content-disposition', `attachment; filename="stored.png"`)
				.send(file.bytes);
		},
	);
	app.delete<{ Params: { file_id: string } }>(
		'/api/storage/delete/:file_id',
		{ schema: docs.named('Storage', 'Delete a file'), config: api('call', '/api/storage/delete/:file_id') },
		async (request) => {
			backend.offered(request, false, false);
			backend.unlocked(request);
			if (!backend.stored.delete(request.params.file_id)) throw backend.problem(404, 'File not found');
			return { success: true, file_id: request.params.file_id };
		},
	);
	const gallery = () => ({
		success: true,
		images: [...backend.files.values()].map(({ filename }) => ({ filename, url: `/generated_images/${filename}` })),
	});
	app.get(
		'/api/files/gallery',
		{ schema: docs.named('Files', 'Gallery'), config: api('call', '/api/files/gallery') },
		async (request) => {
			backend.offered(request, false, false);
			backend.unlocked(request);
			return gallery();
		},
	);
	app.get(
		'/api/images/gallery',
		{ schema: docs.named('Real server', 'Gallery'), config: api('call', '/api/images/gallery') },
		async (request) => {
			backend.offered(request, true, true);
			return gallery();
		},
	);
	app.delete<{ Params: { file_id: string } }>(
		'/api/files/delete/:file_id',
		{ schema: docs.named('Files', 'Delete a picture'), config: api('call', '/api/files/delete/:file_id') },
		async (request) => {
			backend.offered(request, false, false);
			backend.unlocked(request);
			if (!backend.files.delete(request.params.file_id)) throw backend.problem(404, 'File not found');
			return { success: true, file_id: request.params.file_id };
		},
	);
}
