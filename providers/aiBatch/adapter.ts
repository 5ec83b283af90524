import { z } from 'zod4';
import { readEndpoint } from '../credential';
import type { EndpointConfig, ProviderAdapter, Session } from '../provider';
import { type AiBatchClient, createAiBatchClient } from './client';
import { isNotAccepted } from './errors';
import { fromAnswer, toGenerateBody } from './mapping';

/** The verbs, and what only the AI Batch node needs. */
export interface AiBatchSession extends Session {
	client: AiBatchClient;
	/** The upstream of the credential and its key, which are sent in request bodies. */
	upstream: { api_provider: string; api_key: string };
}

/** The longest time-out of a call. No upstream takes this long for five images. */
const longestMs = 15 * 60_000;

const own = z.object({
	upstream: z.string().trim().min(1, 'Upstream is empty').default('gemini'),
	upstreamApiKey: z.string().trim().min(1, 'Upstream API Key is empty'),
	apiKey: z.string().trim().optional(),
});

export type AiBatchConfig = EndpointConfig & { own: z.infer<typeof own> };

export const aiBatchAdapter: ProviderAdapter<AiBatchSession, AiBatchConfig> = {
	endpoint: (fields) =>
		readEndpoint(fields, {
			fields: own,
			headers: ({ apiKey }): Record<string, string> => (apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
			secrets: ({ upstreamApiKey, apiKey }) => [upstreamApiKey, apiKey],
		}),
	connect({ baseUrl, own: fields }, transport): AiBatchSession {
		const client = createAiBatchClient(transport);
		return {
			client,
			upstream: { api_provider: fields.upstream, api_key: fields.upstreamApiKey },
			async submit(request, { signal, idempotencyKey, maxWaitMs, givenUp, paid }) {
				if (givenUp) throw givenUp;
				const body = toGenerateBody(request, fields);
				const timeoutMs = Math.max(1_000, Math.min(maxWaitMs, longestMs));
				const answer = await paid(
					0,
					() => client.generate(body, { signal, timeoutMs }),
					() => null,
				);
				return fromAnswer(answer, request, baseUrl, idempotencyKey);
			},
			isNotAccepted,
		};
	},
};
