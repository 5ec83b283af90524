import { z } from 'zod4';
import { generateBody } from './request';

const security = [{ authKey: [] }];
const byId = (name: string) => ({ type: 'object', required: [name], properties: { [name]: { type: 'string' } } });

export const openapi = {
	openapi: '3.1.0',
	info: {
		title: 'Z-Image (sandbox)',
		version: '1.0.0',
		description:
			'A local stand-in of the Z-Image API. Press **Authorize** and enter a key (`client-key-1`), then ' +
			'try the endpoints. Markers in the prompt control the result of a task, e.g. ' +
			'`[fail:GPU_OOM]`, `[refuse]`, `[slow:20000]`.',
	},
	components: {
		securitySchemes: { authKey: { type: 'apiKey' as const, in: 'header' as const, name: 'X-Auth-Key' } },
	},
	tags: [{ name: 'System' }, { name: 'Images' }, { name: 'Tasks' }, { name: 'History' }, { name: 'Files' }],
};

export const root = { summary: 'Whether the API runs', tags: ['System'] };
export const health = { summary: 'Health check', tags: ['System'] };
export const generate = { summary: 'Create a task', tags: ['Images'], security, body: bodySchema() };
export const task = { summary: 'Status of a task', tags: ['Tasks'], security, params: byId('task_id') };
export const cancel = { summary: 'Cancel a task', tags: ['Tasks'], security, params: byId('task_id') };
export const history = {
	summary: 'Batches of the caller, newest first',
	tags: ['History'],
	security,
	querystring: {
		type: 'object',
		properties: {
			limit: { type: 'integer', minimum: 1, default: 20 },
			offset: { type: 'integer', minimum: 0, default: 0 },
		},
	},
};
export const batch = { summary: 'A batch and its pictures', tags: ['History'], security, params: byId('batch_id') };
export const deleteBatch = {
	summary: 'Delete a batch; its files stay',
	tags: ['History'],
	security,
	params: byId('batch_id'),
};
export const file = {
	summary: 'A picture or its preview',
	tags: ['Files'],
	params: {
		type: 'object',
		required: ['day', 'file'],
		properties: { day: { type: 'string' }, file: { type: 'string' } },
	},
};

function bodySchema(): Record<string, unknown> {
	const { $schema: _, ...schema } = z.toJSONSchema(generateBody, { io: 'input' });
	return {
		...schema,
		examples: [
			{
				prompt: 'a cat sitting on the chair',
				metadata: { batch_id: '0d6b3b3b-0b4b-4c87-8d46-6b1e7e6f7f1a', batch_index: 0, batch_size: 1 },
			},
		],
	};
}
