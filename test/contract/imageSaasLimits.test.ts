import { systemClock } from '../../jobs/runtime/clock';
import { dialects, useSandbox } from '../support/imageSaasContract';

const { sandbox, calm, open } = useSandbox();

describe.each(dialects)('the limits of Image SaaS in dialect %s', (dialect) => {
	beforeEach(() => calm(dialect));
	const inDialect = <T>(document: T, real: T) => (dialect === 'document' ? document : real);

	it.each([
		['seconds', () => 2],
		// The date has whole seconds, so it is two to three seconds from now.
		['a date', () => new Date(Date.now() + 3_000).toUTCString()],
	])(
		'429 with Retry-After as %s is waited out',
		async (_form, retryAfter) => {
			sandbox().fault({ route: 'generate', kind: '429', retryAfter: retryAfter() });
			const before = Date.now();
			await expect(open({ clock: systemClock }).generate()).resolves.toMatchObject({ job: { status: 'queued' } });
			expect(Date.now() - before).toBeGreaterThanOrEqual(1_900);
			expect(sandbox().books().requests['POST /v1/images/generate']).toBe(2);
		},
		20_000,
	);

	it.each([
		['seconds', () => 5, 5_000, 5_000],
		['a date', () => new Date(Date.now() + 5_000).toUTCString(), 3_000, 5_000],
		['nothing', () => undefined, null, null],
		['a word', () => 'soon', null, null],
	])('Retry-After as %s is read', async (_form, retryAfter, least, most) => {
		const value = retryAfter();
		sandbox().fault({ route: 'generate', kind: '429', ...(value === undefined ? {} : { retryAfter: value }) });
		const failure = (await open()
			.submit()
			.catch((error: unknown) => error)) as { code: string; retryAfterMs: number | null };
		expect(failure.code).toBe('rateLimited');
		if (least === null) expect(failure.retryAfterMs).toBeNull();
		else expect(failure.retryAfterMs).toBeGreaterThanOrEqual(least);
		if (most !== null) expect(failure.retryAfterMs).toBeLessThanOrEqual(most);
	});

	it("a credential with the server's own job limit gets no 429 and all its jobs", async () => {
		sandbox().settings({ maxConcurrent: 3 });
		const { generate, wait } = open({ limits: { jobsInFlight: 3 } });
		const ended = await Promise.all(Array.from({ length: 12 }, async () => await wait(await generate())));
		expect(ended.every(({ job }) => job.status === 'succeeded')).toBe(true);
		const { tooManyRequests, maxConcurrentJobs, generationsBilled } = sandbox().books();
		expect(tooManyRequests).toBe(0);
		expect(maxConcurrentJobs).toBe(3);
		expect(generationsBilled).toBe(12);
	}, 20_000);

	it('jobs that no execution waits for also free their slots', async () => {
		sandbox().settings({ maxConcurrent: 2 });
		const { generate } = open({ limits: { jobsInFlight: 2 } });
		const made = await Promise.all(Array.from({ length: 8 }, () => generate()));
		expect(new Set(made.map(({ job }) => job.id)).size).toBe(8);
		expect(sandbox().books().tooManyRequests).toBe(0);
	}, 20_000);

	it('over the job limit, the document answers 429 and the real server delays the job', async () => {
		sandbox().settings({ maxConcurrent: 1, jobDurationMs: 100 });
		const { submit, until, session } = open();
		const first = await submit({ prompt: 'First [slow:150]' });
		if (dialect === 'document') {
			await expect(submit()).rejects.toMatchObject({
				code: 'rateLimited',
				retryable: true,
				httpStatus: 429,
				hint: expect.stringContaining('Jobs in Flight') as string,
			});
		} else {
			await until(first, 'running');
			const second = await submit({ prompt: 'Second' });
			expect((await until(second, 'retrying')).job).toMatchObject({ status: 'retrying', error: null });
			// The list names the limit. A job that only waits for the limit has not failed.
			for await (const { job, raw } of session.listJobs({ status: 'RETRYING' }, {})) {
				expect(job.error).toBeNull();
				expect(raw).toMatchObject({ errorCode: 'TENANT_CONC_LIMIT' });
			}
			expect((await until(second)).job.status).toBe('succeeded');
		}
		expect((await until(first)).job.status).toBe('succeeded');
	});

	it('an endpoint without its own limits works with a server that has some', async () => {
		sandbox().settings({ maxConcurrent: 2, jobDurationMs: 30 });
		const { generate, until } = open();
		const made = await Promise.all(Array.from({ length: inDialect(6, 4) }, () => generate()));
		for (const snapshot of made) expect((await until(snapshot)).job.status).toBe('succeeded');
	}, 20_000);

	it('over the request limit, the document answers 429 until the minute ends; the real server does not', async () => {
		sandbox().settings({ requestsPerMinute: 5 });
		const { submit, look } = open();
		const made = [];
		for (let n = 0; n < 5; n++) made.push(await submit({ prompt: 'Waits [queue]' }));
		const [first] = made;
		if (dialect === 'document') {
			await expect(look(first?.job.id ?? '')).rejects.toMatchObject({ code: 'rateLimited' });
			const failure = (await submit().catch((error: unknown) => error)) as { retryAfterMs: number };
			expect(failure.retryAfterMs).toBeGreaterThan(50_000);
			expect(failure.retryAfterMs).toBeLessThanOrEqual(60_000);
		} else {
			await expect(look(first?.job.id ?? '')).resolves.toMatchObject({ ok: true });
			await expect(submit()).resolves.toBeDefined();
		}
		expect(sandbox().books().tooManyRequests).toBe(inDialect(2, 0));
	});
});
