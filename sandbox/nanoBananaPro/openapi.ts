import { z } from 'zod4';

export const openapi = {
	openapi: '3.1.0',
	info: {
		title: 'NanoBananaPro (sandbox)',
		version: '1.6',
		description:
			'A local stand-in of NanoBananaPro: the v1.6 API of the document, and with the setting `dialect: ' +
			'real` the `tasks` API of the public server. The Gemini key of the body is `gemini-key-1`. ' +
			'Markers in the prompt control the result of a task, e.g. `[fail:X]`, `[refuse]`, ' +
			'`[accept:2]`, `[partial:2]`.',
	},
};

export const named = (tag: string, summary: string, more: object = {}) => ({ tags: [tag], summary, ...more });
const page = {
	page: { type: 'integer', minimum: 1, default: 1 },
	pageSize: { type: 'integer', minimum: 1, default: 10 },
};
export const paged = { querystring: { type: 'object', properties: page } };
export const searched = {
	querystring: { type: 'object', required: ['keyword'], properties: { keyword: { type: 'string' }, ...page } },
};

export function withBody(tag: string, summary: string, body: z.ZodType) {
	const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input' });
	return { ...named(tag, summary), body: schema };
}
