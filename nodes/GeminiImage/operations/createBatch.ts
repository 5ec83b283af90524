import type { JobSnapshot } from '../../../model/job';
import type { Call, ImageSettings } from './call';

/** Maximum time for the server to accept a batch, in ms. */
const maxWaitMs = 5 * 60_000;

/**
 * Checks every prompt and creates the batch. If an earlier attempt of the same item has created the batch, returns that
 * batch.
 * @param name the name in the list of batches; a key is added to it
 */
export async function createBatch(
	call: Call,
	prompts: readonly string[],
	settings: ImageSettings,
	name: string,
): Promise<JobSnapshot> {
	const { fromBatch } = await import('../../../providers/gemini/batch');
	const { foundJob } = await import('../../../providers/foundJob');
	const requests = await contentRequests(prompts, settings);
	const { session } = call.endpoint;
	const { client } = session;
	const lookUp = session.lookUp?.bind(session);
	// If the answer is lost, the key in the name finds the batch.
	const nameWith = (key: string) => `${name} ${key}`;
	return await call.pay({
		request: { prompts, ...settings },
		images: prompts.length,
		maxWaitMs,
		extras: { batch: true },
		submit: async ({ paid, idempotencyKey, made, signal }) => {
			const known = made.get(0);
			if (known !== undefined) return foundJob('gemini', known, prompts.length, nameWith(idempotencyKey));
			const body = { model: settings.model, displayName: nameWith(idempotencyKey), requests };
			const created = await paid(
				0,
				() => client.createBatch(body, { signal }),
				({ name: id }) => id,
			);
			return fromBatch(created);
		},
		...(lookUp
			? {
					lookUp: (request, options) =>
						lookUp(request, { ...options, idempotencyKey: nameWith(options.idempotencyKey) }),
				}
			: {}),
	});
}

/** One request per prompt. Throws `invalidRequest` if the provider does not support a request. */
async function contentRequests(prompts: readonly string[], settings: ImageSettings) {
	const { checkRequest } = await import('../../../providers/requestCheck');
	const { gemini } = await import('../../../providers/gemini/definition');
	const { toContentRequest } = await import('../../../providers/gemini/mapping');
	const requests = prompts.map((prompt) => ({ prompt, count: 1, ...settings }));
	for (const request of requests) checkRequest(gemini, request);
	return await Promise.all(requests.map(toContentRequest));
}
