import { z } from 'zod4';
import { readEndpoint } from '../credential';
import type { ProviderAdapter, Session } from '../provider';
import { createGeminiClient, type GeminiClient } from './client';
import { credentialFields, type GeminiConfig } from './config';
import { addresses } from './models';
import { geminiSession } from './session';

/** The verbs, and what only the Gemini node needs. */
export interface GeminiSession extends Session {
	client: GeminiClient;
}

/** If the base URL is empty, the default of the chosen endpoint is used. */
function withAddress(fields: unknown): unknown {
	const { endpoint } = credentialFields.pick({ endpoint: true }).safeParse(fields).data ?? {
		endpoint: 'official' as const,
	};
	const given = z.object({ baseUrl: z.string() }).safeParse(fields).data?.baseUrl.trim();
	return { ...(fields as object), baseUrl: given || addresses[endpoint] };
}

export const geminiAdapter: ProviderAdapter<GeminiSession, GeminiConfig> = {
	// The SDK itself sends the key in Google's own header. A proxy expects the key in `Authorization`.
	endpoint: (fields) =>
		readEndpoint(withAddress(fields), {
			fields: credentialFields,
			headers: ({ endpoint, apiKey }): Record<string, string> =>
				endpoint === 'yunwu' ? { Authorization: `Bearer ${apiKey}` } : {},
			secrets: ({ apiKey }) => [apiKey],
		}),
	connect(config, transport) {
		const client = createGeminiClient(config, transport);
		return { ...geminiSession(client, config), client };
	},
};
