import { z } from 'zod/v4';

/** What travels, as the document shows it and the real server sends it. Unknown fields are let through. */
export const imagesAnswer = z.looseObject({
	created: z.number().nullish(),
	data: z.array(z.looseObject({ url: z.string().nullish(), b64_json: z.string().nullish(), revised_prompt: z.string().nullish() })),
	input_images: z.number().nullish(),
	composition_type: z.string().nullish(),
});

/** `-2xxx` under HTTP 200 on the real server, `{"error": …}` in the document and in other releases. */
export const errorAnswer = z.union([
	z.looseObject({ error: z.union([z.looseObject({ message: z.string().nullish(), type: z.string().nullish(), code: z.union([z.string(), z.number()]).nullish() }), z.string()]) }),
	z.looseObject({ code: z.number(), message: z.string().nullish() }),
]);

export const chatAnswer = z.looseObject({
	id: z.string().nullish(),
	model: z.string().nullish(),
	created: z.number().nullish(),
	choices: z.array(z.looseObject({ index: z.number().nullish(), message: z.looseObject({ role: z.string().nullish(), content: z.string().nullish() }), finish_reason: z.string().nullish() })).min(1),
	usage: z.looseObject({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish(), total_tokens: z.number().nullish() }).nullish(),
});

/** A chunk may have an id of its own and no `created`; a finish reason comes once a picture. */
export const chatChunk = z.looseObject({
	id: z.string().nullish(),
	model: z.string().nullish(),
	choices: z.array(z.looseObject({ index: z.number().nullish(), delta: z.looseObject({ content: z.string().nullish() }).nullish(), finish_reason: z.string().nullish() })),
});

export const modelsAnswer = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

export type ImagesAnswer = z.infer<typeof imagesAnswer>;
export type ChatAnswer = z.infer<typeof chatAnswer>;
export type ChatChunk = z.infer<typeof chatChunk>;

export interface ImagesBody {
	model: string;
	prompt: string;
	images?: string[];
	ratio?: string;
	resolution?: string;
	negative_prompt?: string;
	sample_strength?: number;
	response_format?: 'url' | 'b64_json';
}

export interface ChatBody {
	model: string;
	messages: ReadonlyArray<{ role: string; content: string }>;
}
