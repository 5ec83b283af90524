import { waitUntil } from '../../scripts/lib/deadline';
import { allowTyped, expectNoSecrets } from './leftovers';
import { apiKey, bench } from './sandboxed';
import { recordFigure } from '../support/figures';

/** Waits for an effect that follows the end of an execution. */
const until = (seen: () => boolean) =>
	waitUntil({ for: 'what follows the end', withinMs: 5_000 }, () => Promise.resolve(seen() || undefined));

const { books, sandbox, chain, generate, credential } = bench();

const jobOf = (item: { json: object } | undefined) =>
	(
		item?.json as {
			job: {
				id: string | null;
				status: string;
				error: { code: string; message: string; hint: string | null } | null;
				idempotencyKey: string;
			};
		}
	).job;

it('a field out of range fails before any request, naming item, field and allowed values', async () => {
	const result = await generate([{ prompt: 'Fine' }, { prompt: 'Too many', n: 11 }], {
		count: '={{ $json.n ?? 1 }}',
	});
	expect(result.error?.message).toContain('Count is 11; a whole number from 1 to 10 is allowed');
	expect(result.error).toMatchObject({ context: { itemIndex: 1 } });
	expect(books().requests).toEqual({});
});

it.each([
	['an empty prompt', { prompt: '  ' }, 'Prompt is empty'],
	['an unknown ratio', { prompt: 'A cat', aspectRatio: '={{ "7:5" }}' }, 'Aspect Ratio is "7:5"'],
	[
		'an unknown resolution',
		{ prompt: 'A cat', resolution: '={{ "8K" }}' },
		'Resolution is "8K"; allowed are 1K, 2K, 4K',
	],
	[
		'an unknown mode',
		{ prompt: 'A cat', options: { mode: '={{ "fast" }}' } },
		'Mode is "fast"; allowed are final, draft',
	],
	['an unknown provider', { provider: '={{ "nobody" }}', prompt: 'A cat' }, 'There is no provider "nobody"'],
])('%s is rejected before anything is sent', async (_what, parameters, message) => {
	const result = await generate([{}], parameters);
	expect(result.error?.message).toContain(message);
	expect(books().requests).toEqual({});
});

it('a failed job in a batch stays an item beside the others, so that no paid image is lost', async () => {
	const result = await generate([{ prompt: 'Good' }, { prompt: 'Bad [fail:PROVIDER_ERROR]' }]);
	expect(result.error).toBeUndefined();
	expect(result.output('Generate').map((item) => [jobOf(item).status, jobOf(item).error?.code ?? null])).toEqual([
		['succeeded', null],
		['failed', 'upstream'],
	]);
	const [data] = result.run.data.resultData.runData['Generate'] ?? [];
	expect(data?.hints?.[0]?.message).toContain('1 failed');
});

it('without any result the node fails, naming provider, job and reason', async () => {
	const result = await generate([{ prompt: 'Bad [fail:SERVICE_OVERLOAD]' }]);
	expect(result.error?.message).toMatch(/^Image SaaS: SERVICE_OVERLOAD.*\(job cm/);
	expect(result.error?.description).toContain('code overloaded');
});

it('with "continue" on error every item keeps its position', async () => {
	const result = await generate(
		[{ prompt: '' }, { prompt: 'Good' }, { prompt: 'Bad [fail:PROVIDER_ERROR]' }],
		{},
		{ onError: 'continueRegularOutput' },
	);
	expect(result.error).toBeUndefined();
	expect(
		result
			.output('Generate')
			.map((item) => [
				(item.pairedItem as { item: number }).item,
				jobOf(item).status,
				jobOf(item).error?.code ?? null,
			]),
	).toEqual([
		[0, 'failed', 'invalidRequest'],
		[1, 'succeeded', null],
		[2, 'failed', 'upstream'],
	]);
});

it('with an error output the failed items leave there and bring their job along', async () => {
	const result = await generate(
		[{ prompt: 'Good' }, { prompt: 'Bad [fail:PROVIDER_ERROR]' }],
		{},
		{ onError: 'continueErrorOutput' },
	);
	expect(result.output('Generate', 0).map((item) => jobOf(item).status)).toEqual(['succeeded']);
	expect(result.output('Generate', 1)[0]?.json).toMatchObject({
		error: expect.stringContaining('PROVIDER_ERROR'),
		details: { job: { status: 'failed' } },
	});
});

it('an answer that is lost after the job was made does not make a second one', async () => {
	sandbox().fault({ route: 'generate', kind: 'resetAfterAccept' });
	const result = await generate([{ prompt: 'A cat' }]);
	expect(jobOf(result.output('Generate')[0]).status).toBe('succeeded');
	expect(books()).toMatchObject({ generationsBilled: 1 });
	expect(books().jobs).toHaveLength(1);
}, 15_000);

it("n8n's Retry On Fail gives the job that was made before, not a second one", async () => {
	// One run of the node tries four times. The job is made, the node fails, and n8n runs it again.
	sandbox().fault({ route: 'generate', kind: 'resetAfterAccept', times: 4 });
	const result = await generate([{ prompt: 'A cat' }], {}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 });
	expect(result.error).toBeUndefined();
	expect(jobOf(result.output('Generate')[0]).status).toBe('succeeded');
	expect(books().requests['POST /v1/images/generate']).toBe(5);
	expect(books().jobs).toHaveLength(1);
	expect(books().generationsBilled).toBe(1);
}, 40_000);

it('Retry On Fail makes a new job where the old one has failed', async () => {
	const result = await generate(
		[{ prompt: 'Bad [fail:PROVIDER_ERROR]' }],
		{},
		{ retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
	);
	expect(result.error?.message).toContain('PROVIDER_ERROR');
	const keys = books().jobs.map(({ idempotencyKey }) => idempotencyKey);
	expect(keys).toHaveLength(2);
	expect(new Set(keys).size).toBe(2);
});

it('items, executions and nodes each have keys of their own', async () => {
	await generate([{ prompt: 'A' }, { prompt: 'A' }], { wait: false });
	await generate([{ prompt: 'A' }], { wait: false });
	expect(new Set(books().jobs.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
});

it("the user's own key wins, and two items with the same one share a job", async () => {
	const result = await generate([{ prompt: 'A' }, { prompt: 'A' }], { options: { idempotencyKey: 'order-77' } });
	expect(books().jobs.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['order-77']);
	const ids = result.output('Generate').map((item) => jobOf(item).id);
	expect(ids[0]).toBe(ids[1]);
});

it('stopping the execution stops the waiting within a second and cancels what has not begun', async () => {
	let stoppedAt = 0;
	const result = await chain(
		[{ prompt: 'Waits [queue]' }],
		[
			{
				name: 'Generate',
				type: 'imageGenerate',
				parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}' },
			},
		],
		{
			onStart: (stop) => {
				const timer = setInterval(() => {
					if (books().jobs.length === 0) return;
					clearInterval(timer);
					stoppedAt = Date.now();
					stop();
				}, 20);
			},
		},
	);
	const stopMs = Date.now() - stoppedAt;
	expect(stopMs).toBeLessThan(1000);
	recordFigure('time.stop', `${stopMs} ms`);
	expect(result.run.status).toBe('canceled');
	await until(() => books().jobs[0]?.status === 'CANCELED');
});

it('a submit that runs when the user stops is completed, and its job is canceled', async () => {
	sandbox().fault({ route: 'generate', kind: 'slow', delayMs: 400 });
	const result = await chain(
		[{ prompt: 'Waits [queue]' }],
		[
			{
				name: 'Generate',
				type: 'imageGenerate',
				parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}' },
			},
		],
		{
			onStart: (stop) => {
				const timer = setInterval(() => {
					if (!books().requests['POST /v1/images/generate']) return;
					clearInterval(timer);
					stop();
				}, 10);
			},
		},
	);
	expect(result.run.status).toBe('canceled');
	await until(() => books().jobs[0]?.status === 'CANCELED');
});

it('a wrong key fails at once and names the credential', async () => {
	const result = await chain(
		[{ prompt: 'A' }],
		[{ name: 'Generate', type: 'imageGenerate', parameters: { provider: 'imageSaas', prompt: 'A' } }],
		{ credential: credential({ apiKey: 'img_wrong_key' }) },
	);
	expect(result.error?.message).toContain('401');
	expect(result.error?.description).toContain('Check the API key');
	expect(books().requests['POST /v1/images/generate']).toBe(1);
});

it('a missing server fails with its address and what to check', async () => {
	const result = await chain(
		[{ prompt: 'A' }],
		[{ name: 'Generate', type: 'imageGenerate', parameters: { provider: 'imageSaas', prompt: 'A' } }],
		{ credential: credential({ baseUrl: 'http://127.0.0.1:9' }) },
	);
	expect(result.error?.message).toContain('nothing listens at http://127.0.0.1:9');
	expect(result.error?.description).toContain('base URL');
}, 20_000);

it('neither key nor secret is in anything an execution leaves behind', async () => {
	sandbox().fault({ route: 'get', kind: 'malformed' });
	const prompt = `Says ${apiKey}`;
	// The prompt belongs to the user and stays unchanged.
	allowTyped(prompt);
	await generate(
		[{ prompt }, { prompt: 'Bad [fail:PROVIDER_ERROR]' }],
		{ options: { includeRaw: true } },
		{ onError: 'continueRegularOutput' },
	);
	await chain(
		[{ prompt: 'A' }],
		[{ name: 'Generate', type: 'imageGenerate', parameters: { provider: 'imageSaas', prompt: 'A' } }],
		{ credential: credential({ apiKey: 'img_wrong_key' }) },
	);
	await expectNoSecrets();
});
