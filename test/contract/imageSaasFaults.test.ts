import { systemClock, inMs, never } from '../../jobs/runtime/clock';
import { loopback } from '../support/loopback';
import { dialects, useSandbox } from '../support/imageSaasContract';
import { quickClock } from '../support/quickClock';

const { sandbox, calm, open } = useSandbox();
const invalidAnswers = ['malformed', 'truncated', 'wrongShape', 'huge'] as const;

describe.each(dialects)('Image SaaS in dialect %s, when things go wrong', (dialect) => {
	beforeEach(() => calm(dialect));

	it.each(['503', '500', 'reset', 'resetAfterAccept', ...invalidAnswers, 'hang'] as const)(
		'a submit that meets %s makes one job and is billed once',
		async (kind) => {
			sandbox().fault({ route: 'generate', kind });
			// The real server runs a key twice if it is repeated within a second. So the repeat waits in real time.
			const accepted = kind === 'resetAfterAccept' || invalidAnswers.some((word) => word === kind);
			const { generate, until } = open({
				timeoutMs: kind === 'hang' ? 100 : 5_000,
				...(dialect === 'real' && accepted ? { clock: systemClock } : {}),
			});
			const snapshot = await generate({}, 'k');
			expect((await until(snapshot)).job.status).toBe('succeeded');
			const { jobs, generationsBilled, requests } = sandbox().books();
			expect(jobs.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['k']);
			expect(generationsBilled).toBe(1);
			expect(requests['POST /v1/images/generate']).toBe(2);
		},
		20_000,
	);

	it('a submit that never gets an answer has an unknown outcome and names its key', async () => {
		sandbox().fault({ route: 'generate', kind: 'resetAfterAccept', times: 20 });
		const { generate } = open();
		await expect(generate({}, 'my-key')).rejects.toMatchObject({
			code: 'network',
			delivery: 'ambiguous',
			hint: expect.stringContaining('idempotency key my-key') as string,
		});
		expect(sandbox().books().jobs).toHaveLength(1);
		expect(sandbox().books().requests['POST /v1/images/generate']).toBe(4);
	});

	it('a submit that is never accepted fails with the last answer', async () => {
		sandbox().fault({ route: 'generate', kind: '503', times: 20 });
		await expect(open().generate()).rejects.toMatchObject({
			code: 'overloaded',
			httpStatus: 503,
			delivery: 'answered',
		});
		expect(sandbox().books().jobs).toHaveLength(0);
	});

	it.each([
		['500', 'upstream', 'answered'],
		['503', 'overloaded', 'answered'],
		['429', 'rateLimited', 'answered'],
		['reset', 'network', 'ambiguous'],
		['resetAfterAccept', 'network', 'ambiguous'],
		['hang', 'timeout', 'ambiguous'],
		['truncated', 'network', 'ambiguous'],
		['malformed', 'malformedResponse', 'answered'],
		['wrongShape', 'malformedResponse', 'answered'],
		['huge', 'malformedResponse', 'ambiguous'],
		['redirect', 'invalidRequest', 'answered'],
	] as const)('%s is %s, and what became of the request is %s', async (kind, code, delivery) => {
		sandbox().fault({
			route: 'generate',
			kind,
			...(kind === 'redirect' ? { location: 'https://elsewhere.example/' } : {}),
		});
		const failure: unknown = await open({ timeoutMs: kind === 'hang' ? 100 : 5_000 })
			.submit()
			.catch((error: unknown) => error);
		// If the length of the body is known, a cut body is a network error. Otherwise it is an incomplete answer.
		if (kind === 'truncated')
			expect(failure).toMatchObject({
				code: expect.stringMatching(/network|malformedResponse/) as string,
				retryable: true,
			});
		else expect(failure).toMatchObject({ code, delivery, retryable: kind !== 'redirect' });
	});

	it.each(['503', '500', '429', 'reset', 'hang', 'slow', ...invalidAnswers] as const)(
		'a look that meets %s is made again, for one job and for many',
		async (kind) => {
			const { generate, wait } = open({ timeoutMs: kind === 'hang' ? 100 : 5_000 });
			const made = [await generate(), await generate()];
			for (const route of ['get', 'list'] as const) sandbox().fault({ route, kind, delayMs: 50, times: 2 });
			const [first, second] = await Promise.all(made.map(wait));
			expect([first?.job.status, second?.job.status]).toEqual(['succeeded', 'succeeded']);
			expect((await wait(await generate({ prompt: 'One alone' }))).job.status).toBe('succeeded');
		},
		20_000,
	);

	it('an outage is waited for, with ever fewer polls', async () => {
		const { generate, endpoint } = open();
		const { job } = await generate();
		sandbox().fault({ route: 'any', kind: '503', times: 100 });
		const result = await endpoint.jobs.wait(job.id ?? '', { deadline: inMs(quickClock, 30_000) });
		expect(result).toMatchObject({ ended: false, error: { code: 'overloaded' } });
		expect(sandbox().books().requests['GET /v1/jobs/:jobId']).toBeLessThanOrEqual(8);
	});

	it('a cancel whose answer is lost is asked for again', async () => {
		const { submit, endpoint, until } = open();
		const snapshot = await submit({ prompt: 'Waits [queue]' });
		sandbox().fault({ route: 'cancel', kind: 'reset' });
		await expect(endpoint.cancel(snapshot.job.id ?? '')).resolves.toMatchObject({ job: { status: 'canceled' } });
		expect((await until(snapshot)).job.status).toBe('canceled');
	});

	it('stopping a wait ends it at once, also while the provider hangs', async () => {
		const { generate, endpoint } = open();
		const { job } = await generate();
		sandbox().fault({ route: 'get', kind: 'hang', times: 10 });
		const stop = new AbortController();
		const wait = endpoint.jobs.wait(job.id ?? '', { deadline: never, signal: stop.signal });
		while (!sandbox().books().requests['GET /v1/jobs/:jobId'])
			await new Promise((resolve) => setImmediate(resolve));
		stop.abort();
		await expect(wait).rejects.toMatchObject({ code: 'canceled' });
	});

	it('without a server no request was sent', async () => {
		const gone = await loopback(() => undefined);
		await gone.close();
		const { session } = open({ baseUrl: gone.url });
		await expect(session.client.health({})).rejects.toMatchObject({ code: 'network', delivery: 'notSent' });
	});

	it('a server without the API is recognized by its answer', async () => {
		const website = await loopback((_request, response) =>
			response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>Welcome</h1></html>'),
		);
		await expect(open({ baseUrl: website.url }).session.client.health({})).rejects.toMatchObject({
			code: 'malformedResponse',
			message: expect.stringContaining('Welcome') as string,
			hint: expect.stringContaining('base URL') as string,
		});
		await website.close();
	});

	it('no error shows the key', async () => {
		for (const kind of ['500', 'reset', 'malformed', 'wrongShape', 'hang'] as const) {
			sandbox().fault({ route: 'generate', kind });
			const failure = (await open({ timeoutMs: 100 })
				.submit()
				.catch((error: unknown) => error)) as Error;
			expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + String(failure.cause)).not.toContain(
				'img_test_dev',
			);
		}
	});
});
