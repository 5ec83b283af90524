import type { INodeExecutionData } from 'n8n-workflow';
import type { AnySandbox } from '../../sandbox/backends';
import type { Attempt, Job } from '../../model/job';
import { kits, startKit } from '../support/conformanceKits';
import { backendsBench } from './backends';

const { sandbox, run } = backendsBench(['imageSaas', 'zImage', 'jimeng']);

/** A second Image SaaS, with another key. */
let backup: AnySandbox;
const kit = kits.find(({ backend }) => backend.id === 'imageSaas');

beforeAll(async () => {
	if (!kit) throw new Error('There is an Image SaaS');
	backup = await startKit(kit);
});
beforeEach(() => backup.reset());
afterAll(() => backup.close());

const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as unknown as Job;
const main = () => sandbox('imageSaas');
/**
 * Each test has its own weights and other settings, so that its pool is separate from the other pools: the process
 * keeps the recorded health of an endpoint.
 */
let pools = 0;
const pooled = () => ({
	imageSaasApi: {
		...kit?.backend.credential.fields(main().url),
		requestsPerMinute: 0,
		jobsInFlight: 0,
		moreEndpoints: { endpoint: [{ name: 'backup', baseUrl: backup.url, priority: 1, weight: ++pools }] },
	},
});
const generate = (parameters = {}) => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { provider: 'imageSaas', prompt: '={{ $json.prompt }}', ...parameters },
});
const prompts = (n: number) => Array.from({ length: n }, (_, index) => ({ prompt: `No. ${index}` }));

it('an overloaded endpoint is left alone, and its jobs are made, followed and fetched at the next one', async () => {
	main().fault({ route: 'generate', kind: '503', times: 1_000 });
	const credentials = pooled();
	const result = await run(prompts(8), [generate({ wait: false }), { name: 'Poll', type: 'imagePoll' }], {
		credentials,
	});
	const finished = result.output('Poll');
	expect(finished).toHaveLength(8);
	for (const item of finished) {
		expect(jobOf(item)).toMatchObject({
			status: 'succeeded',
			endpoint: 'backup',
			attempts: [{ provider: 'imageSaas', endpoint: 'main', code: 'overloaded' }],
		});
		expect(item.binary?.['image_0']?.mimeType).toBe('image/png');
	}
	expect(backup.books().jobs).toHaveLength(8);
	const asked = main().books().requests['POST /v1/images/generate'] ?? 0;

	const again = await run(prompts(4), [generate({ wait: false })], { credentials });
	expect(again.output('Generate')).toHaveLength(4);
	// At most one request checks whether the endpoint works again.
	expect((main().books().requests['POST /v1/images/generate'] ?? 0) - asked).toBeLessThanOrEqual(1);

	const health = await run(
		[{}],
		[{ name: 'Health', type: 'imageSaas', parameters: { resource: 'endpoint', operation: 'getHealth' } }],
		{ credentials },
	);
	expect(health.output('Health').map(({ json }) => json)).toMatchObject([
		{ endpoint: 'main', baseUrl: main().url, state: 'open', lastError: { code: 'overloaded' } },
		{ endpoint: 'backup', baseUrl: backup.url, state: 'closed', retryAt: null, lastError: null },
	]);
	expect(JSON.stringify(health.output('Health'))).not.toContain('demo-key');
}, 30_000);

it('a submit with an unknown outcome does not fail over; a second run looks it up at the same endpoint', async () => {
	main().fault({ route: 'generate', kind: 'resetAfterAccept' });
	const result = await run(prompts(1), [generate({ wait: false })], { credentials: pooled() });
	expect(jobOf(result.output('Generate')[0])).toMatchObject({ endpoint: 'main' });
	expect(main().books().jobs).toHaveLength(1);
	expect(backup.books().jobs).toHaveLength(0);
});

it('a retry looks up the job only at the endpoint that may have made it, also while that is overloaded', async () => {
	// The request is sent four times without an answer. Then n8n's retry finds the endpoint overloaded.
	main().fault({ route: 'generate', kind: 'resetAfterAccept', times: 4 });
	main().fault({ route: 'generate', kind: '503', times: 2 });
	const credentials = pooled();
	const result = await run(
		prompts(1),
		[{ ...generate({ wait: false }), settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } }],
		{ credentials },
	);
	expect(backup.books().jobs).toHaveLength(0);
	expect(main().books().jobs).toHaveLength(1);
	expect(jobOf(result.output('Generate')[0])).toMatchObject({ id: main().books().jobs[0]?.id, endpoint: 'main' });
}, 60_000);

it('a job is canceled where it runs', async () => {
	main().fault({ route: 'generate', kind: '503', times: 1_000 });
	const result = await run(
		[{ prompt: 'A cat [queue]' }],
		[generate({ wait: false }), { name: 'Cancel', type: 'imageCancel' }],
		{ credentials: pooled() },
	);
	expect(result.error).toBeUndefined();
	expect(jobOf(result.output('Cancel')[0])).toMatchObject({ status: 'canceled', endpoint: 'backup' });
});

it('two endpoints with one name fail before any request', async () => {
	const credentials = {
		imageSaasApi: {
			...pooled().imageSaasApi,
			moreEndpoints: { endpoint: [{ name: 'main', baseUrl: backup.url }] },
		},
	};
	const result = await run(prompts(1), [generate()], { credentials });
	expect(result.error?.message).toMatch(/names two endpoints "main"/);
	expect(main().books().jobs).toHaveLength(0);
});

describe('several providers, in order', () => {
	const several = (rows: Array<{ provider: string; model?: string }>, parameters = {}) =>
		generate({ provider: 'several', providers: { row: rows }, ...parameters });
	const attemptsOf = (item: INodeExecutionData | undefined): Attempt[] => jobOf(item).attempts ?? [];

	it('the first provider that supports the request makes the images', async () => {
		// Image SaaS makes at most ten images in one job.
		const result = await run(
			[{ prompt: 'A cat' }],
			[several([{ provider: 'imageSaas' }, { provider: 'zImage' }], { count: 12 })],
		);
		expect(result.error).toBeUndefined();
		const [item] = result.output('Generate');
		expect(jobOf(item)).toMatchObject({ provider: 'zImage', status: 'succeeded', total: 12 });
		expect(attemptsOf(item)).toEqual([
			{
				provider: 'imageSaas',
				endpoint: 'main',
				code: 'invalidRequest',
				message: expect.stringContaining('Count') as string,
			},
		]);
		expect(sandbox('imageSaas').books().requests).toEqual({});
	});

	it('fails over from an overloaded provider, each with its own model', async () => {
		main().fault({ route: 'generate', kind: '503', times: 1_000 });
		const result = await run(prompts(3), [
			several([{ provider: 'imageSaas' }, { provider: 'jimeng', model: 'jimeng-3.1' }]),
			{ name: 'Poll', type: 'imagePoll' },
		]);
		expect(result.error).toBeUndefined();
		for (const item of result.output('Poll')) {
			expect(jobOf(item)).toMatchObject({ provider: 'jimeng', status: 'succeeded' });
			expect(attemptsOf(item)).toMatchObject([{ provider: 'imageSaas', code: 'overloaded' }]);
			expect(item.json['request']).toMatchObject({ model: 'jimeng-3.1' });
		}
		// Twelve large pictures are drawn and decoded: a busy machine needs more than jest's five seconds.
	}, 60_000);

	it('if no provider can, the node names the reason of each before any request', async () => {
		const result = await run(
			[{ prompt: 'A cat' }],
			[several([{ provider: 'imageSaas' }, { provider: 'jimeng' }], { count: 12 })],
		);
		expect(result.error?.message).toMatch(/None of the providers can do this.*Image SaaS.*Jimeng/);
		expect(main().books().requests).toEqual({});
	});

	it('an empty list is an error with a hint', async () => {
		const result = await run([{ prompt: 'A cat' }], [several([])]);
		expect(result.error?.message).toMatch(/Providers is empty/);
	});

	it('a listed provider without a credential is named', async () => {
		const result = await run([{ prompt: 'A cat' }], [several([{ provider: 'imageSaas' }, { provider: 'gemini' }])]);
		expect(result.error?.message).toMatch(/No credential for Google Gemini/);
		expect(main().books().requests).toEqual({});
	});
});
