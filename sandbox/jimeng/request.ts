import { z } from 'zod4';

/** The document's table of sizes. */
export const SIZES: Record<string, Record<string, [number, number]>> = {
	'2k': {
		'1:1': [2048, 2048],
		'4:3': [2304, 1728],
		'3:4': [1728, 2304],
		'16:9': [2560, 1440],
		'9:16': [1440, 2560],
		'3:2': [2496, 1664],
		'2:3': [1664, 2496],
		'21:9': [3024, 1296],
	},
	'4k': {
		'1:1': [4096, 4096],
		'4:3': [4608, 3456],
		'3:4': [3456, 4608],
		'16:9': [5120, 2880],
		'9:16': [2880, 5120],
		'3:2': [4992, 3328],
		'2:3': [3328, 4992],
		'21:9': [6048, 2592],
	},
};
export const IMAGE_MODELS = ['jimeng-4.0', 'jimeng-3.1', 'jimeng-3.0', 'jimeng-2.1', 'jimeng-xl-pro'];
export const VIDEO_MODELS = ['jimeng-video-3.0-pro', 'jimeng-video-3.0', 'jimeng-video-2.0-pro', 'jimeng-video-2.0'];

const common = {
	model: z.string().min(1),
	prompt: z.string().min(1),
	ratio: z.enum(['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3', '21:9']).default('1:1'),
	resolution: z.enum(['2k', '4k']).default('2k'),
	negative_prompt: z.string().optional(),
	sample_strength: z.number().min(0).max(1).optional(),
	response_format: z.enum(['url', 'b64_json']).default('url'),
};

/** Strict: `size`, `width` and `height` are errors on the real server too. */
export const generationBody = z.strictObject(common);
export const compositionBody = z.strictObject({
	...common,
	images: z
		.array(z.url({ protocol: /^https?$/ }))
		.min(1)
		.max(10),
});
export const chatBody = z.strictObject({
	model: z.string().min(1),
	messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1),
	stream: z.boolean().default(false),
});

export type GenerationBody = z.infer<typeof generationBody>;
export type ChatBody = z.infer<typeof chatBody>;

/** The number of pictures that the prompt text asks for; null if it names none. */
export function countIn(prompt: string): number | null {
	const digits = /(\d+)\s*张/.exec(prompt)?.[1];
	return digits === undefined ? null : Number(digits);
}

/** The prompt without the number of pictures, as the user wrote it. */
export const withoutCount = (prompt: string): string => prompt.replace(/，\d+张$/, '');
