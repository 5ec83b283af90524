import { z } from 'zod4';
import { batchBody, contentBody } from './request';

const security = [{ key: [] }];
const schemaOf = (body: z.ZodType, example: object): Record<string, unknown> => {
	const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input' });
	return { ...schema, examples: [example] };
};
const text = (prompt: string) => ({ contents: [{ parts: [{ text: prompt }] }] });
const param = (name: string) => ({ type: 'object', required: [name], properties: { [name]: { type: 'string' } } });

export const openapi = {
	openapi: '3.1.0',
	info: {
		title: 'Gemini API (sandbox)',
		version: 'v1beta',
		description:
			'A local stand-in of the Gemini API, as far as images go. Press **Authorize** and enter ' +
			'`AIza-sandbox-key-1`, then try the endpoints. Markers in the prompt control the result of a ' +
			'call, e.g. `[refuse]`, `[finish:NO_IMAGE]`, `[block:PROHIBITED_CONTENT]`, `[words]`, ' +
			'`[fail:INTERNAL]`.',
	},
	components: {
		securitySchemes: { key: { type: 'apiKey' as const, in: 'header' as const, name: 'x-goog-api-key' } },
	},
	tags: [{ name: 'Models' }, { name: 'Batches' }, { name: 'Files' }],
};

const named = (tag: string, summary: string, more: object = {}) => ({ tags: [tag], summary, security, ...more });

export const list = named('Models', 'Models', {
	querystring: { type: 'object', properties: { pageSize: { type: 'integer' }, pageToken: { type: 'string' } } },
});
export const get = named('Models', 'A model', { params: param('model') });
export const generate = named('Models', 'Text and images from text and images', {
	params: param('model'),
	body: schemaOf(contentBody, text('A cat on a couch')),
});
export const createBatch = named('Batches', 'Queue requests for half the price', {
	params: param('model'),
	body: schemaOf(batchBody, {
		batch: {
			displayName: 'My batch',
			inputConfig: { requests: { requests: [{ request: text('A cat'), metadata: { key: 'request-1' } }] } },
		},
	}),
});
export const batches = named('Batches', 'Batches, newest first', list);
export const batch = named('Batches', 'A batch, with its responses once it has succeeded', { params: param('batch') });
export const cancel = named('Batches', 'Cancel a batch', { params: param('batch') });
export const remove = named('Batches', 'Delete a batch', { params: param('batch') });
export const download = named('Files', 'The results of a batch, a line each', { params: param('file') });
export const hosted = { tags: ['Files'], summary: "A picture on the proxy's storage", params: param('file') };
