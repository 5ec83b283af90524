import { capabilities } from '../../providers/imageSaas/capabilities';
import { jobStatusWords } from '../../providers/imageSaas/statusWords';
import { DEFAULT_TENANT } from '../../sandbox';
import { dialects, useSandbox } from '../support/imageSaasContract';
import { never } from '../../jobs/runtime/clock';

const { sandbox, calm, open } = useSandbox();

describe.each(dialects)('Image SaaS in dialect %s', (dialect) => {
	beforeEach(() => calm(dialect));
	const inDialect = <T>(document: T, real: T) => (dialect === 'document' ? document : real);

	it('reports its health without a key', async () => {
		await expect(open({ key: 'img_wrong' }).session.client.health({})).resolves.toMatchObject({
			status: 'ok',
			timestamp: expect.any(String) as string,
		});
	});

	it('receives exactly the requested fields', async () => {
		const { submit } = open();
		await submit(
			{
				prompt: 'Ein Fuchs 🦊 灯塔 "quoted"\nnew line',
				count: 4,
				aspectRatio: '21:9',
				resolution: '4K',
				references: [{ kind: 'url', url: 'https://example.com/a.png' }],
				extras: { mode: 'draft' },
			},
			'my-key',
		);
		expect(sandbox().books().jobs[0]).toMatchObject({
			tenant: DEFAULT_TENANT,
			idempotencyKey: 'my-key',
			request: {
				prompt: 'Ein Fuchs 🦊 灯塔 "quoted"\nnew line',
				sampleCount: 4,
				aspectRatio: '21:9',
				resolution: '4K',
				inputImageUrl: 'https://example.com/a.png',
				mode: 'draft',
			},
		});
		await submit();
		expect(
			sandbox()
				.books()
				.jobs.find(({ idempotencyKey }) => idempotencyKey !== 'my-key')?.request,
		).toEqual({ prompt: 'A cat' });
	});

	it('accepts every value that the editor offers', async () => {
		const { submit } = open();
		for (const aspectRatio of capabilities.aspectRatios) await submit({ aspectRatio });
		for (const resolution of capabilities.resolutions) await submit({ resolution });
		for (const { value } of capabilities.extras.flatMap((extra) => (extra.type === 'options' ? extra.options : [])))
			await submit({ extras: { mode: value } });
		for (let count = 1; count <= capabilities.maxCount; count++) await submit({ count });
		expect(sandbox().books().jobs).toHaveLength(
			capabilities.aspectRatios.length + capabilities.resolutions.length + 2 + capabilities.maxCount,
		);
	});

	it('gives a job that passes all states from queued to its pictures', async () => {
		const { generate, wait } = open();
		const snapshot = await generate({ count: 3 });
		expect(snapshot.job).toMatchObject({ provider: 'imageSaas', status: 'queued', total: 3 });
		expect(await wait(snapshot)).toMatchObject({
			job: {
				status: 'succeeded',
				progress: 100,
				total: 3,
				completed: 3,
				error: null,
				idempotencyKey: snapshot.job.idempotencyKey,
			},
			images: [{ index: 0 }, { index: 1 }, { index: 2 }],
		});
	});

	it('a job is seen queued, running and succeeded, and shows no picture before its end', async () => {
		const { submit, until, session } = open();
		const snapshot = await submit({ prompt: 'Slow [queue:150][slow:300]', count: 2 });
		for (const status of ['queued', 'running'] as const)
			expect(await until(snapshot, status)).toMatchObject({
				images: [],
				job: { completed: null, progress: null },
			});
		// The list of the real server shows pictures while the job runs. They are not the result yet.
		for await (const listed of session.listJobs({}, {})) expect(listed.images).toEqual([]);
		expect((await until(snapshot)).images).toHaveLength(2);
	});

	it.each([
		['PROVIDER_ERROR', 'upstream', true],
		['SERVICE_OVERLOAD', 'overloaded', true],
		['UNKNOWN_ERROR', 'upstream', true],
		['INVALID_REQUEST', 'invalidRequest', false],
		['SAFETY', 'contentRejected', false],
		['BRAND_NEW_CODE', 'upstream', true],
	])('a job that fails with %s says so as %s, in get and in the list', async (code, expected, retryable) => {
		const { submit, until, session } = open();
		const snapshots = [
			await submit({ prompt: `Bad [fail:${code}]` }),
			await submit({ prompt: `Bad too [fail:${code}]` }),
		];
		const failed = {
			job: {
				status: 'failed',
				completed: null,
				error: { code: expected, retryable, message: expect.stringContaining(code) as string },
			},
			images: [],
		};
		for (const snapshot of snapshots) expect(await until(snapshot)).toMatchObject(failed);
		const observations = [
			...((
				await session.poll?.(
					snapshots.map(({ job }) => job.id ?? ''),
					{},
				)
			)?.values() ?? []),
		];
		expect(observations).toMatchObject([
			{ ok: true, snapshot: failed },
			{ ok: true, snapshot: failed },
		]);
		expect(sandbox().books().generationsBilled).toBe(0);
	});

	it('a retried job reports it, continues and succeeds', async () => {
		const { submit, until } = open();
		const snapshot = await submit({ prompt: 'Again [retry:2][slow:200]' });
		expect((await until(snapshot, 'retrying')).job).toMatchObject({ error: null });
		await until(snapshot, 'running');
		expect((await until(snapshot)).job.status).toBe('succeeded');
	});

	it('the same key makes one job, also after its end', async () => {
		const { submit, until } = open();
		const snapshot = await submit({}, 'one');
		await until(snapshot);
		const again = await open().submit({ prompt: 'Another prompt' }, 'one');
		expect(again.job).toMatchObject({ id: snapshot.job.id, status: inDialect('queued', 'succeeded') });
		expect(again.images).toHaveLength(inDialect(0, 1));
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it('an endpoint that is asked twice for a key sends it once and is billed once', async () => {
		const { generate, wait, endpoint } = open();
		const [first, second] = await Promise.all([generate({}, 'twice'), generate({}, 'twice')]);
		expect(second.job.id).toBe(first.job.id);
		await wait(first);
		await generate({}, 'twice');
		expect(sandbox().books().requests['POST /v1/images/generate']).toBe(1);
		expect(sandbox().books().generationsBilled).toBe(1);
		await expect(endpoint.pollOnce([first.job.id ?? ''])).resolves.toBeDefined();
	});

	it('another key makes another job', async () => {
		const { submit } = open();
		expect((await submit({}, 'a')).job.id).not.toBe((await submit({}, 'b')).job.id);
	});

	it('a canceled job keeps its key', async () => {
		const { submit, endpoint } = open();
		const { job } = await submit({ prompt: 'Waits [queue]' }, 'spent');
		await endpoint.cancel(job.id ?? '');
		expect((await open().submit({}, 'spent')).job.id).toBe(job.id);
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it.each([
		['queued', 'Waits [queue]'],
		['retrying', 'Again [retry:1][slow:400]'],
	] as const)('a job that is %s can be canceled', async (status, prompt) => {
		const { submit, until, endpoint } = open();
		const snapshot = await until(await submit({ prompt }), status);
		await expect(endpoint.cancel(snapshot.job.id ?? '')).resolves.toMatchObject({
			job: { status: 'canceled', error: { code: 'canceled' } },
		});
		expect((await until(snapshot)).job.status).toBe('canceled');
		expect(sandbox().books().generationsBilled).toBe(0);
	});

	it.each([
		['running', 'Runs [hang]', 'running'],
		['succeeded', 'A cat', 'succeeded'],
		['failed', 'Bad [fail:PROVIDER_ERROR]', 'failed'],
	] as const)('a job that is %s cannot, and stays as it is', async (_word, prompt, status) => {
		const { submit, until, endpoint } = open();
		const snapshot = await until(await submit({ prompt }), status);
		await expect(endpoint.cancel(snapshot.job.id ?? '')).rejects.toMatchObject({
			code: 'conflict',
			httpStatus: 400,
			retryable: false,
		});
		expect((await until(snapshot, status)).job.status).toBe(status);
	});

	it('a wrong key is auth for every call', async () => {
		const { job } = await open().submit();
		const { submit, look, endpoint, session } = open({ key: 'img_wrong' });
		const refused = { code: 'auth', httpStatus: 401, retryable: false };
		await expect(submit()).rejects.toMatchObject(refused);
		await expect(look(job.id ?? '')).rejects.toMatchObject(refused);
		await expect(endpoint.cancel(job.id ?? '')).rejects.toMatchObject(refused);
		await expect(session.listJobs({}, {}).next()).rejects.toMatchObject(refused);
		await expect(endpoint.jobs.wait(job.id ?? '', { deadline: never })).rejects.toMatchObject(refused);
		expect(sandbox().books().jobs).toHaveLength(1);
	});

	it("another tenant's job is unknown", async () => {
		sandbox().settings({ apiKeys: { img_other: 'other-tenant' } });
		const { job } = await open().submit();
		const other = open({ key: 'img_other' });
		expect(await other.look(job.id ?? '')).toMatchObject({ ok: false, error: { code: 'notFound' } });
		for await (const listed of other.session.listJobs({}, {})) expect(listed).toBeUndefined();
	});

	it('an unknown job is notFound for poll, wait and cancel', async () => {
		const { look, endpoint } = open();
		const id = 'cm00000000000000000000000';
		expect(await look(id)).toMatchObject({
			ok: false,
			error: { code: 'notFound', httpStatus: 404, hint: expect.stringContaining('job ID') as string },
		});
		await expect(endpoint.jobs.wait(id, { deadline: never })).rejects.toMatchObject({
			code: 'notFound',
		});
		await expect(endpoint.cancel(id)).rejects.toMatchObject({ code: 'notFound' });
	});

	it.each(['../../admin', '%2e%2e'])('an ID that leads to another path (%s) is not sent', async (id) => {
		const { endpoint } = open();
		await expect(endpoint.jobs.wait(id, { deadline: never })).rejects.toMatchObject({
			code: 'invalidRequest',
			delivery: 'notSent',
		});
		expect(sandbox().books().requests).toEqual({});
	});

	it.each(['a b', 'ä', '?status=x', '#'])(
		'a malformed ID (%s) is an error, reaches no other path and is polled a few times at most',
		async (id) => {
			const { endpoint } = open();
			await expect(endpoint.jobs.wait(id, { deadline: never })).rejects.toMatchObject({
				code: inDialect('notFound', 'upstream'),
			});
			expect(Object.keys(sandbox().books().requests)).toEqual(['GET /v1/jobs/:jobId']);
			expect(sandbox().books().requests['GET /v1/jobs/:jobId']).toBeLessThanOrEqual(5);
		},
	);

	it("a request error has the server's own message", async () => {
		const { session } = open();
		// Bypasses the pack's own check, which would report the error first.
		await expect(
			session.client.submit({ prompt: 'A', aspectRatio: '7:5' }, { idempotencyKey: 'k' }),
		).rejects.toMatchObject(
			inDialect(
				{
					code: 'invalidRequest',
					httpStatus: 400,
					retryable: false,
					message: expect.stringContaining('INVALID_REQUEST') as string,
				},
				{ code: 'upstream', httpStatus: 500, message: expect.stringContaining('INTERNAL_ERROR') as string },
			),
		);
		await expect(
			session.client.submit(
				{ prompt: 'A', inputImageUrl: `https://example.com/${'a'.repeat(1_200_000)}` },
				{ idempotencyKey: 'k2' },
			),
		).rejects.toMatchObject({
			code: 'invalidRequest',
			httpStatus: 413,
			hint: expect.stringContaining('100 KB') as string,
		});
	});

	it('knows every status word that the list may be narrowed to', async () => {
		const { session } = open();
		for (const status of jobStatusWords)
			await expect(session.client.list({ status }, {})).resolves.toMatchObject({ items: [] });
	});
});
