import type { ApiAnswer, ApiRequest } from '../../http/apiClient';
import { ImageError } from '../../model/errors';
import { countingCall, enough, submitCall } from '../../test/support/providerCalls';
import { transportOf } from '../../test/support/transport';
import { imageSaasAdapter } from './adapter';

type Reply = { status?: number; body?: unknown } | ImageError;
const config = imageSaasAdapter.endpoint({ baseUrl: 'https://images.example', apiKey: 'img_key' });
const row = (id: string, status = 'SUCCEEDED', more: object = {}) => ({
	id,
	status,
	prompt: 'A',
	mode: 'final',
	resultUrls: status === 'SUCCEEDED' ? [`https://images.example/${id}.png`] : null,
	errorCode: null,
	errorMessage: null,
	createdAt: '2026-01-28T09:36:16.288Z',
	updatedAt: '2026-01-28T09:36:25.123Z',
	...more,
});
const job = (id: string, status = 'SUCCEEDED') => ({
	jobId: id,
	status,
	resultUrls: status === 'SUCCEEDED' ? [`https://images.example/${id}.png`] : [],
	error: null,
});

/** A session whose server answers with `reply`, and the requests that the server received. */
function session(reply: (request: ApiRequest, call: number) => Reply) {
	const asked: ApiRequest[] = [];
	const transport = transportOf(async (request): Promise<ApiAnswer> => {
		asked.push(request);
		const answer = reply(request, asked.length);
		if (answer instanceof ImageError) throw answer;
		return { status: answer.status ?? 200, headers: {}, text: JSON.stringify(answer.body ?? {}) };
	});
	const { poll, cancel, ...rest } = imageSaasAdapter.connect(config, transport);
	if (!poll || !cancel) throw new Error('Image SaaS can be polled and canceled');
	return { ...rest, poll, cancel, asked, paths: () => asked.map(({ method, path }) => `${method} ${path}`) };
}
const listing = (...rows: object[]): Reply => ({ body: { items: rows, hasMore: false } });
const collect = async (jobs: AsyncGenerator<{ job: { id: string | null } }>) => {
	const ids: Array<string | null> = [];
	for await (const {
		job: { id },
	} of jobs)
		ids.push(id);
	return ids;
};

describe('submit', () => {
	it('sends what was asked with its key, and notes both on the job', async () => {
		const { submit, asked } = session(() => ({ status: 202, body: { jobId: 'a', status: 'QUEUED' } }));
		const { signal } = new AbortController();
		const snapshot = await submit({ prompt: 'A cat', count: 2 }, submitCall({ signal }));
		expect(asked).toEqual([
			{
				method: 'POST',
				path: '/v1/images/generate',
				json: { prompt: 'A cat', sampleCount: 2 },
				headers: { 'Idempotency-Key': 'key-1' },
				signal,
			},
		]);
		expect(snapshot).toMatchObject({
			job: { id: 'a', status: 'queued', total: 2, idempotencyKey: 'key-1', completed: null },
			images: [],
		});
	});

	it('is one request that is paid for; what was made before is given without a request', async () => {
		const { submit, paths } = session(() => ({ status: 202, body: { jobId: 'a', status: 'QUEUED' } }));
		const first = countingCall();
		await submit({ prompt: 'A cat', count: 2 }, first.call);
		expect([first.parts, [...first.ids]]).toEqual([[0], [[0, 'a']]]);
		const again = countingCall({ made: new Map([[0, 'a']]), givenUp: enough });
		expect((await submit({ prompt: 'A cat', count: 2 }, again.call)).job).toMatchObject({
			id: 'a',
			total: 2,
			idempotencyKey: 'key-1',
			error: null,
		});
		expect([again.parts, paths()]).toEqual([[], ['POST /v1/images/generate']]);
		await expect(submit({ prompt: 'A cat', count: 2 }, submitCall({ givenUp: enough }))).rejects.toBe(enough);
	});

	it('a replayed key that answers with the end gives the pictures at once', async () => {
		const { submit } = session(() => ({ status: 202, body: job('a') }));
		await expect(submit({ prompt: 'A', count: 1 }, submitCall())).resolves.toMatchObject({
			job: { status: 'succeeded', completed: 1 },
			images: [{ url: 'https://images.example/a.png' }],
		});
	});
});

describe('a poll', () => {
	it('of one job asks for that job', async () => {
		const { poll, paths } = session(() => ({ body: job('a', 'RUNNING') }));
		expect((await poll(['a'], {})).get('a')).toMatchObject({ ok: true, snapshot: { job: { status: 'running' } } });
		expect(paths()).toEqual(['GET /v1/jobs/a']);
	});

	it('of several reads the list, no further than needed', async () => {
		const { poll, asked } = session(() => ({
			body: { items: [row('x'), row('a'), row('b', 'RUNNING'), row('y')], hasMore: true, nextCursor: 'on' },
		}));
		const observations = await poll(['a', 'b'], {});
		expect(
			[...observations].map(([id, observation]) => [id, observation.ok && observation.snapshot.job.status]),
		).toEqual([
			['a', 'succeeded'],
			['b', 'running'],
		]);
		expect(asked.map(({ path, query }) => [path, query])).toEqual([
			['/v1/jobs', { status: undefined, limit: 100, cursor: undefined }],
		]);
	});

	it('asks for what the list lacks one by one, after five pages', async () => {
		let n = 0;
		const { poll, paths } = session(({ path }) =>
			path === '/v1/jobs'
				? {
						body: {
							items: Array.from({ length: 100 }, () => row(`other-${n++}`)),
							hasMore: true,
							nextCursor: `c${n}`,
						},
					}
				: { body: job(path.split('/').at(-1) ?? '', 'RUNNING') },
		);
		expect([...(await poll(['a', 'b'], {})).keys()]).toEqual(['a', 'b']);
		expect(paths()).toEqual([
			...Array.from({ length: 5 }, () => 'GET /v1/jobs'),
			'GET /v1/jobs/a',
			'GET /v1/jobs/b',
		]);
	});

	it('a success that the list shows without pictures is asked for itself', async () => {
		const { poll, paths } = session(({ path }) =>
			path === '/v1/jobs'
				? listing(row('a', 'SUCCEEDED', { resultUrls: null }), row('b', 'RUNNING'))
				: { body: job('a') },
		);
		expect((await poll(['a', 'b'], {})).get('a')).toMatchObject({
			ok: true,
			snapshot: { images: [{ url: 'https://images.example/a.png' }] },
		});
		expect(paths()).toEqual(['GET /v1/jobs', 'GET /v1/jobs/a']);
	});

	it('pictures that the list shows of a running job are not taken for its result', async () => {
		const { poll } = session(() =>
			listing(row('a', 'RUNNING', { resultUrls: ['https://images.example/half.png'] }), row('b', 'RUNNING')),
		);
		expect((await poll(['a', 'b'], {})).get('a')).toMatchObject({
			ok: true,
			snapshot: { job: { completed: null }, images: [] },
		});
	});

	it.each([{ error: 'JOB_NOT_FOUND' }, { error: 'NOT_FOUND', message: 'Job not found' }])(
		'a job that the server does not know (%j) is not found, and no job that waits',
		async (body) => {
			expect((await session(() => ({ status: 404, body })).poll(['gone'], {})).get('gone')).toMatchObject({
				ok: false,
				error: { code: 'notFound', retryable: false },
			});
		},
	);

	it("an unknown job is that job's failure and no other's", async () => {
		const { poll } = session(({ path }) =>
			path === '/v1/jobs' ? listing(row('a')) : { status: 404, body: { error: 'JOB_NOT_FOUND' } },
		);
		const observations = await poll(['a', 'gone'], {});
		expect(observations.get('a')).toMatchObject({ ok: true });
		expect(observations.get('gone')).toMatchObject({ ok: false, error: { code: 'notFound' } });
	});

	it.each([
		['a wrong key', { status: 401, body: { error: 'UNAUTHORIZED' } }, 'auth'],
		['a busy server', { status: 503, body: {} }, 'overloaded'],
		['too many requests', { status: 429, body: {} }, 'rateLimited'],
		['a broken connection', new ImageError('network', { message: 'cut' }), 'network'],
		['a stop', new ImageError('canceled', { message: 'stopped' }), 'canceled'],
	] satisfies Array<[string, Reply, string]>)('%s is not the failure of a single job', async (_what, reply, code) => {
		await expect(session(() => reply).poll(['a'], {})).rejects.toMatchObject({ code });
		await expect(session(() => reply).poll(['a', 'b'], {})).rejects.toMatchObject({ code });
	});

	it('reports the jobs that it could poll, even if others fail', async () => {
		const { poll, paths } = session(({ path }) =>
			path === '/v1/jobs' ? listing(row('a')) : new ImageError('timeout', { message: 'hangs' }),
		);
		const observations = await poll(['a', 'b', 'c'], {});
		expect(observations.get('a')).toMatchObject({ ok: true });
		expect([observations.get('b'), observations.get('c')]).toMatchObject([
			{ ok: false, error: { code: 'timeout' } },
			{ ok: false, error: { code: 'timeout' } },
		]);
		// After the first time-out the remaining jobs are not tried: each poll would hang.
		expect(paths()).toEqual(['GET /v1/jobs', 'GET /v1/jobs/b']);
	});

	it('that was stopped half way is stopped', async () => {
		const { poll } = session(({ path }) =>
			path === '/v1/jobs' ? listing(row('a')) : new ImageError('canceled', { message: 'stopped' }),
		);
		await expect(poll(['a', 'b'], {})).rejects.toMatchObject({ code: 'canceled' });
	});
});

describe('the list', () => {
	const pages = (...list: Array<{ ids: string[]; next?: string; hasMore?: boolean }>) =>
		session((_request, call) => {
			const page = list[call - 1];
			return {
				body: {
					items: (page?.ids ?? []).map((id) => row(id)),
					...(page?.next ? { nextCursor: page.next } : {}),
					...(page?.hasMore === undefined ? {} : { hasMore: page.hasMore }),
				},
			};
		});

	it('follows the cursor and gives each job once although pages overlap', async () => {
		const { listJobs, asked } = pages(
			{ ids: ['a', 'b'], next: 'c1', hasMore: true },
			{ ids: ['b', 'c'], next: 'c2', hasMore: true },
			{ ids: ['c', 'd'] },
		);
		expect(await collect(listJobs({ status: 'SUCCEEDED', pageSize: 2 }, {}))).toEqual(['a', 'b', 'c', 'd']);
		expect(asked.map(({ query }) => query)).toEqual([
			{ status: 'SUCCEEDED', limit: 2, cursor: undefined },
			{ status: 'SUCCEEDED', limit: 2, cursor: 'c1' },
			{ status: 'SUCCEEDED', limit: 2, cursor: 'c2' },
		]);
	});

	it.each([
		['a page without a cursor', [{ ids: ['a'], hasMore: true }], 1],
		['the word that there is no more', [{ ids: ['a'], next: 'c1', hasMore: false }], 1],
		[
			'a page with nothing new',
			[
				{ ids: ['a'], next: 'c1' },
				{ ids: ['a'], next: 'c1' },
			],
			2,
		],
		['an empty page', [{ ids: [], next: 'c1', hasMore: true }], 1],
	])('ends with %s', async (_what, list, calls) => {
		const { listJobs, asked } = pages(...list);
		await collect(listJobs({}, {}));
		expect(asked).toHaveLength(calls);
	});
});

describe('cancel', () => {
	it('asks for the job by its encoded id and gives it as canceled', async () => {
		const { cancel, paths } = session(() => ({ body: { jobId: 'a/b ä', status: 'CANCELED' } }));
		await expect(cancel('a/b ä', {})).resolves.toMatchObject({
			job: { id: 'a/b ä', status: 'canceled', error: { code: 'canceled' } },
		});
		expect(paths()).toEqual(['DELETE /v1/jobs/a%2Fb%20%C3%A4']);
	});

	it('a job that runs already is a conflict', async () => {
		await expect(
			session(() => ({ status: 400, body: { error: 'INVALID_STATE', message: 'RUNNING' } })).cancel('a', {}),
		).rejects.toMatchObject({ code: 'conflict', retryable: false });
	});
});

it('the error of an answer with another shape says what is wrong and where', async () => {
	await expect(session(() => ({ body: { items: {} } })).poll(['a', 'b'], {})).rejects.toMatchObject({
		code: 'malformedResponse',
		retryable: true,
		message: expect.stringContaining('The job list has an unexpected shape at items') as string,
	});
	await expect(
		session(() => ({ body: { status: 'ok', timestamp: '2026-01-28T10:00:00.000Z' } })).client.health({}),
	).resolves.toMatchObject({ status: 'ok' });
	await expect(session(() => ({ body: {} })).client.health({})).rejects.toMatchObject({ code: 'malformedResponse' });
});
