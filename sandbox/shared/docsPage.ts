import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/**
 * Swagger UI from the package `@fastify/swagger-ui`. This file serves it without the package's plugin: the plugin
 * depends on packages that are ES modules only, and jest cannot load those.
 */
const FILES: Record<string, string> = {
	'swagger-ui.css': 'text/css; charset=utf-8',
	'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
	'favicon-32x32.png': 'image/png',
};

const START = `SwaggerUIBundle({
	url: '/docs/json',
	dom_id: '#page',
	deepLinking: true,
	persistAuthorization: true,
	tryItOutEnabled: true,
});
`;

/** Serves the description of all tagged routes that are registered later, and Swagger UI to try them, at `/docs`. */
export async function installDocsPage(
	app: FastifyInstance,
	openapi: FastifyDynamicSwaggerOptions['openapi'] & object,
): Promise<void> {
	await app.register(swagger, { openapi, hideUntagged: true });
	const folder = join(dirname(require.resolve('@fastify/swagger-ui/package.json')), 'static');
	const hide = { schema: { hide: true } };
	// All files come from this server: the page must work without the internet and may run only these scripts.
	const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

	app.get('/docs', hide, async (_request, reply) =>
		reply
			.type('text/html; charset=utf-8')
			.header('content-security-policy', policy)
			.send(pageOf(openapi.info?.title ?? 'API')),
	);
	app.get('/docs/', hide, async (_request, reply) => reply.redirect('/docs'));
	app.get('/docs/json', hide, async () => app.swagger());
	app.get('/docs/start.js', hide, async (_request, reply) =>
		reply.type('text/javascript; charset=utf-8').send(START),
	);
	for (const [file, type] of Object.entries(FILES)) {
		app.get(`/docs/${file}`, hide, async (_request, reply) =>
			reply.type(type).send(await readFile(join(folder, file))),
		);
	}
}

function pageOf(title: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
}
