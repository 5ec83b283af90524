import type { FastifyInstance } from 'fastify';
import { api } from '../shared/traffic';
import type { ApiServer } from './apiServer';
import { drawn, filesOf } from './generations';
import * as docs from './openapi';
import { anyBody } from './request';

const TOOLS = [
	'/api/creative/style-transfer',
	'/api/creative/upscale',
	'/api/creative/variations',
	'/api/image/process',
	'/api/huggingface',
	'/api/replicate',
	'/api/local_ai',
];

/**
 * Tools whose body the document does not show. They take a file with fields, or JSON, and answer with a picture.
 */
export function installTools(app: FastifyInstance, server: ApiServer): void {
	for (const path of TOOLS) installTool(app, server, path);
}

function installTool(app: FastifyInstance, server: ApiServer, path: string): void {
	app.post(
		path,
		{
			schema: docs.withBody(
				'Tools',
				`${path.split('/').slice(2).join(' ')}: JSON, or a form with a file`,
				anyBody,
			),
			config: api('call', path),
		},
		async (request) => {
			server.offered(request, false, false);
			const { fields, files } = server.formOrJson(request);
			const [file] = files;
			const prompt = typeof fields['prompt'] === 'string' ? fields['prompt'] : path;
			await server.upstream.run(prompt, { ...fields, api_key: undefined }, 0);
			const [made] = filesOf(
				{ prompt, image_size: '512x512', image_count: 1, api_provider: 'stability' },
				server.nextStamp(),
			);
			if (!made) throw server.problem(500, 'nothing was made');
			server.files.set(made.filename, made);
			return {
				success: true,
				images: [
					{
						filename: made.filename,
						url: `/generated_images/${made.filename}`,
						base64: (await drawn(server.pictures, made)).toString('base64'),
					},
				],
				received: {
					file: file ? { name: file.fileName, bytes: file.data.length } : null,
					fields: Object.keys(fields),
				},
			};
		},
	);
}
