import { createApiClient } from '../../http/apiClient';
import { type Clock, inMs } from '../../jobs/runtime/clock';
import { Endpoint } from '../../jobs/endpoint/endpoint';
import { isTerminal, type JobSnapshot, type JobStatus } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { imageSaasAdapter, type ImageSaasSession } from '../../providers/imageSaas/adapter';
import { imageSaas } from '../../providers/imageSaas/definition';
import type { Observation } from '../../providers/provider';
import { type ImageSaasSandbox, type Settings, startImageSaasSandbox } from '../../sandbox';
import { makeAt } from './makeAt';
import { quickClock } from './quickClock';

export const apiKey = 'img_test_dev_123456789';

export type Dialect = 'document' | 'real';
export const dialects = ['document', 'real'] as const satisfies readonly Dialect[];

export interface OpenOptions {
	key?: string;
	/** Another server instead of the sandbox. */
	baseUrl?: string;
	/** Limits each request. */
	timeoutMs?: number;
	clock?: Clock;
	limits?: { requestsPerMinute?: number; jobsInFlight?: number };
}

export interface Opened {
	endpoint: Endpoint<ImageSaasSession>;
	session: ImageSaasSession;
	/** Submits once, without the Endpoint. */
	submit: (request?: Partial<ImageRequest>, key?: string) => Promise<JobSnapshot>;
	/** Submits through the Endpoint. */
	generate: (request?: Partial<ImageRequest>, key?: string) => Promise<JobSnapshot>;
	/** Waits through the Endpoint. */
	wait: (snapshot: JobSnapshot) => Promise<JobSnapshot>;
	/** Polls a job until the condition holds, as fast as the server answers. */
	until: (snapshot: JobSnapshot, status?: JobStatus) => Promise<JobSnapshot>;
	look: (id: string) => Promise<Observation>;
}

/** A sandbox for a test file. It starts once and is reset before each test. */
export function useSandbox(): {
	sandbox: () => ImageSaasSandbox;
	calm: (dialect: Dialect, more?: Partial<Settings>) => void;
	open: (options?: OpenOptions) => Opened;
} {
	let started: ImageSaasSandbox | undefined;
	let keys = 0;
	beforeAll(async () => {
		started = await startImageSaasSandbox();
	});
	afterAll(() => started?.close());
	const sandbox = () => {
		if (!started) throw new Error('The sandbox runs only within tests');
		return started;
	};

	/** A new endpoint each time, so that no test knows the keys of another. */
	const open = ({
		key = apiKey,
		baseUrl = sandbox().url,
		timeoutMs,
		clock = quickClock,
		limits = {},
	}: OpenOptions = {}): Opened => {
		const config = imageSaasAdapter.endpoint({
			baseUrl,
			apiKey: key,
			requestsPerMinute: 0,
			jobsInFlight: 0,
			...limits,
		});
		const transport = createApiClient(config);
		const endpoint = new Endpoint(imageSaas, imageSaasAdapter, config, {
			clock,
			random: () => 0,
			transport: () => ({
				...transport,
				send: (request) => transport.send({ ...request, ...(timeoutMs ? { timeoutMs } : {}) }),
			}),
		});
		const { session } = endpoint;
		const make = makeAt(endpoint, clock);
		const idOf = ({ job }: JobSnapshot) => job.id ?? 'none';
		const nextKey = () => `key-${++keys}`;
		const look = async (id: string): Promise<Observation> => {
			const observation = (await session.poll?.([id], {}))?.get(id);
			if (!observation) throw new Error('A poll must report every requested job');
			return observation;
		};
		return {
			endpoint,
			session,
			look,
			submit: (request = {}, own = nextKey()) =>
				session.submit(
					{ prompt: 'A cat', count: 1, ...request },
					{ idempotencyKey: own, maxWaitMs: 60_000, made: new Map(), paid: (_part, call) => call() },
				),
			generate: (request = {}, own = nextKey()) =>
				make({ prompt: 'A cat', count: 1, ...request }, own, { deadline: inMs(clock, 600_000) }),
			wait: async (snapshot) => {
				const result = await endpoint.jobs.wait(idOf(snapshot), {
					deadline: inMs(clock, 600_000),
					known: snapshot,
				});
				if (!result.ended)
					throw new Error(
						`The job did not end: ` +
							(result.error?.message ?? result.snapshot?.job.status ?? 'nothing is known of it'),
					);
				return result.snapshot;
			},
			until: async (snapshot, status) => {
				for (;;) {
					const observation = await look(idOf(snapshot));
					if (!observation.ok) throw observation.error;
					const { job } = observation.snapshot;
					if (status ? job.status === status : isTerminal(job.status)) return observation.snapshot;
					if (isTerminal(job.status))
						throw new Error(`The job is ${job.status} and was to be ${String(status)}`);
				}
			},
		};
	};
	const calm = (dialect: Dialect, more: Partial<Settings> = {}) => {
		sandbox().reset();
		sandbox().settings({
			dialect,
			requestsPerMinute: 0,
			maxConcurrent: 0,
			jobDurationMs: 40,
			webhookUrl: null,
			...more,
		});
	};
	return { sandbox, calm, open };
}
