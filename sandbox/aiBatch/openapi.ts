import { z } from 'zod4';

export const openapi = {
	openapi: '3.1.0',
	info: {
		title: 'AI Batch Image Generator (sandbox)',
		version: '3.0',
		description:
			'A local stand-in of the AI Batch Image Generator. The upstream key of generations is ' +
			'`upstream-key-1`. Markers in the prompt control the result of a generation, e.g. ' +
			'`[fail:X]`, `[refuse]`, `[partial:1]`, `[blank]`.',
	},
	components: { securitySchemes: { key: { type: 'http' as const, scheme: 'bearer' } } },
};

const security = [{ key: [] }];

export const named = (tag: string, summary: string) => ({ tags: [tag], summary, security });

export function withBody(tag: string, summary: string, body: z.ZodType) {
	const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input' });
	return { ...named(tag, summary), body: schema };
}
