import { z } from 'zod4';
import { RequestError } from './errorAnswer';

export const STATUSES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'RETRYING', 'CANCELED'] as const;
export type Status = (typeof STATUSES)[number];

const RATIOS = ['Auto', '1:1', '9:16', '16:9', '3:4', '4:3', '3:2', '2:3', '5:4', '4:5', '21:9'] as const;

/** The body of a submit, with the fields of the document's table. An unknown field is an error. */
export const generateBody = z.strictObject({
	prompt: z
		.string()
		.refine((text) => text.trim() !== '', 'must not be empty')
		.describe('What the picture shows'),
	mode: z.enum(['draft', 'final']).optional().describe('draft is quicker and of lower quality; default final'),
	inputImageUrl: z
		.url({ protocol: /^https?$/ })
		.optional()
		.describe('Reference picture (img2img)'),
	resolution: z.enum(['1K', '2K', '4K']).optional().describe('1024, 2048 or 4096 pixels on the long side'),
	aspectRatio: z.enum(RATIOS).optional(),
	sampleCount: z.int().min(1).max(10).optional().describe('How many pictures'),
});

export type GenerateBody = z.infer<typeof generateBody>;

/**
 * The real server ignores unknown fields and passes a data URL on unchanged. It checks the other fields as strictly.
 */
const looseBody = z.object({ ...generateBody.shape, inputImageUrl: z.string().optional() });

const listQuery = z.strictObject({
	status: z.enum(STATUSES).optional(),
	limit: z
		.string()
		.regex(/^\d+$/, 'must be a whole number')
		.transform(Number)
		.pipe(z.int().min(1).max(100))
		.optional(),
	cursor: z.string().min(1).optional(),
});

const looseQuery = z.object(listQuery.shape);

export type ListQuery = z.infer<typeof listQuery>;

/** Reads the body of a submit. Throws an error answer for a bad one. */
export function readGenerateBody(body: unknown, strict: boolean): GenerateBody {
	return checked(strict ? generateBody : looseBody, body);
}

/** Reads the query of a list. Throws an error answer for a bad one. */
export function readListQuery(query: unknown, strict: boolean): ListQuery {
	return checked(strict ? listQuery : looseQuery, query);
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const lines = result.error.issues.map((issue) =>
		issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
	);
	throw new RequestError('invalid', lines.join('; '));
}
