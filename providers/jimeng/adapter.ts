import { z } from 'zod4';
import { readEndpoint } from '../credential';
import type { ProviderAdapter, Session } from '../provider';
import { createJimengClient, type JimengClient } from './client';
import { isNotAccepted } from './errors';
import { fromAnswer, toImagesBody } from './mapping';
import { videoModels } from './models';

/** The verbs, and what only the Jimeng node needs. */
export interface JimengSession extends Session {
	client: JimengClient;
}

/** Time-out of the site, in ms. */
const longestMs = 15 * 60_000;

const own = z.object({
	sessionId: z.string().trim().min(1, 'Session ID is empty'),
	site: z.enum(['cn', 'us']).default('cn'),
});

/** Several session IDs are allowed; the server chooses one of them. With `us-`, the international site is used. */
export function sessionsOf({ sessionId, site }: z.infer<typeof own>): string[] {
	const ids = sessionId
		.split(',')
		.map((id) => id.trim())
		.filter((id) => id !== '');
	return ids.map((id) => (site === 'us' && !id.startsWith('us-') ? `us-${id}` : id));
}

export const jimengAdapter: ProviderAdapter<JimengSession> = {
	endpoint: (fields) =>
		readEndpoint(fields, {
			fields: own,
			headers: (sessions) => ({ Authorization: `Bearer ${sessionsOf(sessions).join(',')}` }),
			secrets: (sessions) => sessionsOf(sessions).flatMap((id) => [id, id.replace(/^us-/, '')]),
		}),
	connect(_config, transport): JimengSession {
		const client = createJimengClient(transport);
		return {
			client,
			async submit(request, { signal, idempotencyKey, maxWaitMs, givenUp, paid }) {
				if (givenUp) throw givenUp;
				const body = toImagesBody(request);
				const images = (request.references ?? []).flatMap((reference) =>
					reference.kind === 'url' ? [reference.url] : [],
				);
				const options = { signal, timeoutMs: Math.max(1_000, Math.min(maxWaitMs, longestMs)) };
				const answer = await paid(
					0,
					() =>
						images.length > 0
							? client.compositions({ ...body, images }, options)
							: client.generations(body, options),
					() => null,
				);
				return fromAnswer(answer, request, idempotencyKey);
			},
			isNotAccepted,
			async models(options) {
				const offered = await client.models(options);
				return offered
					.filter((id) => !videoModels.some((video) => video === id) && !id.includes('video'))
					.map((id) => ({ value: id, name: id }));
			},
		};
	},
};
