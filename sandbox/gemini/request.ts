import { z } from 'zod4';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, 'Base64 decoding failed');
const part = z.union([
	z.strictObject({ text: z.string() }),
	z.strictObject({
		inlineData: z.strictObject({
			mimeType: z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif']),
			data: base64,
		}),
	}),
]);
const content = z.strictObject({ role: z.enum(['user', 'model']).optional(), parts: z.array(part).min(1) });

/** Strict, like Google: an unknown field is INVALID_ARGUMENT. */
export const contentBody = z.strictObject({
	model: z.string().optional(),
	contents: z.array(content).min(1),
	generationConfig: z
		.strictObject({
			responseModalities: z.array(z.enum(['TEXT', 'IMAGE'])).optional(),
			candidateCount: z.int().min(1).max(8).optional(),
			temperature: z.number().min(0).max(2).optional(),
			topP: z.number().min(0).max(1).optional(),
			topK: z.number().positive().optional(),
			seed: z.int().optional(),
			imageConfig: z
				.strictObject({
					aspectRatio: z
						.enum(['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'])
						.optional(),
					imageSize: z.enum(['512', '1K', '2K', '4K']).optional(),
				})
				.optional(),
		})
		.optional(),
});

export const batchBody = z.strictObject({
	batch: z.strictObject({
		displayName: z.string().min(1),
		inputConfig: z.strictObject({
			requests: z.strictObject({
				requests: z
					.array(
						z.strictObject({
							request: contentBody,
							metadata: z.record(z.string(), z.unknown()).optional(),
						}),
					)
					.min(1),
			}),
		}),
	}),
});

export type ContentBody = z.infer<typeof contentBody>;
export type BatchBody = z.infer<typeof batchBody>;

/** The text of a request. */
export function promptOf({ contents }: ContentBody): string {
	return contents.flatMap(({ parts }) => parts.flatMap((entry) => ('text' in entry ? [entry.text] : []))).join('\n');
}

export const filesOf = ({ contents }: ContentBody): number =>
	contents.flatMap(({ parts }) => parts).filter((entry) => 'inlineData' in entry).length;

/** The request for the books, with file sizes instead of files. */
export function describe(model: string, body: ContentBody): Record<string, unknown> {
	const parts = body.contents.flatMap(({ parts: own }) =>
		own.map((entry) =>
			'text' in entry
				? entry
				: {
						inlineData: {
							mimeType: entry.inlineData.mimeType,
							bytes: Buffer.from(entry.inlineData.data, 'base64').length,
						},
					},
		),
	);
	return { model, parts, generationConfig: body.generationConfig ?? {} };
}
