import type { ApiAnswer } from '../../http/apiClient';
import { Endpoint } from '../../jobs/endpoint/endpoint';
import type { ImageError } from '../../model/errors';
import type { Job, JobSnapshot, JobStatus } from '../../model/job';
import { capabilities } from '../../providers/imageSaas/capabilities';
import type { Capabilities, Observation, ProviderAdapter, ProviderDefinition } from '../../providers/provider';
import { transportOf } from './transport';
import { VirtualClock } from './virtualClock';

/** What a provider may say of a job. */
export const snapshotOf = (id: string, status: JobStatus, patch: Partial<Job> = {}): JobSnapshot => ({
	job: { provider: 'fake', id, status, progress: null, total: null, completed: status === 'succeeded' ? 1 : null, error: null, idempotencyKey: null, createdAt: null, updatedAt: null, ...patch },
	images: [],
	raw: null,
});

interface Fake {
	/** Shared by endpoints that are used together. */
	clock?: VirtualClock;
	/** What jobs are named by, where several endpoints make some. */
	name?: string;
	providerId?: string;
	jobsInFlight?: number | null;
	requestsPerMinute?: number | null;
	can?: Partial<Capabilities>;
	/** How long a job runs. */
	jobMs?: number;
	/** What submits answer in turn before they succeed. */
	refusals?: ImageError[];
	status?: (path: string) => number;
	cancels?: boolean;
	/** Whether it can look for the job of an earlier submit. */
	finds?: boolean;
	/** Whether the job was made although the answer was lost. */
	acceptsUnheard?: boolean;
	/** What a poll says instead of what is so: throws for all, or gives an observation for one. */
	says?: (id: string, poll: number) => Observation | undefined;
}

/** An endpoint over a provider that lives in the test: jobs end by the clock. */
export function fakeEndpoint({ jobsInFlight = null, requestsPerMinute = null, can = {}, jobMs = 1_000, refusals = [], status = () => 200, says = () => undefined, cancels = true, finds = false, acceptsUnheard = false, clock = new VirtualClock(0), name = 'job', providerId = 'fake' }: Fake = {}) {
	const submits: Array<{ key: string; at: number; prompt: string }> = [];
	const endsAt = new Map<string, number>();
	const running = () => [...endsAt.values()].filter((at) => at > clock.now()).length;
	const found = (key: string) => {
		log.finds++;
		const place = submits.findIndex((submit) => submit.key === key);
		return place >= 0 && endsAt.has(`${name}-${place + 1}`) ? snapshotOf(`${name}-${place + 1}`, 'queued') : null;
	};
	const log = { mostAtOnce: 0, polls: 0, finds: 0 };
	const adapter: ProviderAdapter = {
		endpoint: () => config,
		connect: (_config, transport) => ({
			submit: async (request, { idempotencyKey, signal }) => {
				await transport.send({ method: 'POST', path: '/submit', signal });
				submits.push({ key: idempotencyKey, at: clock.now(), prompt: request.prompt });
				const refusal = refusals.shift();
				const id = `${name}-${endsAt.size + 1}`;
				if (!refusal || (acceptsUnheard && refusal.delivery === 'ambiguous')) endsAt.set(id, clock.now() + jobMs);
				if (refusal) throw refusal;
				log.mostAtOnce = Math.max(log.mostAtOnce, running());
				return snapshotOf(id, jobMs === 0 ? 'succeeded' : 'queued');
			},
			poll: async (ids, { signal }) => {
				await transport.send({ method: 'GET', path: '/poll', signal });
				log.polls++;
				return new Map(ids.map((id): [string, Observation] => [id, says(id, log.polls) ?? { ok: true, snapshot: snapshotOf(id, clock.now() >= (endsAt.get(id) ?? Number.POSITIVE_INFINITY) ? 'succeeded' : 'running') }]));
			},
			...(finds ? { find: async (_request: unknown, { idempotencyKey }: { idempotencyKey: string }) => found(idempotencyKey) } : {}),
			...(cancels ? { cancel: async (id: string) => snapshotOf(id, 'canceled') } : {}),
		}),
	};
	const config = { baseUrl: 'http://fake.example', headers: {}, secrets: [], limits: { requestsPerMinute, jobsInFlight }, allowedHosts: [] };
	const provider: ProviderDefinition = { id: providerId, displayName: 'Fake', credential: 'fakeApi', keyField: 'key', capabilities: { ...capabilities, ...can }, load: async () => adapter };
	const sent: Array<{ path: string; at: number; signal: AbortSignal | undefined }> = [];
	const transport = transportOf(async ({ path, signal }): Promise<ApiAnswer> => {
		sent.push({ path, at: clock.now(), signal });
		return { status: status(path), headers: { 'retry-after': '7' }, text: '' };
	});
	const endpoint = new Endpoint(provider, adapter, config, { clock, random: () => 0, transport: () => transport });
	const submit = (key: string, more: { prompt?: string; signal?: AbortSignal; deadline?: number } = {}) => endpoint.submit({ prompt: more.prompt ?? 'A cat', count: 1 }, { idempotencyKey: key, signal: more.signal, deadline: more.deadline ?? 3_600_000 });
	return { clock, endpoint, submit, submits, sent, log };
}
