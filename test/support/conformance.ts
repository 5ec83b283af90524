import { createApiClient } from '../../http/apiClient';
import { Endpoint } from '../../jobs/endpoint/endpoint';
import { isTerminal, type JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import type { EndpointConfig, ProviderDefinition } from '../../providers/provider';
import { providerById } from '../../providers/registry';
import type { AnySandbox } from '../../sandbox/backends';
import type { Kit } from './conformanceKits';
import { makeAt } from './makeAt';
import { quickClock } from './quickClock';
import { inMs } from '../../jobs/runtime/clock';

/** A provider's adapter over real HTTP, used through an Endpoint, as in the nodes. */
export interface Opened {
	provider: ProviderDefinition;
	endpoint: Endpoint;
	config: EndpointConfig;
	/** Submits and follows the job to its end. */
	run: (request?: Partial<ImageRequest>, more?: { key?: string; maxWaitMs?: number }) => Promise<JobSnapshot>;
	submit: (request?: Partial<ImageRequest>, more?: { key?: string; maxWaitMs?: number }) => Promise<JobSnapshot>;
	wait: (snapshot: JobSnapshot) => Promise<JobSnapshot>;
}

let keys = 0;

/**
 * A new endpoint each time, so that no scenario knows the keys of another. If `timeoutMs` is set, it limits each
 * request.
 */
export async function openKit(
	kit: Kit,
	sandbox: AnySandbox,
	{ credential = {}, timeoutMs }: { credential?: Record<string, unknown>; timeoutMs?: number } = {},
): Promise<Opened> {
	const provider = providerById(kit.backend.id);
	const adapter = await provider.load();
	const config = adapter.endpoint({
		...kit.backend.credential.fields(sandbox.url),
		requestsPerMinute: 0,
		jobsInFlight: 0,
		...credential,
	});
	const transport = createApiClient(config);
	const bounded = <R extends { timeoutMs?: number }>(request: R): R =>
		timeoutMs ? { ...request, timeoutMs } : request;
	const endpoint = new Endpoint(provider, adapter, config, {
		clock: quickClock,
		random: () => 0,
		transport: () => ({
			...transport,
			send: (request) => transport.send(bounded(request)),
			open: (request) => transport.open(bounded(request)),
		}),
	});
	const make = makeAt(endpoint, quickClock);
	const submit: Opened['submit'] = (request = {}, { key = `conformance-${++keys}`, maxWaitMs = 600_000 } = {}) =>
		make({ prompt: 'A cat', count: 1, ...kit.request, ...request }, key, {
			deadline: inMs(quickClock, maxWaitMs),
		});
	const wait: Opened['wait'] = async (snapshot) => {
		if (isTerminal(snapshot.job.status) || snapshot.job.id === null) return snapshot;
		const result = await endpoint.jobs.wait(snapshot.job.id, {
			deadline: inMs(quickClock, 600_000),
			known: snapshot,
		});
		if (!result.ended)
			throw new Error(
				`The job did not end: ` +
					(result.error?.message ?? result.snapshot?.job.status ?? 'nothing is known of it'),
			);
		return result.snapshot;
	};
	return {
		provider,
		endpoint,
		config,
		submit,
		wait,
		run: async (request, more) => await wait(await submit(request, more)),
	};
}

/** The bytes of an image: from the answer itself, or from its URL. */
export async function bytesOf(image: JobSnapshot['images'][number]): Promise<Buffer> {
	if (image.inline) return image.inline;
	const answer = await fetch(image.url ?? '');
	if (!answer.ok) throw new Error(`The picture answered ${answer.status}`);
	return Buffer.from(await answer.arrayBuffer());
}

/** All text of a job or an error, to search it for secrets. */
export function spoken(thing: unknown): string {
	const seen = new Set<unknown>();
	return JSON.stringify(thing, (_name, value: unknown) => {
		if (Buffer.isBuffer(value)) return '(bytes)';
		if (typeof value !== 'object' || value === null) return value;
		if (seen.has(value)) return '(again)';
		seen.add(value);
		return Error.isError(value)
			? Object.fromEntries(
					Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name) as unknown]),
				)
			: value;
	});
}
