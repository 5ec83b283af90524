import { z } from 'zod4';

export const RATIOS = ['1:1', '3:4', '4:3', '9:16', '16:9'] as const;
/** The public server accepts ten ratios. */
export const PUBLIC_RATIOS = [...RATIOS, '2:3', '3:2', '4:5', '5:4', '21:9'] as const;
export const SIZES = ['1K', '2K', '4K'] as const;

const options = z.string().refine((text) => {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null;
	} catch {
		return text === '';
	}
}, 'must be JSON');

const common = {
	prompt: z.string().min(1),
	model: z.string().min(1),
	apiKey: z.string().min(1),
	apiBase: z.url().optional(),
	aspectRatio: z.enum(RATIOS).optional(),
	imageSize: z.enum(SIZES).optional(),
	options: options.optional(),
};

/** Unknown fields are an error, so that tests find a misspelt option. */
export const batchBody = z.strictObject({ ...common, count: z.int().min(1).max(100) });
export const batchForm = z.strictObject({ ...common, count: z.coerce.number().int().min(1).max(100) });

export const pageQuery = z.strictObject({
	page: z.coerce.number().int().min(1).default(1),
	pageSize: z.coerce.number().int().min(1).default(10),
});
export const searchQuery = pageQuery.extend({ keyword: z.string().default('') });
export const idsBody = z.strictObject({ ids: z.array(z.string().min(1)).min(1) });
export const exportBody = z.strictObject({ imageIds: z.array(z.string().min(1)).min(1) });

/** `model_id` has an effect only inside `params`. Without it the server uses its own default. */
export const taskBody = z.strictObject({
	provider: z.string().min(1),
	model_id: z.string().min(1).optional(),
	params: z.strictObject({
		prompt: z.string().min(1),
		aspect_ratio: z.enum(PUBLIC_RATIOS).optional(),
		resolution_level: z.enum(SIZES).optional(),
		count: z.int().min(1).optional(),
		model_id: z.string().min(1).optional(),
	}),
});
export const taskForm = z.strictObject({
	provider: z.string().min(1),
	model_id: z.string().min(1).optional(),
	prompt: z.string().min(1),
	aspectRatio: z.enum(PUBLIC_RATIOS).optional(),
	imageSize: z.enum(SIZES).optional(),
	count: z.coerce.number().int().min(1).optional(),
});
export const imagesQuery = z.strictObject({
	page: z.coerce.number().int().min(1).default(1),
	page_size: z.coerce.number().int().min(1).max(100).default(20),
	keyword: z.string().optional(),
});
