import { z } from 'zod4';
import { flag, listOf, text, textOrNumber } from '../lenient';

/** The bodies of the API, as in the document and as the real server sends them. Unknown fields pass. */
export const generateAnswer = z.looseObject({
	success: flag,
	images: listOf(z.looseObject({ filename: text, url: text, base64: text, mime_type: text })),
	provider: text,
	prompt_used: text,
	generation_id: textOrNumber,
});

export const refusalAnswer = z.looseObject({
	success: z.literal(false).optional(),
	error: z
		.union([
			z.string(),
			z.looseObject({ message: z.string().nullish(), code: z.union([z.string(), z.number()]).nullish() }),
		])
		.nullish(),
	message: z.string().nullish(),
});

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
