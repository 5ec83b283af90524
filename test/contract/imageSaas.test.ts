import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { createDownloader } from '../../http/downloader';
import { defaultImageLimits, receiveImage } from '../../images/receive';
import { systemClock } from '../../jobs/clock';
import { Endpoint } from '../../jobs/endpoint';
import { createApiClient } from '../../http/apiClient';
import type { JobSnapshot } from '../../model/job';
import type { ImageRequest } from '../../model/request';
import { imageSaasAdapter, type ImageSaasSession } from '../../providers/imageSaas/adapter';
import { imageSaas } from '../../providers/imageSaas/definition';
import { imageSaasWebhook } from '../../providers/imageSaas/webhook';
import { loopback } from '../support/loopback';
import { type Sandbox, type Settings, startImageSaasSandbox } from '../../sandbox';

const apiKey = 'img_test_dev_123456789';
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startImageSaasSandbox();
});
afterAll(() => sandbox.close());

describe.each(['document', 'real'] as const)('Image SaaS in dialect %s', (dialect) => {
	const calm: Partial<Settings> = { dialect, requestsPerMinute: 0, maxConcurrent: 0, jobDurationMs: 40, webhookUrl: null };
	beforeEach(() => {
		sandbox.reset();
		sandbox.settings(calm);
	});

	/** A new endpoint each time, so that no test remembers another's keys. */
	const open = (key = apiKey, timeoutMs?: number): { endpoint: Endpoint<ImageSaasSession>; session: ImageSaasSession } => {
		const config = imageSaasAdapter.endpoint({ baseUrl: sandbox.url, apiKey: key, requestsPerMinute: 0, jobsInFlight: 0 });
		const endpoint = new Endpoint(imageSaas, imageSaasAdapter, config, {
			clock: systemClock,
			random: () => 0,
			transport: (given) => {
				const client = createApiClient(given);
				return { send: (request) => client.send({ ...request, ...(timeoutMs ? { timeoutMs } : {}) }) };
			},
		});
		return { endpoint, session: endpoint.session };
	};
	let keys = 0;
	const submit = (session: ImageSaasSession, request: Partial<ImageRequest> = {}, key = `key-${++keys}`) => session.submit({ prompt: 'A cat', count: 1, ...request }, { idempotencyKey: key });
	const finish = async (endpoint: Endpoint<ImageSaasSession>, snapshot: JobSnapshot) => await endpoint.wait(snapshot.job.id ?? '', { deadline: Date.now() + 20_000, known: snapshot });
	const inDialect = <T>(document: T, real: T) => (dialect === 'document' ? document : real);

	it('says that it is healthy, without a key', async () => {
		await expect(open('img_wrong').session.client.health({})).resolves.toMatchObject({ status: 'ok' });
	});

	it('gets exactly what was asked for', async () => {
		const { session } = open();
		await submit(session, { prompt: 'Ein Fuchs 🦊 灯塔 "quoted"\nnew line', count: 4, aspectRatio: '21:9', resolution: '4K', references: [{ kind: 'url', url: 'https://example.com/a.png' }], extras: { mode: 'draft' } }, 'my-key');
		expect(sandbox.books().jobs[0]).toMatchObject({ idempotencyKey: 'my-key', request: { prompt: 'Ein Fuchs 🦊 灯塔 "quoted"\nnew line', sampleCount: 4, aspectRatio: '21:9', resolution: '4K', inputImageUrl: 'https://example.com/a.png', mode: 'draft' } });
		await submit(session);
		expect(sandbox.books().jobs.find(({ idempotencyKey }) => idempotencyKey !== 'my-key')?.request).toEqual({ prompt: 'A cat' });
	});

	it('gives a job that goes from queued to its pictures', async () => {
		const { endpoint, session } = open();
		const snapshot = await submit(session, { count: 3 });
		expect(snapshot.job).toMatchObject({ provider: 'imageSaas', status: 'queued', total: 3 });
		const result = await finish(endpoint, snapshot);
		expect(result).toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded', progress: 100, total: 3, completed: 3, error: null }, images: [{ index: 0 }, { index: 1 }, { index: 2 }] } });
	});

	it.each([
		['PROVIDER_ERROR', 'upstream'],
		['SERVICE_OVERLOAD', 'overloaded'],
		['UNKNOWN_ERROR', 'upstream'],
		['INVALID_REQUEST', 'invalidRequest'],
	])('a job that fails with %s says so as %s, in get and in the list', async (code, expected) => {
		const { endpoint, session } = open();
		const snapshots = [await submit(session, { prompt: `Bad [fail:${code}]` }), await submit(session, { prompt: `Bad too [fail:${code}]` })];
		for (const snapshot of snapshots) await expect(finish(endpoint, snapshot)).resolves.toMatchObject({ snapshot: { job: { status: 'failed', error: { code: expected } } } });
		for (const ids of [snapshots.slice(0, 1), snapshots].map((list) => list.map(({ job }) => job.id ?? ''))) {
			for (const observation of (await session.poll?.(ids, {}))?.values() ?? []) expect(observation).toMatchObject({ ok: true, snapshot: { job: { status: 'failed', error: { code: expected } } } });
		}
	});

	it('a job that is retried goes on and succeeds', async () => {
		const { endpoint, session } = open();
		await expect(finish(endpoint, await submit(session, { prompt: 'Again [retry:2]' }))).resolves.toMatchObject({ snapshot: { job: { status: 'succeeded' } } });
	});

	it('the same key makes one job and is billed once, also when it comes again after the end', async () => {
		const first = open();
		const snapshot = await submit(first.session, {}, 'one');
		await finish(first.endpoint, snapshot);
		const again = await submit(open().session, {}, 'one');
		expect(again.job.id).toBe(snapshot.job.id);
		expect(again.job.status).toBe(inDialect('queued', 'succeeded'));
		expect(sandbox.books().jobs).toHaveLength(1);
		// The real server runs a key twice that comes again within a second; an endpoint never sends one so soon.
		expect(sandbox.books().generationsBilled).toBe(inDialect(1, 2));
	});

	it('an endpoint that is asked twice for a key is billed once', async () => {
		const { endpoint } = open();
		const ask = () => endpoint.submit({ prompt: 'A', count: 1 }, { idempotencyKey: 'twice', deadline: Date.now() + 10_000 });
		const [first] = await Promise.all([ask(), ask()]);
		await finish(endpoint, first);
		await ask();
		expect(sandbox.books().requests['POST /v1/images/generate']).toBe(1);
		expect(sandbox.books().generationsBilled).toBe(1);
	});

	it('every job is listed once, whatever the size of a page', async () => {
		const { session } = open();
		for (let n = 0; n < 12; n++) await submit(session);
		for (const pageSize of [2, 5, 100]) {
			const ids: Array<string | null> = [];
			for await (const { job } of session.listJobs({ pageSize }, {})) ids.push(job.id);
			expect(ids).toHaveLength(12);
			expect(new Set(ids).size).toBe(12);
		}
	});

	it('a page of one row ends the list where the server never gets on', async () => {
		const { session } = open();
		for (let n = 0; n < 3; n++) await submit(session);
		const ids: Array<string | null> = [];
		for await (const { job } of session.listJobs({ pageSize: 1 }, {})) ids.push(job.id);
		expect(ids).toHaveLength(inDialect(3, 1));
	});

	it('the list can be narrowed to a status', async () => {
		const { endpoint, session } = open();
		const bad = await submit(session, { prompt: 'Bad [fail:PROVIDER_ERROR]' });
		await submit(session, { prompt: 'Waits [queue]' });
		await finish(endpoint, bad);
		const ids: Array<string | null> = [];
		for await (const { job } of session.listJobs({ status: 'FAILED' }, {})) ids.push(job.id);
		expect(ids).toEqual([bad.job.id]);
	});

	it('forty jobs are asked after in one request', async () => {
		const { session } = open();
		const ids: string[] = [];
		for (let n = 0; n < 40; n++) ids.push((await submit(session)).job.id ?? '');
		const observations = await session.poll?.(ids, {});
		expect([...(observations?.keys() ?? [])].sort()).toEqual([...ids].sort());
		expect(sandbox.books().requests['GET /v1/jobs']).toBe(1);
	});

	it('a queued job is canceled, a running one is not', async () => {
		const { session } = open();
		const queued = await submit(session, { prompt: 'Waits [queue]' });
		await expect(session.cancel?.(queued.job.id ?? '', {})).resolves.toMatchObject({ job: { status: 'canceled' } });
		const { endpoint } = open();
		const ended = await submit(session);
		await finish(endpoint, ended);
		await expect(session.cancel?.(ended.job.id ?? '', {})).rejects.toMatchObject({ code: 'conflict' });
	});

	it('a wrong key is auth', async () => {
		await expect(submit(open('img_wrong').session)).rejects.toMatchObject({ code: 'auth', httpStatus: 401, retryable: false });
	});

	it('an unknown job is notFound', async () => {
		const observations = await open().session.poll?.(['cm00000000000000000000000'], {});
		expect([...(observations?.values() ?? [])]).toMatchObject([{ ok: false, error: { code: 'notFound' } }]);
	});

	it('a malformed id is an error and not asked after for ever', async () => {
		const { endpoint } = open();
		await expect(endpoint.wait('../../admin', { deadline: Date.now() + 20_000 })).rejects.toMatchObject({ code: inDialect('notFound', 'upstream') });
	}, 30_000);

	it('over the limits it is told to slow down, or the job waits by itself', async () => {
		sandbox.settings({ maxConcurrent: 1, jobDurationMs: 300 });
		const { endpoint, session } = open();
		const first = await submit(session);
		if (dialect === 'document') await expect(submit(session)).rejects.toMatchObject({ code: 'rateLimited', retryable: true });
		else await expect(finish(endpoint, await submit(session))).resolves.toMatchObject({ snapshot: { job: { status: 'succeeded' } } });
		await finish(endpoint, first);
	}, 30_000);

	it.each([
		['seconds', () => 2],
		// To the second: between two and three from now.
		['a date', () => new Date(Date.now() + 3_000).toUTCString()],
	])('429 with Retry-After as %s is waited out', async (_form, retryAfter) => {
		sandbox.fault({ route: 'generate', kind: '429', retryAfter: retryAfter() });
		const { endpoint } = open();
		const before = Date.now();
		await expect(endpoint.submit({ prompt: 'A', count: 1 }, { idempotencyKey: 'k', deadline: Date.now() + 20_000 })).resolves.toMatchObject({ job: { status: 'queued' } });
		expect(Date.now() - before).toBeGreaterThanOrEqual(1_900);
		expect(sandbox.books().requests['POST /v1/images/generate']).toBe(2);
	}, 20_000);

	it.each(['503', 'reset', 'resetAfterAccept', 'malformed', 'truncated', 'wrongShape'] as const)('a submit that meets %s makes one job and is billed once', async (kind) => {
		sandbox.fault({ route: 'generate', kind });
		const { endpoint } = open();
		const snapshot = await endpoint.submit({ prompt: 'A', count: 1 }, { idempotencyKey: 'k', deadline: Date.now() + 20_000 });
		await expect(finish(endpoint, snapshot)).resolves.toMatchObject({ snapshot: { job: { status: 'succeeded' } } });
		expect(sandbox.books().jobs).toHaveLength(1);
		expect(sandbox.books().generationsBilled).toBe(1);
	}, 20_000);

	it.each(['503', 'reset', 'malformed', 'truncated', 'wrongShape', 'huge', '429'] as const)('a look that meets %s is made again', async (kind) => {
		const { endpoint, session } = open();
		const snapshot = await submit(session);
		sandbox.fault({ route: 'get', kind });
		await expect(finish(endpoint, snapshot)).resolves.toMatchObject({ ended: true, snapshot: { job: { status: 'succeeded' } } });
	}, 20_000);

	it('the pictures are downloaded and can be decoded, at the size that was asked for', async () => {
		const { endpoint, session } = open();
		const result = await finish(endpoint, await submit(session, { count: 2, aspectRatio: '9:16', resolution: '2K' }));
		const downloader = createDownloader({ allowedHosts: ['127.0.0.1'], allowedRanges: [], blockedHosts: [], blockedRanges: [] });
		expect(result.snapshot?.images).toHaveLength(2);
		for (const { url } of result.snapshot?.images ?? []) {
			const { stream } = await downloader.open(url ?? '', { maxBytes: 10_000_000, timeoutMs: 10_000 });
			const { stored, facts } = await receiveImage(stream, defaultImageLimits, 'sandbox', buffer);
			expect(await sharp(stored).stats()).toBeDefined();
			expect([facts.width, facts.height]).toEqual([1152, 2048]);
		}
	}, 20_000);

	it('what the server announces is verified and read, and what it did not sign is not', async () => {
		const deliveries: Array<{ body: Buffer; headers: IncomingHttpHeaders }> = [];
		const receiver = await loopback((request, response) => {
			void buffer(request).then((body) => {
				deliveries.push({ body, headers: request.headers });
				response.end();
			});
		});
		sandbox.settings({ webhookUrl: receiver.url });
		const { endpoint, session } = open();
		const done = await submit(session, { prompt: 'Good' });
		await finish(endpoint, done);
		const bad = await submit(session, { prompt: 'Bad [fail:PROVIDER_ERROR]' });
		await finish(endpoint, bad);
		while (deliveries.length < 2) await new Promise((resolve) => setImmediate(resolve));
		await receiver.close();
		const told = deliveries.map(({ body, headers }) => {
			expect(imageSaasWebhook.verify(body, headers, 'whsec_sandbox')).toBe(true);
			expect(imageSaasWebhook.verify(body, headers, 'whsec_other')).toBe(false);
			return imageSaasWebhook.read(body);
		});
		expect(told.find(({ snapshot }) => snapshot.job.id === done.job.id)).toMatchObject({ snapshot: { job: { status: 'succeeded' }, images: [{ index: 0 }] } });
		expect(told.find(({ snapshot }) => snapshot.job.id === bad.job.id)).toMatchObject({ snapshot: { job: { status: 'failed', error: { code: 'upstream' } } } });
		expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(2);
	}, 20_000);

	it('a server that hangs is a time-out', async () => {
		sandbox.fault({ route: 'generate', kind: 'hang' });
		await expect(submit(open(apiKey, 200).session)).rejects.toMatchObject({ code: 'timeout', delivery: 'ambiguous' });
	});
});
