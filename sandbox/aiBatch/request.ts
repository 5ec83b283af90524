import { z } from 'zod4';

export const PROVIDERS = ['gemini', 'openai', 'stability', 'huggingface', 'replicate'] as const;

const size = z.string().regex(/^\d{2,4}x\d{2,4}$/, 'must be WIDTHxHEIGHT');

/** Unknown fields are an error, so that a misspelt option is noticed. */
export const generateBody = z.strictObject({
	prompt: z.string().min(1),
	negative_prompt: z.string().optional(),
	image_size: size.default('1024x1024'),
	// One to five, as the real server takes; the document states no limit.
	image_count: z.int().min(1).max(5).default(1),
	api_provider: z.enum(PROVIDERS),
	api_key: z.string().min(1),
	model: z.string().min(1).optional(),
});

export type GenerateBody = z.infer<typeof generateBody>;

export const batchBody = z.strictObject({
	prompts: z.array(z.string().min(1)).min(1),
	settings: z.strictObject({
		image_size: size.optional(),
		api_provider: z.enum(PROVIDERS),
		api_key: z.string().min(1),
		negative_prompt: z.string().optional(),
		model: z.string().optional(),
		image_count: z.int().min(1).max(5).optional(),
	}),
});

export const analyzeBody = z.strictObject({ prompt: z.string().min(1) });
export const eventBody = z.strictObject({
	event_type: z.string().min(1),
	message: z.string().min(1),
	metadata: z.record(z.string(), z.unknown()).optional(),
});
export const chatBody = z.strictObject({
	message: z.string().min(1),
	context: z.string().optional(),
	preferred_style: z.string().optional(),
});
/** Bodies the document does not describe: any object. */
export const anyBody = z.record(z.string(), z.unknown());
