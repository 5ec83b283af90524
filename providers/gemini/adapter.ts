import { z } from 'zod4';
import { readEndpoint } from '../credential';
import type { EndpointConfig, ProviderAdapter, Session } from '../provider';
import { createGeminiClient, type GeminiClient } from './client';
import { addresses } from './models';
import { geminiSession } from './session';

/** What the Gemini node needs besides the verbs. */
export interface GeminiSession extends Session {
	client: GeminiClient;
}

const own = z.object({
	endpoint: z.enum(['official', 'yunwu']).default('official'),
	apiKey: z.string().trim().min(1, 'API Key is empty'),
});

export type GeminiConfig = EndpointConfig & { own: z.infer<typeof own> };

/** An empty base URL is the endpoint's own. */
function withAddress(fields: unknown): unknown {
	const { endpoint } = own.pick({ endpoint: true }).safeParse(fields).data ?? { endpoint: 'official' as const };
	const given = z.object({ baseUrl: z.string() }).safeParse(fields).data?.baseUrl.trim();
	return { ...(fields as object), baseUrl: given || addresses[endpoint] };
}

export const geminiAdapter: ProviderAdapter<GeminiSession, GeminiConfig> = {
	// The SDK sends Google's own header by itself; proxies want it in theirs.
	endpoint: (fields) =>
		readEndpoint(withAddress(fields), {
			fields: own,
			headers: ({ endpoint, apiKey }): Record<string, string> =>
				endpoint === 'yunwu' ? { Authorization: `Bearer ${apiKey}` } : {},
			secrets: ({ apiKey }) => [apiKey],
		}),
	connect(config, transport) {
		const client = createGeminiClient(config, transport);
		return { ...geminiSession(client, config), client };
	},
};
