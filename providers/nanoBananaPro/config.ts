import { z } from 'zod4';
import type { EndpointConfig } from '../provider';

/** The fields only the NanoBananaPro credential has. */
export const credentialFields = z.object({
	api: z.enum(['v1.6', 'tasks']).default('v1.6'),
	geminiApiKey: z.string().trim().optional(),
	geminiApiBase: z.string().trim().optional(),
	taskProvider: z.string().trim().optional(),
});

export type NanoBananaProConfig = EndpointConfig & { own: z.infer<typeof credentialFields> };
