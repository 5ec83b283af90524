import type { ApiAnswer } from '../http/apiClient';
import { ImageError } from '../model/errors';
import type { JobSnapshot, JobStatus } from '../model/job';
import type { Capabilities, Observation, ProviderAdapter, ProviderDefinition } from '../providers/provider';
import { capabilities } from '../providers/imageSaas/capabilities';
import { settle, VirtualClock } from '../test/support/virtualClock';
import { Endpoint } from './endpoint';

const snapshot = (id: string, status: JobStatus): JobSnapshot => ({
	job: { provider: 'fake', id, status, progress: null, total: null, completed: status === 'succeeded' ? 1 : null, error: null, idempotencyKey: null, createdAt: null, updatedAt: null },
	images: [],
	raw: null,
});

interface Fake {
	jobsInFlight?: number | null;
	requestsPerMinute?: number | null;
	can?: Partial<Capabilities>;
	/** How long a job runs. */
	jobMs?: number;
	/** What submits answer in turn before they succeed. */
	refusals?: ImageError[];
	status?: (path: string) => number;
}

/** An endpoint over a provider that lives in the test: jobs end by the clock. */
function fake({ jobsInFlight = null, requestsPerMinute = null, can = {}, jobMs = 1_000, refusals = [], status = () => 200 }: Fake = {}) {
	const clock = new VirtualClock(0);
	const submits: Array<{ key: string; at: number; prompt: string }> = [];
	const endsAt = new Map<string, number>();
	const running = () => [...endsAt.values()].filter((at) => at > clock.now()).length;
	const log = { mostAtOnce: 0, polls: 0 };
	const adapter: ProviderAdapter = {
		endpoint: () => config,
		connect: (_config, transport) => ({
			submit: async (request, { idempotencyKey, signal }) => {
				await transport.send({ method: 'POST', path: '/submit', signal });
				submits.push({ key: idempotencyKey, at: clock.now(), prompt: request.prompt });
				const refusal = refusals.shift();
				if (refusal) throw refusal;
				const id = `job-${endsAt.size + 1}`;
				endsAt.set(id, clock.now() + jobMs);
				log.mostAtOnce = Math.max(log.mostAtOnce, running());
				return snapshot(id, 'queued');
			},
			poll: async (ids, { signal }) => {
				await transport.send({ method: 'GET', path: '/poll', signal });
				log.polls++;
				return new Map(ids.map((id): [string, Observation] => [id, { ok: true, snapshot: snapshot(id, clock.now() >= (endsAt.get(id) ?? Number.POSITIVE_INFINITY) ? 'succeeded' : 'running') }]));
			},
			cancel: async (id) => snapshot(id, 'canceled'),
		}),
	};
	const config = { baseUrl: 'http://fake.example', headers: {}, secrets: [], limits: { requestsPerMinute, jobsInFlight }, allowedHosts: [] };
	const provider: ProviderDefinition = { id: 'fake', displayName: 'Fake', credential: 'fakeApi', capabilities: { ...capabilities, ...can }, load: async () => adapter };
	const sent: Array<{ path: string; at: number }> = [];
	const transport = {
		send: async ({ path }: { path: string }): Promise<ApiAnswer> => {
			sent.push({ path, at: clock.now() });
			return { status: status(path), headers: { 'retry-after': '7' }, text: '' };
		},
	};
	const endpoint = new Endpoint(provider, adapter, config, { clock, random: () => 0, transport: () => transport });
	const submit = (key: string, more: { prompt?: string; signal?: AbortSignal; deadline?: number } = {}) => endpoint.submit({ prompt: more.prompt ?? 'A cat', count: 1 }, { idempotencyKey: key, signal: more.signal, deadline: more.deadline ?? 3_600_000 });
	return { clock, endpoint, submit, submits, sent, log };
}

const cut = () => new ImageError('network', { message: 'cut', delivery: 'ambiguous' });

it('a request that cannot be is refused before anything is sent', async () => {
	const { endpoint, sent } = fake();
	await expect(endpoint.submit({ prompt: '', count: 1 }, { idempotencyKey: 'k', deadline: 1 })).rejects.toMatchObject({ code: 'invalidRequest' });
	expect(sent).toEqual([]);
});

it('the same key at once is sent once, and both get the same job', async () => {
	const { clock, submit, submits } = fake();
	const [a, b] = await clock.until(Promise.all([submit('k'), submit('k')]));
	expect(a.job.id).toBe(b.job.id);
	expect(submits).toHaveLength(1);
});

it('the same key a while later gives the job it made', async () => {
	const { clock, submit, submits } = fake();
	const first = await clock.until(submit('k'));
	await clock.advance(9 * 60_000);
	const second = await clock.until(submit('k'));
	expect(second.job.id).toBe(first.job.id);
	expect(submits).toHaveLength(1);
});

it('a key that was refused is free to be sent again', async () => {
	const { clock, submit, submits } = fake({ refusals: [new ImageError('auth', { message: '401' })] });
	await expect(clock.until(submit('k'))).rejects.toMatchObject({ code: 'auth' });
	await expect(clock.until(submit('k'))).resolves.toBeDefined();
	expect(submits).toHaveLength(2);
});

it('a lost answer is asked for again under the same key, more than a second later', async () => {
	const { clock, submit, submits } = fake({ refusals: [cut()] });
	await clock.until(submit('k'));
	expect(submits.map(({ key }) => key)).toEqual(['k', 'k']);
	expect((submits[1]?.at ?? 0) - (submits[0]?.at ?? 0)).toBeGreaterThan(1_000);
});

it.each(['none', 'lookup'] as const)('without a key of the provider\'s own (%s) a lost answer is not sent again, and the error says that it may be paid', async (idempotency) => {
	const { clock, submit, submits } = fake({ refusals: [cut()], can: { idempotency } });
	await expect(clock.until(submit('k'))).rejects.toMatchObject({ code: 'network', message: expect.stringContaining('may have been made'), hint: expect.stringContaining('paid already') });
	expect(submits).toHaveLength(1);
});

it('what was never sent is sent again whatever the provider', async () => {
	const { clock, submit, submits } = fake({ refusals: [new ImageError('network', { message: 'nothing listens', delivery: 'notSent' })], can: { idempotency: 'none' } });
	await expect(clock.until(submit('k'))).resolves.toBeDefined();
	expect(submits).toHaveLength(2);
});

it('never more jobs are in flight than allowed, and all get their turn though nobody waits for any', async () => {
	const { clock, submit, log } = fake({ jobsInFlight: 3, jobMs: 5_000 });
	const all = await clock.until(Promise.all(Array.from({ length: 12 }, (_, n) => submit(`k${n}`))));
	expect(new Set(all.map(({ job }) => job.id)).size).toBe(12);
	expect(log.mostAtOnce).toBe(3);
	expect(log.polls).toBeLessThan(50);
});

it('who waits for a slot past the deadline is told what holds it up', async () => {
	const { clock, submit } = fake({ jobsInFlight: 1, jobMs: 3_600_000 });
	await clock.until(submit('a'));
	await expect(clock.until(submit('b', { deadline: clock.now() + 30_000 }))).rejects.toMatchObject({ code: 'rateLimited', message: expect.stringContaining('1 are in flight'), delivery: 'notSent' });
});

it('who stops waiting for a slot is told at once and leaves it to the next', async () => {
	const { clock, submit } = fake({ jobsInFlight: 1, jobMs: 5_000 });
	await clock.until(submit('a'));
	const stop = new AbortController();
	const gone = submit('b', { signal: stop.signal });
	const next = submit('c');
	await settle();
	stop.abort();
	await expect(gone).rejects.toMatchObject({ code: 'canceled' });
	await expect(clock.until(next)).resolves.toBeDefined();
});

it('being told to slow down slows every request of the endpoint', async () => {
	let told = false;
	const { clock, endpoint, sent } = fake({ status: () => (told ? 200 : 429) });
	await clock.until(endpoint.look(['job-1']));
	told = true;
	const before = clock.now();
	await clock.until(endpoint.look(['job-2']));
	expect((sent[1]?.at ?? 0) - before).toBe(7_000);
});

it('what is learned by a webhook ends the wait and frees the slot', async () => {
	const { clock, endpoint, submit } = fake({ jobsInFlight: 1, jobMs: 3_600_000 });
	const { job } = await clock.until(submit('a'));
	const wait = endpoint.wait(job.id ?? '', { deadline: Number.POSITIVE_INFINITY });
	const next = submit('b');
	await settle();
	endpoint.observe(snapshot(job.id ?? '', 'succeeded'));
	await expect(wait).resolves.toMatchObject({ ended: true });
	await expect(clock.until(next)).resolves.toBeDefined();
});

it('a canceled job frees its slot', async () => {
	const { clock, endpoint, submit } = fake({ jobsInFlight: 1, jobMs: 3_600_000 });
	const { job } = await clock.until(submit('a'));
	await clock.until(endpoint.cancel(job.id ?? ''));
	await expect(clock.until(submit('b'), 60_000)).resolves.toBeDefined();
});

it('when a job was made is known even where the provider does not say', async () => {
	const { clock, submit } = fake();
	expect((await clock.until(submit('a'))).job.createdAt).toBe(new Date(0).toISOString());
});
