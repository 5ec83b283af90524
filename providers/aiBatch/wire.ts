import { z } from 'zod/v4';

/** What travels, as the document shows it and the real server sends it. Unknown fields are let through. */
export const generateAnswer = z.looseObject({
	success: z.boolean().nullish(),
	images: z.array(z.looseObject({ filename: z.string().nullish(), url: z.string().nullish(), base64: z.string().nullish(), mime_type: z.string().nullish() })),
	provider: z.string().nullish(),
	prompt_used: z.string().nullish(),
	generation_id: z.union([z.string(), z.number()]).transform(String).nullish(),
});

export const refusalAnswer = z.looseObject({ success: z.literal(false).optional(), error: z.union([z.string(), z.looseObject({ message: z.string().nullish(), code: z.union([z.string(), z.number()]).nullish() })]).nullish(), message: z.string().nullish() });

export type GenerateAnswer = z.infer<typeof generateAnswer>;

export interface GenerateBody {
	prompt: string;
	negative_prompt?: string;
	image_size?: string;
	image_count: number;
	api_provider: string;
	api_key: string;
	model?: string;
}
