import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { foundJob } from '../foundJob';
import { createPageRule } from '../pageRule';
import { pollEach } from '../pollEach';
import type { CallOptions, Observation, Session, SubmitCall } from '../provider';
import type { ImageSaasClient } from './client';
import { isNotAccepted } from './errors';
import { fromJob, fromListedJob, requestOf, toSubmitBody } from './mapping';

/** The document's maximum number of rows per page. */
const pageSize = 100;
/** Pages that a bulk poll always reads before it polls the remaining jobs one by one. */
const minBulkPages = 5;

/** The verbs, and what only the Image SaaS node needs. */
export interface ImageSaasSession extends Session {
	client: ImageSaasClient;
	/** Every job of the tenant, newest first, each once. */
	listJobs(query: ListJobsQuery, options: CallOptions): AsyncGenerator<JobSnapshot>;
}

interface ListJobsQuery {
	/** One of the document's status words. */
	status?: string;
	pageSize?: number;
}

/** The verbs over the API. The server makes all images of a request as one job, and knows idempotency keys. */
export function imageSaasSession(client: ImageSaasClient): ImageSaasSession {
	return {
		client,
		listJobs: (query, options) => listJobs(client, query, options),
		submit: async (request, call) => await submit(client, request, call),
		isNotAccepted,
		async poll(ids, options) {
			const found =
				ids.length > 1 ? await findInList(client, new Set(ids), options) : new Map<string, Observation>();
			return await pollEach(ids, async (id) => fromJob(await client.get(id, options)), found);
		},
		async *list(options) {
			for await (const snapshot of listJobs(client, {}, options))
				yield { snapshot, request: requestOf(snapshot.raw) };
		},
		cancel: async (id, options) => fromJob(await client.cancel(id, options)),
	};
}

async function submit(client: ImageSaasClient, request: ImageRequest, call: SubmitCall): Promise<JobSnapshot> {
	const { made, givenUp, paid, idempotencyKey } = call;
	const known = made.get(0);
	if (known !== undefined) return foundJob('imageSaas', known, request.count, idempotencyKey);
	if (givenUp) throw givenUp;
	const answer = await paid(
		0,
		() => client.submit(toSubmitBody(request), call),
		({ jobId }) => jobId,
	);
	const snapshot = fromJob(answer);
	return { ...snapshot, job: { ...snapshot.job, idempotencyKey, total: request.count } };
}

/**
 * Follows `nextCursor`. The real server repeats the last row of a page as the first row of the next, so a page without
 * new rows ends the list.
 */
async function* listJobs(
	client: ImageSaasClient,
	query: ListJobsQuery,
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

/** Finds wanted jobs in the list. It reads only as many pages as save requests. */
async function findInList(
	client: ImageSaasClient,
	wanted: ReadonlySet<string>,
	options: CallOptions,
): Promise<Map<string, Observation>> {
	const found = new Map<string, Observation>();
	const shouldReadOn = createPageRule(pageSize, minBulkPages);
	for await (const snapshot of listJobs(client, {}, options)) {
		const { id, status } = snapshot.job;
		const isWanted = id !== null && wanted.has(id);
		// The list may show a success before it shows the images. Such a job is polled by itself.
		const isComplete = status !== 'succeeded' || snapshot.images.length > 0;
		if (isWanted && isComplete) found.set(id, { ok: true, snapshot });
		if (found.size === wanted.size || !shouldReadOn(isWanted)) break;
	}
	return found;
}
