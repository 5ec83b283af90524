import { z } from 'zod4';

const side = z.int().min(64).max(2048);

/**
 * Body of submit. The document states no ranges, so the ranges of the real server apply. A misspelt field is an error.
 */
export const generateBody = z.strictObject({
	prompt: z.string().min(1),
	height: side.default(1024),
	width: side.default(1024),
	num_inference_steps: z.int().min(1).max(50).default(9),
	guidance_scale: z.number().min(0).max(20).default(0),
	seed: z.int().nonnegative().nullish(),
	negative_prompt: z.string().default(''),
	cfg_normalization: z.boolean().nullish(),
	cfg_truncation: z.number().nullish(),
	max_sequence_length: z.int().positive().nullish(),
	metadata: z
		.strictObject({
			batch_id: z.string().min(1).optional(),
			batch_index: z.int().nonnegative().optional(),
			batch_size: z.int().positive().optional(),
		})
		.nullish(),
});

export type GenerateBody = z.infer<typeof generateBody>;

export const historyQuery = z.strictObject({
	limit: z.coerce.number().int().min(1).default(20),
	offset: z.coerce.number().int().min(0).default(0),
});

/** A validation error in FastAPI's format. */
export function validationDetail(error: z.ZodError, where: 'body' | 'query') {
	return {
		detail: error.issues.map(({ path, message, code }) => ({
			type: code,
			loc: [where, ...path],
			msg: message,
			input: null,
		})),
	};
}
