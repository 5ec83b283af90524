import { z } from 'zod4';
import { count, listOf, number, optionalObject, text, textOrNumber } from '../lenient';

/** The bodies of the API, as in the document and as the real server sends them. Unknown fields pass. */
export const imagesAnswer = z.looseObject({
	created: number,
	data: listOf(z.looseObject({ url: text, b64_json: text, revised_prompt: text })),
	input_images: number,
	composition_type: text,
});

/** `-2xxx` under HTTP 200 on the real server, `{"error": …}` in the document and in other releases. */
export const errorAnswer = z.union([
	z.looseObject({
		error: z.union([
			z.looseObject({
				message: z.string().nullish(),
				type: z.string().nullish(),
				code: z.union([z.string(), z.number()]).nullish(),
			}),
			z.string(),
		]),
	}),
	z.looseObject({ code: z.number(), message: z.string().nullish() }),
]);

const choices = <T extends z.ZodRawShape>(shape: T) =>
	listOf(z.looseObject({ index: count, finish_reason: text, ...shape }));
const content = optionalObject(z.looseObject({ content: text }));
const tokens = z.looseObject({ prompt_tokens: number, completion_tokens: number, total_tokens: number });

export const chatAnswer = z.looseObject({
	id: textOrNumber,
	model: text,
	created: number,
	choices: choices({ message: z.looseObject({ role: text, content: text }) }),
	usage: optionalObject(tokens),
});

/**
 * A chunk may have its own id and no `created`. Each picture has one finish reason. Servers that do not stream send
 * `message`.
 */
export const chatChunk = z.looseObject({
	id: textOrNumber,
	model: text,
	choices: choices({ delta: content, message: content }),
});

export const modelsAnswer = z.looseObject({ data: listOf(z.looseObject({ id: z.string() })) });

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
