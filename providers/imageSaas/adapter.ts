import { z } from 'zod4';
import type { ApiTransport } from '../../http/apiClient';
import { readEndpoint } from '../credential';
import { createPageRule } from '../pageRule';
import { pollEach } from '../pollEach';
import type { JobSnapshot } from '../../model/job';
import type { CallOptions, Observation, ProviderAdapter, Session } from '../provider';
import { createImageSaasClient, type ImageSaasClient } from './client';
import { isNotAccepted as isNotAccepted } from './errors';
import { fromJob, fromListedJob, requestOf, toSubmitBody } from './mapping';
import { imageSaasWebhook } from './webhook';

/** What the Image SaaS node needs besides the verbs. */
export interface ImageSaasSession extends Session {
	client: ImageSaasClient;
	/** Every job of the tenant, newest first, without repeats. */
	listJobs(query: { status?: string; pageSize?: number }, options: CallOptions): AsyncGenerator<JobSnapshot>;
}

/** Rows asked for at a time in a bulk poll: the most the document allows. */
const pageSize = 100;
/** Pages that a bulk poll always reads before it polls the remaining jobs one by one. */
const minBulkPages = 5;

export const imageSaasAdapter: ProviderAdapter<ImageSaasSession> = {
	endpoint: (credential) =>
		readEndpoint(credential, {
			fields: z.object({ apiKey: z.string().trim().min(1, 'API Key is empty') }),
			headers: ({ apiKey }) => ({ Authorization: `Bearer ${apiKey}` }),
			secrets: ({ apiKey }) => [apiKey],
		}),
	connect(_config, transport: ApiTransport): ImageSaasSession {
		const client = createImageSaasClient(transport);

		/**
		 * Follows `nextCursor`. The real server begins a page with the last page's last row, so a page that brings
		 * nothing new ends the list.
		 */
		async function* listJobs(
			query: { status?: string; pageSize?: number },
			options: CallOptions,
		): AsyncGenerator<JobSnapshot> {
			const seen = new Set<string>();
			let cursor: string | undefined;
			for (;;) {
				const page = await client.list(
					{
						...(query.status ? { status: query.status } : {}),
						limit: query.pageSize ?? pageSize,
						...(cursor ? { cursor } : {}),
					},
					options,
				);
				const fresh = page.items.filter((row) => !seen.has(row.id));
				for (const row of fresh) {
					seen.add(row.id);
					yield fromListedJob(row);
				}
				if (!page.nextCursor || page.hasMore === false || fresh.length === 0) return;
				cursor = page.nextCursor;
			}
		}

		return {
			client,
			listJobs,
			async submit(request, options) {
				const { made, givenUp, paid } = options;
				const known = made.get(0);
				if (known === undefined && givenUp) throw givenUp;
				const answer =
					known === undefined
						? await paid(
								0,
								() => client.submit(toSubmitBody(request), options),
								({ jobId }) => jobId,
							)
						: await client.get(known, options);
				const snapshot = fromJob(answer);
				return {
					...snapshot,
					job: { ...snapshot.job, idempotencyKey: options.idempotencyKey, total: request.count },
				};
			},
			isNotAccepted: isNotAccepted,
			async poll(ids, options) {
				const found = new Map<string, Observation>();
				if (ids.length > 1) {
					const wanted = new Set(ids);
					const shouldReadOn = createPageRule(pageSize, minBulkPages);
					for await (const snapshot of listJobs({}, options)) {
						const { id } = snapshot.job;
						// A success without pictures is the list lagging behind: get tells.
						const complete = snapshot.job.status !== 'succeeded' || snapshot.images.length > 0;
						if (id !== null && wanted.has(id) && complete) found.set(id, { ok: true, snapshot });
						if (found.size === wanted.size || !shouldReadOn(id !== null && wanted.has(id))) break;
					}
				}
				return await pollEach(ids, async (id) => fromJob(await client.get(id, options)), found);
			},
			async *list(options) {
				for await (const snapshot of listJobs({}, options))
					yield { snapshot, request: requestOf(snapshot.raw) };
			},
			async cancel(id, options) {
				return fromJob(await client.cancel(id, options));
			},
		};
	},
	webhook: imageSaasWebhook,
};
