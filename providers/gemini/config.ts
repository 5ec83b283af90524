import { z } from 'zod4';
import type { EndpointConfig } from '../provider';

/** The fields only the Gemini credential has. */
export const credentialFields = z.object({
	endpoint: z.enum(['official', 'yunwu']).default('official'),
	apiKey: z.string().trim().min(1, 'API Key is empty'),
});

export type GeminiConfig = EndpointConfig & { own: z.infer<typeof credentialFields> };
