import type { ApiAnswer } from '../http/apiClient';
import { capabilities } from '../providers/imageSaas/capabilities';
import type { Observation, ProviderAdapter, ProviderDefinition } from '../providers/provider';
import { fakeEndpoint, snapshotOf } from '../test/support/fakeEndpoint';
import { transportOf } from '../test/support/transport';
import { VirtualClock } from '../test/support/virtualClock';
import { Endpoint } from './endpoint';

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

interface Load {
	jobs: number;
	inFlight: number;
	/** Mean of the jobs' time, ms; each takes up to half more or less. */
	meanMs: number;
}

/** Many jobs over one endpoint in virtual time, each submitted and waited for; a request takes 5 ms. */
async function simulate({ jobs, inFlight, meanMs }: Load) {
	const clock = new VirtualClock(0);
	const random = seeded(7);
	const durations = Array.from({ length: jobs }, () => meanMs * (0.5 + random()));
	const endsAt = new Map<string, number>();
	let requests = 0;
	const adapter: ProviderAdapter = {
		endpoint: () => config,
		connect: (_config, transport) => ({
			submit: async () => {
				await transport.send({ method: 'POST', path: '/submit' });
				const id = `job-${endsAt.size}`;
				endsAt.set(id, clock.now() + (durations[endsAt.size] ?? 0));
				return snapshotOf(id, 'queued', { createdAt: new Date(clock.now()).toISOString() });
			},
			poll: async (ids) => {
				await transport.send({ method: 'GET', path: '/poll' });
				return new Map(ids.map((id): [string, Observation] => [id, { ok: true, snapshot: snapshotOf(id, clock.now() >= (endsAt.get(id) ?? 0) ? 'succeeded' : 'running') }]));
			},
		}),
	};
	const config = { baseUrl: 'http://fake.example', headers: {}, secrets: [], limits: { requestsPerMinute: null, jobsInFlight: inFlight }, allowedHosts: [] };
	const provider: ProviderDefinition = { id: 'fake', displayName: 'Fake', credential: 'fakeApi', keyField: 'key', capabilities: { ...capabilities, poll: 'bulk' }, load: async () => adapter };
	const transport = transportOf(async (): Promise<ApiAnswer> => {
		requests++;
		await clock.sleep(5);
		return { status: 200, headers: {}, text: '' };
	});
	const endpoint = new Endpoint(provider, adapter, config, { clock, random, transport: () => transport });
	const deadline = Number.MAX_SAFE_INTEGER;
	const delays: number[] = [];
	await clock.until(
		Promise.all(durations.map(async (duration, n) => {
			const { job } = await endpoint.submit({ prompt: 'A cat', count: 1 }, { idempotencyKey: String(n), deadline });
			await endpoint.wait(job.id ?? '', { deadline });
			delays.push((clock.now() - (endsAt.get(job.id ?? '') ?? 0)) / duration);
		})),
		deadline,
	);
	const bound = durations.reduce((sum, duration) => sum + duration, 0) / inFlight;
	return { makespan: clock.now() / bound, requestsPerJob: requests / jobs, medianDelay: delays.sort((a, b) => a - b)[Math.floor(jobs / 2)] ?? 0 };
}

it.each([2_000, 20_000])('two hundred jobs of about %i ms, five at a time, polled alone: near what blind polling can reach', async (meanMs) => {
	const { makespan, requestsPerJob, medianDelay } = await simulate({ jobs: 200, inFlight: 5, meanMs });
	// Blind bulk polling of c jobs cannot beat delay × extra requests a job = 1 / 2c: a tenth here.
	expect(medianDelay * (requestsPerJob - 1)).toBeLessThanOrEqual(0.15);
	expect(medianDelay).toBeLessThan(0.12);
	expect(makespan).toBeLessThan(1.14);
	expect(requestsPerJob).toBeLessThan(2.6);
}, 60_000);

it('with many in flight a look serves them all', async () => {
	expect((await simulate({ jobs: 400, inFlight: 50, meanMs: 2_000 })).requestsPerJob).toBeLessThan(1.25);
}, 60_000);

const forever = { deadline: Number.POSITIVE_INFINITY };

it('what jobs take is learned: nobody looks before one can have ended', async () => {
	const { clock, endpoint, submit, log } = fakeEndpoint({ jobMs: 60_000 });
	const once = async (key: string) => {
		const { job } = await clock.until(submit(key));
		await clock.until(endpoint.wait(job.id ?? '', forever));
	};
	await once('first');
	const atFirst = log.polls;
	for (let n = 0; n < 8; n++) await once(`job ${n}`);
	const before = log.polls;
	await once('last');
	expect(atFirst).toBeGreaterThan(15);
	expect(log.polls - before).toBeLessThanOrEqual(3);
});

it('an end that is seen long after it was teaches nothing', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({ jobMs: 1_000 });
	for (let n = 0; n < 10; n++) {
		const { job } = await clock.until(submit(`late ${n}`));
		await clock.advance(300_000);
		await clock.until(endpoint.wait(job.id ?? '', forever));
	}
	const { job } = await clock.until(submit('now'));
	const began = clock.now();
	await clock.until(endpoint.wait(job.id ?? '', forever));
	expect(clock.now() - began).toBeLessThanOrEqual(1_600);
});

it('who begins to wait late does not wait for the earliest end once more', async () => {
	const { clock, endpoint, submit } = fakeEndpoint({ jobMs: 60_000 });
	for (let n = 0; n < 8; n++) {
		const { job } = await clock.until(submit(`job ${n}`));
		await clock.until(endpoint.wait(job.id ?? '', forever));
	}
	const { job } = await clock.until(submit('late'));
	const began = clock.now();
	await clock.advance(50_000);
	await clock.until(endpoint.wait(job.id ?? '', forever));
	expect(clock.now() - began).toBeLessThanOrEqual(60_000 * 1.25);
});
