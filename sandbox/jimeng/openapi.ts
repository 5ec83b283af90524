import { z } from 'zod4';
import { chatBody, compositionBody, generationBody } from './request';

const security = [{ session: [] }];
const schemaOf = (body: z.ZodType, example: object): Record<string, unknown> => {
	const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input' });
	return { ...schema, examples: [example] };
};

export const openapi = {
	openapi: '3.1.0',
	info: {
		title: 'Jimeng (sandbox)',
		version: '1.0.0',
		description:
			'A local stand-in of the Jimeng / Dreamina API. Press **Authorize** and enter a session id ' +
			'(`session-cn-1` or `us-session-1`), then try the endpoints. Markers in the prompt decide ' +
			'what becomes of a call, e.g. `[fail:INSUFFICIENT_POINTS]`, `[refuse]`, `[partial:2]`, ' +
			'`[slow:20000]`.',
	},
	components: { securitySchemes: { session: { type: 'http' as const, scheme: 'bearer' } } },
	tags: [{ name: 'Images' }, { name: 'Chat' }, { name: 'Models' }, { name: 'Files' }],
};

export const generations = {
	summary: 'Images from a prompt',
	tags: ['Images'],
	security,
	body: schemaOf(generationBody, { model: 'jimeng-4.0', prompt: '一只可爱的小猫咪' }),
};
export const compositions = {
	summary: 'Images from images and a prompt',
	tags: ['Images'],
	security,
	body: schemaOf(compositionBody, {
		model: 'jimeng-4.0',
		prompt: '将这张照片转换为油画风格',
		images: ['https://example.com/photo.jpg'],
	}),
};
export const chat = {
	summary: 'Chat; with a video model, a video',
	tags: ['Chat'],
	security,
	body: schemaOf(chatBody, { model: 'jimeng-4.0', messages: [{ role: 'user', content: '画一幅山水画' }] }),
};
export const models = {
	summary: 'Models (not in the document; part of the API it is compatible with)',
	tags: ['Models'],
	security,
};
export const file = {
	summary: "A picture or video, on the site's storage",
	tags: ['Files'],
	params: {
		type: 'object',
		required: ['id', 'file'],
		properties: { id: { type: 'string' }, file: { type: 'string' } },
	},
};
