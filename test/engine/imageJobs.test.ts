import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { NewRecord, StoredSnapshot } from '../../memory/record';
import { newRecord, snapshot } from '../../memory/testing/samples';
import type { Job } from '../../model/job';
import { packMemory } from '../../nodes/execution/memory';
import { waitUntil } from '../../scripts/lib/deadline';
import { backendsBench } from './backends';
import { binaryOf, type RunResult, type TestNode } from './harness';

const { sandbox, run } = backendsBench(['imageSaas', 'jimeng', 'aiBatch', 'gemini']);

interface Recorded {
	state: string;
	busy: boolean;
	delivered: boolean;
	endpoint: string;
	model: string | null;
	cost: { images: number; usd: number | null };
	requests: { sent: number; unknown: number };
	origin: Record<string, unknown>;
	day: string;
}

const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as unknown as Job;
const recordOf = (item: INodeExecutionData | undefined) => item?.json['record'] as unknown as Recorded;
const prompts = (...names: string[]) => names.map((prompt) => ({ prompt }));
/** Each test has its own node, so that it adopts no job of another test. */
const generate = (parameters: IDataObject, settings: TestNode['settings'] = {}): TestNode => ({
	name: 'Generate',
	type: 'imageGenerate',
	parameters: { prompt: '={{ $json.prompt }}', ...parameters },
	settings: { id: randomUUID(), ...settings },
});
const jobs = (operation: string, parameters: IDataObject = {}, settings: TestNode['settings'] = {}): TestNode => ({
	name: 'Jobs',
	type: 'imageJobs',
	parameters: { operation, ...parameters },
	settings,
});
const many = async (show: string, parameters: IDataObject = {}, settings: TestNode['settings'] = {}) => {
	const result = await run([{}], [jobs('getAll', { show, ...parameters }, settings)]);
	if (result.error) throw result.error;
	return result.output('Jobs');
};
const spending = async (groupBy: string[], parameters: IDataObject = {}) =>
	(await run([{}], [jobs('getSpending', { groupBy, ...parameters })])).output('Jobs').map(({ json }) => json);
const hintsOf = (result: RunResult, node: string) =>
	(result.run.data.resultData.runData[node]?.at(-1)?.hints ?? []).map(({ message }) => message);
/** The journal records the end of an execution a moment later. */
const soon = async <T>(what: string, read: () => Promise<T | undefined | false>): Promise<T> =>
	await waitUntil({ for: what, withinMs: 10_000 }, async () => (await read()) || undefined);
const credentialIds = ['imageSaasApi', 'jimengApi', 'aiBatchApi', 'geminiImageApi'];

afterEach(async () => {
	const { journal } = await packMemory();
	const left = await journal.list({ credentialIds, limit: 1_000 });
	await journal.forget(
		left.map(({ ref }) => ref),
		credentialIds,
	);
});

/** Jimeng: neither a key nor a look-up settles a lost answer. */
async function loseAnswer(kind: 'reset' | 'resetAfterAccept', parameters: IDataObject = {}) {
	sandbox('jimeng').fault({ route: 'generate', kind });
	const node = generate({ provider: 'jimeng', options: { idempotencyKey: randomUUID() }, ...parameters });
	const lost = await run(prompts('A fox'), [node]);
	expect(lost.error?.message).toContain('may have made the job');
	const [item] = await soon('the unknown job', async () =>
		((list) => list.length > 0 && list)(await many('unknown')),
	);
	return { node, item: item?.json ?? {} };
}

describe('Get Many', () => {
	it('shows a job whose answer was lost, with what to do', async () => {
		const { item } = await loseAnswer('resetAfterAccept');
		expect(item).toMatchObject({
			job: {
				provider: 'jimeng',
				id: null,
				status: 'failed',
				ref: expect.stringMatching(/^[0-9a-z]{12}$/),
				error: { outcome: 'unknown', retryable: false, hint: expect.stringContaining('Image Jobs') },
				createdAt: expect.any(String),
			},
			images: [],
			record: {
				state: 'unknown',
				busy: false,
				delivered: false,
				endpoint: 'main',
				cost: { images: 1, usd: null },
				requests: { sent: 1, unknown: 1 },
				origin: { workflowId: 'testWorkflow00001', nodeName: 'Generate', itemIndex: 0 },
			},
		});
		expect(JSON.stringify(item)).not.toContain('fox');
		expect(sandbox('jimeng').books().jobs).toHaveLength(1);
	});

	it('shows a request that a crash interrupted as unknown', async () => {
		const { journal } = await packMemory();
		await journal.begin(planted('crash'), []);
		expect(recordOf((await many('pending'))[0])).toMatchObject({ state: 'sent', busy: true });
		expect(await many('unknown')).toEqual([]);
		await journal.release(['crash0000000']);
		expect((await many('unknown'))[0]?.json).toMatchObject({
			job: {
				status: 'failed',
				error: { code: 'timeout', outcome: 'unknown', message: expect.stringContaining('n8n ended') },
			},
			record: { state: 'unknown', requests: { sent: 1, unknown: 1 } },
		});
		expect(await many('pending')).toEqual([]);
	});

	it('gives jobs that Image Poll and Image Cancel can follow', async () => {
		const made = await run(prompts('Red', 'Blue [queue]'), [generate({ provider: 'imageSaas', wait: false })]);
		expect(made.output('Generate')).toHaveLength(2);
		const [poll, cancel] = [
			{ name: 'Poll', type: 'imagePoll' },
			{ name: 'Cancel', type: 'imageCancel' },
		];
		const pending = await many('pending');
		expect(pending).toHaveLength(2);
		const [red, blue] = sandbox('imageSaas').books().jobs;
		const itemOf = (id: string | undefined) => pending.find((item) => jobOf(item).id === id)?.json ?? {};
		const polled = await run([itemOf(red?.id)], [poll]);
		expect(polled.output('Poll', 0).map((item) => [jobOf(item).status, Object.keys(item.binary ?? {})])).toEqual([
			['succeeded', ['image_0']],
		]);
		const canceled = await run([itemOf(blue?.id)], [cancel]);
		expect(jobOf(canceled.output('Cancel')[0]).status).toBe('canceled');
	});

	it('lists failed jobs and requests that were not accepted', async () => {
		await run(prompts('Bad [fail:PROVIDER_ERROR]'), [generate({ provider: 'imageSaas' })]);
		await run(prompts('Never'), [generate({ provider: 'imageSaas' })], {
			credentials: {
				imageSaasApi: {
					baseUrl: sandbox('imageSaas').url,
					apiKey: 'wrong',
					requestsPerMinute: 0,
					jobsInFlight: 0,
				},
			},
		});
		const failed = await many('failed');
		expect(failed.map((item) => [recordOf(item).state, jobOf(item).status, jobOf(item).error?.code])).toEqual([
			['refused', 'failed', 'auth'],
			['ended', 'failed', 'upstream'],
		]);
	});

	it('marks as delivered what n8n has saved, and leaves it out of the undelivered', async () => {
		await run([{ job: { ref: 'saved0000000' } }], [], { executionId: 'execution-a' });
		await ended('saved', { executionId: 'execution-a' });
		await ended('lost', { executionId: 'execution-b' });
		expect((await many('undelivered')).map((item) => jobOf(item).ref)).toEqual(['lost00000000']);
		const all = await many('all');
		expect(all.map((item) => [jobOf(item).ref, recordOf(item).delivered]).sort()).toEqual([
			['lost00000000', false],
			['saved0000000', true],
		]);
	});

	it('finds undelivered jobs behind any number of delivered ones, up to the limit', async () => {
		await run(
			Array.from({ length: 6 }, (_, n) => ({ job: { ref: `done${n}0000000` } })),
			[],
			{ executionId: 'execution-a' },
		);
		for (const name of ['first', 'second', 'third']) await ended(name, { executionId: 'execution-b' });
		for (let n = 0; n < 6; n++) await ended(`done${n}`, { executionId: 'execution-a' });
		expect(await many('undelivered', { limit: 2 })).toHaveLength(2);
		expect(await many('undelivered', { returnAll: true })).toHaveLength(3);
	});

	it('narrows by workflow, execution and time', async () => {
		await ended('here', { workflowId: 'testWorkflow00001', executionId: '7001' });
		await ended('there', { workflowId: 'anotherWorkflow01', executionId: '7002' });
		const refs = async (filters: IDataObject) =>
			(await many('all', { filters })).map((item) => jobOf(item).ref).sort();
		const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(new Date());
		expect(await refs({})).toEqual(['here00000000', 'there0000000']);
		expect(await refs({ workflowId: '={{ $workflow.id }}' })).toEqual(['here00000000']);
		expect(await refs({ workflowId: 'anotherWorkflow01' })).toEqual(['there0000000']);
		expect(await refs({ executionId: '={{ 7002 }}' })).toEqual(['there0000000']);
		expect(await refs({ since: today, until: today })).toEqual(['here00000000', 'there0000000']);
		expect(await refs({ until: '2020-01-31' })).toEqual([]);
		expect(await refs({ since: '={{ $now.plus(1, "hour") }}' })).toEqual([]);
		expect(await refs({ since: '={{ $now.minus(1, "hour") }}' })).toHaveLength(2);
	});

	it('sees no job of another credential', async () => {
		await ended('mine');
		const other = { credentials: { imageSaasApi: { id: 'another', name: 'Another' } } };
		expect(await many('all', {}, other)).toEqual([]);
		expect(await many('all', { provider: 'imageSaas' })).toHaveLength(1);
		expect(await many('all', { provider: 'jimeng' })).toEqual([]);
		const fetched = await run([{}], [jobs('fetchResult', { ref: 'mine00000000' }, other)]);
		expect(fetched.error?.message).toBe('No job "mine00000000" was made with the credentials of this node');
		const forgotten = await run([{}], [jobs('forget', { ref: 'mine00000000' }, other)]);
		expect(forgotten.error?.message).toContain('No job "mine00000000"');
		expect(await many('all')).toHaveLength(1);
	});
});

describe('Fetch Result', () => {
	it('delivers the images of an execution that was stopped, once', async () => {
		sandbox('jimeng').settings({ jobDurationMs: 800 });
		const node = generate({ provider: 'jimeng' });
		await run(prompts('A fox'), [node], { onStart: (stop) => setTimeout(stop, 400) });
		const undelivered = await soon('the paid job', async () =>
			((list) => list.length > 0 && list)(await many('undelivered')),
		);
		expect(undelivered.map((item) => [jobOf(item).status, recordOf(item).state])).toEqual([['succeeded', 'ended']]);

		const result = await run(
			undelivered.map(({ json }) => json),
			[jobs('fetchResult')],
		);
		const [item] = result.output('Jobs');
		expect(item?.json).toMatchObject({
			job: { status: 'succeeded', ref: jobOf(undelivered[0]).ref },
			record: { state: 'ended' },
		});
		expect(Object.keys(item?.binary ?? {})[0]).toBe('image_0');
		expect((await binaryOf(item, 'image_0')).length).toBeGreaterThan(100);
		await soon('the delivery', async () => (await many('undelivered')).length === 0);
		expect(sandbox('jimeng').books().jobs).toHaveLength(1);
		// A new run asks for a new picture.
		await run(prompts('A fox'), [node]);
		expect(sandbox('jimeng').books().jobs).toHaveLength(2);
	}, 30_000);

	it('restores images of the answer itself', async () => {
		sandbox('gemini').settings({ jobDurationMs: 800 });
		await run(prompts('A fox'), [generate({ provider: 'gemini' })], { onStart: (stop) => setTimeout(stop, 400) });
		const undelivered = await soon('the paid job', async () =>
			((list) => list.length > 0 && list)(await many('undelivered')),
		);
		const result = await run(
			undelivered.map(({ json }) => json),
			[jobs('fetchResult', { download: false })],
		);
		const [item] = result.output('Jobs');
		expect(item?.json).toMatchObject({
			images: [{ url: null, mimeType: 'image/png' }],
			usage: { estimatedUsd: expect.any(Number) },
		});
		expect((await binaryOf(item, 'image_0')).length).toBeGreaterThan(100);
		expect(sandbox('gemini').books().jobs).toHaveLength(1);
	}, 30_000);

	it('reports images of the answer that are no longer kept', async () => {
		await ended(
			'old',
			{},
			{
				...snapshot(),
				images: [
					{
						index: 0,
						url: null,
						fileName: 'fox.png',
						mimeType: 'image/png',
						width: null,
						height: null,
						bytes: null,
						seed: null,
						stored: true,
					},
				],
			},
		);
		const result = await run([{}], [jobs('fetchResult', { ref: 'old000000000' })]);
		expect(jobOf(result.output('Jobs')[0])).toMatchObject({
			status: 'succeeded',
			error: { code: 'notFound', message: 'Image 0 is no longer kept' },
		});
		expect(await many('undelivered')).toHaveLength(1);
	});

	it("gives the result of a provider node's operation", async () => {
		await run(
			[{}],
			[
				{
					name: 'Chat',
					type: 'jimeng',
					parameters: { resource: 'chat', operation: 'complete', prompt: 'A fox', download: false },
					settings: { id: randomUUID() },
				},
			],
		);
		const [item] = await many('all');
		const result = await run([item?.json ?? {}], [jobs('fetchResult')]);
		expect(result.output('Jobs')[0]?.json).toMatchObject({
			job: { status: 'succeeded' },
			output: { text: expect.any(String), urls: expect.any(Array) },
		});
	});

	it('polls a job that had not ended, and leaves it undelivered until it has', async () => {
		sandbox('imageSaas').settings({ jobDurationMs: 1_500 });
		await run(prompts('A fox'), [generate({ provider: 'imageSaas', options: { cancelOnStop: false } })], {
			onStart: (stop) => setTimeout(stop, 700),
		});
		const [item] = await soon('the paid job', async () =>
			((list) => list.length > 0 && list)(await many('undelivered')),
		);
		const fetch = async () => (await run([item?.json ?? {}], [jobs('fetchResult')])).output('Jobs')[0];
		const before = await fetch();
		expect(['queued', 'running']).toContain(jobOf(before).status);
		expect(await many('undelivered')).toHaveLength(1);
		const after = await soon('its end', async () =>
			((one) => jobOf(one).status === 'succeeded' && one)(await fetch()),
		);
		expect(Object.keys(after.binary ?? {})).toEqual(['image_0']);
		expect(recordOf(after).state).toBe('ended');
		await soon('the delivery', async () => (await many('undelivered')).length === 0);
		expect(recordOf((await many('all'))[0])).toMatchObject({ state: 'ended', delivered: true });
		expect(sandbox('imageSaas').books().jobs).toHaveLength(1);
	}, 30_000);

	it('gives each image an item where that is wanted', async () => {
		const made = await run(prompts('A fox'), [generate({ provider: 'imageSaas', count: 3, download: false })]);
		const result = await run(
			made.output('Generate').map(({ json }) => json),
			[jobs('fetchResult', { options: { splitImages: true } })],
		);
		expect(
			result
				.output('Jobs')
				.map(({ json, binary }) => [
					(json['images'] as unknown[]).length,
					Object.keys(binary ?? {}),
					(json['request'] as { prompt: string }).prompt,
				]),
		).toEqual([1, 2, 3].map(() => [1, ['image_0'], 'A fox']));
	});

	it('fails for a job without a result before any other is fetched', async () => {
		const { item } = await loseAnswer('resetAfterAccept');
		await ended('fine');
		const result = await run([{ job: { ref: 'fine00000000' } }, item], [jobs('fetchResult')]);
		expect(result.error?.message).toContain('unknown, so there is no result');
		expect(result.error).toMatchObject({ context: { itemIndex: 1 } });
		expect(recordOf((await many('undelivered'))[0])).toMatchObject({ delivered: false });
	});

	it('with "continue" on error gives the others, each in its place', async () => {
		const made = await run(prompts('A fox'), [generate({ provider: 'imageSaas', download: false })]);
		const result = await run(
			[{ job: { ref: 'nothing00000' } }, ...made.output('Generate').map(({ json }) => json), {}],
			[jobs('fetchResult', {}, { onError: 'continueRegularOutput' })],
		);
		expect(result.error).toBeUndefined();
		expect(
			result
				.output('Jobs')
				.map(({ json, pairedItem }) => [
					json['error'] ?? jobOf({ json }).status,
					(pairedItem as { item: number }).item,
				]),
		).toEqual([
			['No job "nothing00000" was made with the credentials of this node', 0],
			['succeeded', 1],
			['Job Ref is empty', 2],
		]);
	});

	it('asks no other account for a job whose endpoint the credential no longer has', async () => {
		sandbox('imageSaas').settings({ jobDurationMs: 60_000 });
		const made = await run(prompts('A fox'), [generate({ provider: 'imageSaas', wait: false })]);
		const elsewhere = {
			imageSaasApi: {
				baseUrl: sandbox('imageSaas').url,
				apiKey: 'another-key',
				requestsPerMinute: 0,
				jobsInFlight: 0,
			},
		};
		const result = await run(
			made.output('Generate').map(({ json }) => json),
			[jobs('fetchResult')],
			{ credentials: elsewhere },
		);
		expect(result.error?.message).toMatch(/endpoint "main" of Image SaaS, and the credential no longer has/);
	});
});

describe('Settle', () => {
	it('a job that was not made is sent by the next retry', async () => {
		const { node, item } = await loseAnswer('reset');
		expect((await run(prompts('A fox'), [node])).error?.message).toContain('not sent again');
		expect(sandbox('jimeng').books().jobs).toHaveLength(0);

		const settled = await run([item], [jobs('settle', { outcome: 'wasNotMade' })]);
		expect(settled.output('Jobs')[0]?.json).toMatchObject({
			job: { status: 'failed', error: { message: 'Settled by hand: the job was not made' } },
			record: { state: 'refused', requests: { unknown: 0 } },
		});
		expect(await spending([])).toMatchObject([{ jobs: 0, images: 0 }]);
		expect(jobOf((await run(prompts('A fox'), [node])).output('Generate')[0]).status).toBe('succeeded');
		expect(sandbox('jimeng').books().jobs).toHaveLength(1);
	});

	it('a job that was made counts, and is not sent again', async () => {
		const { node, item } = await loseAnswer('resetAfterAccept');
		await run([item], [jobs('settle', { outcome: 'wasMade' })]);
		const retried = await run(prompts('A fox'), [node, { name: 'Poll', type: 'imagePoll' }]);
		expect(jobOf(retried.output('Generate')[0])).toMatchObject({
			status: 'succeeded',
			error: { message: expect.stringContaining('its images are not known here') },
		});
		expect(retried.output('Poll', 2)).toHaveLength(1);
		expect(sandbox('jimeng').books().jobs).toHaveLength(1);
		expect(await spending([])).toMatchObject([{ jobs: 1, images: 1, unknown: 0 }]);
		expect(await many('unknown')).toEqual([]);
		expect(await many('undelivered')).toEqual([]);
	});

	it('a retry makes a lost job again if the user chose it', async () => {
		const { node, item } = await loseAnswer('resetAfterAccept');
		await run([item], [jobs('settle', { outcome: 'wasMade', generateAgain: true })]);
		expect(jobOf((await run(prompts('A fox'), [node])).output('Generate')[0])).toMatchObject({
			status: 'succeeded',
			error: null,
		});
		expect(sandbox('jimeng').books().jobs).toHaveLength(2);
		expect(await spending([])).toMatchObject([{ jobs: 2, images: 2 }]);
	});

	it("a job that was made is given by a retry once the provider's ID of it is known", async () => {
		sandbox('imageSaas').fault({ route: 'generate', kind: 'resetAfterAccept', times: 50 });
		const node = generate({ provider: 'imageSaas', maxWait: 2, options: { idempotencyKey: randomUUID() } });
		await run(prompts('A fox'), [node]);
		const [item] = await many('unknown');
		const wrong = await run(
			[item?.json ?? {}],
			[jobs('settle', { outcome: 'wasMade', jobId: 'cm-nothing-of-the-kind' })],
		);
		expect(wrong.error).toBeDefined();
		expect(await many('unknown')).toHaveLength(1);

		const [made] = sandbox('imageSaas').books().jobs;
		const settled = await run([item?.json ?? {}], [jobs('settle', { outcome: 'wasMade', jobId: made?.id ?? '' })]);
		expect(jobOf(settled.output('Jobs')[0])).toMatchObject({ id: made?.id, ref: jobOf(item).ref });
		const fetched = await soon('its end', async () =>
			((one) => jobOf(one).status === 'succeeded' && one)(
				(await run([item?.json ?? {}], [jobs('fetchResult')])).output('Jobs')[0],
			),
		);
		expect(Object.keys(fetched.binary ?? {})).toEqual(['image_0']);
		expect(jobOf((await run(prompts('A fox'), [node])).output('Generate')[0]).id).toBe(made?.id);
		expect(sandbox('imageSaas').books().jobs).toHaveLength(1);
	}, 60_000);

	it('fails for jobs with a known outcome, busy jobs and settled jobs', async () => {
		const { journal } = await packMemory();
		await ended('over');
		await journal.begin(planted('busy'), []);
		const message = async (item: IDataObject) => (await run([item], [jobs('settle')])).error?.message;
		expect(await message({ job: { ref: 'over00000000' } })).toContain('has nothing to settle: it has ended');
		expect(await message({ job: { ref: 'busy00000000' } })).toContain(
			'An execution is working on job busy00000000',
		);
		expect(await message({ job: { ref: 'nothing00000' } })).toContain('No job "nothing00000"');
		await journal.finish(['busy00000000'], { delivered: false });
		expect(await message({ job: { ref: 'busy00000000' } })).toBeUndefined();
		expect(await message({ job: { ref: 'busy00000000' } })).toContain('it was not accepted');
	});

	it('settles nothing if one of the items cannot be settled', async () => {
		const { item } = await loseAnswer('reset');
		await ended('over');
		expect((await run([item, { job: { ref: 'over00000000' } }], [jobs('settle')])).error?.message).toContain(
			'over00000000',
		);
		expect(await many('unknown')).toHaveLength(1);
	});
});

describe('Forget', () => {
	it('removes the jobs of its items, and their results', async () => {
		const { results } = await packMemory();
		await ended('one');
		await ended('two');
		await results.put('one000000000', 0, Buffer.from('picture'));
		const items = [{ job: { ref: 'one000000000' } }, { job: { ref: 'two000000000' } }];
		const result = await run(items, [jobs('forget')]);
		expect(
			result
				.output('Jobs')
				.map(({ json, pairedItem }) => [json['deleted'], (pairedItem as { item: number }).item]),
		).toEqual([
			[true, 0],
			[true, 1],
		]);
		expect(await many('all')).toEqual([]);
		expect(await results.get('one000000000', 0)).toBeNull();
		expect((await run(items, [jobs('forget')])).error?.message).toContain('No job');
	});

	it('leaves a job alone that an execution is working on', async () => {
		await (await packMemory()).journal.begin(planted('busy'), []);
		expect((await run([{}], [jobs('forget', { ref: 'busy00000000' })])).error?.message).toContain('working on job');
		await (await packMemory()).journal.finish(['busy00000000'], { delivered: false });
	});
});

describe('Get Spending', () => {
	it('adds up to what the books of the providers say', async () => {
		await run(prompts('One', 'Two'), [
			generate({
				provider: 'imageSaas',
				count: 2,
				options: { budget: { limits: { usdPerDay: 100, pricePerImage: 0.05 } } },
			}),
		]);
		await run(prompts('Three'), [generate({ provider: 'aiBatch' })]);
		await run(prompts('Four'), [generate({ provider: 'gemini' })]);
		await run(prompts('Never'), [generate({ provider: 'imageSaas' })], {
			credentials: {
				imageSaasApi: {
					baseUrl: sandbox('imageSaas').url,
					apiKey: 'wrong',
					requestsPerMinute: 0,
					jobsInFlight: 0,
				},
			},
		});
		const rows = await spending(['provider']);
		const paid = (id: string) => sandbox(id).books().jobs.length;
		expect(rows.map(({ provider, jobs: count, images }) => [provider, count, images]).sort()).toEqual([
			['aiBatch', paid('aiBatch'), 1],
			['gemini', paid('gemini'), 1],
			['imageSaas', paid('imageSaas'), 4],
		]);
		expect(rows.find(({ provider }) => provider === 'imageSaas')).toMatchObject({ usd: 0.2, unpriced: 0 });
		expect(rows.find(({ provider }) => provider === 'aiBatch')).toMatchObject({ usd: null, unpriced: 1 });
		expect(rows.find(({ provider }) => provider === 'gemini')?.['usd']).toBeGreaterThan(0);
		expect(await spending([])).toMatchObject([{ jobs: 4, images: 6, unpriced: 1, unknown: 0 }]);
		expect(await spending(['day', 'workflow'])).toMatchObject([
			{
				day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
				workflowId: 'testWorkflow00001',
				workflowName: 'test',
				jobs: 4,
			},
		]);
		expect(await spending(['day', 'provider', 'model', 'workflow'], { filters: { workflowId: 'none' } })).toEqual(
			[],
		);
	});

	it('counts a job with an unknown outcome and reports it', async () => {
		await loseAnswer('resetAfterAccept');
		expect(await spending(['provider'])).toEqual([
			{ provider: 'jimeng', jobs: 1, images: 1, usd: null, unpriced: 1, unknown: 1 },
		]);
	});
});

describe('input', () => {
	it.each([
		['no credential', jobs('getAll', {}, { credentials: {} }), 'No credential is chosen'],
		[
			'no credential of the provider',
			jobs('getAll', { provider: 'imageSaas' }, { credentials: { jimengApi: { id: 'jimengApi', name: 'x' } } }),
			'No credential for Image SaaS is chosen',
		],
		['a provider that is none', jobs('getAll', { provider: '={{ "nobody" }}' }), 'There is no provider "nobody"'],
		['an operation that is none', jobs('burn'), 'There is no operation "burn"'],
		['a date that is none', jobs('getAll', { filters: { since: 'yesterday-ish' } }), 'Since is no date'],
		[
			'a span that ends before it begins',
			jobs('getSpending', { filters: { since: '2026-05-02', until: '2026-05-01' } }),
			'Since is later than Until',
		],
		['a limit of 0', jobs('getAll', { limit: 0 }), 'Limit is 0'],
		['a group that is none', jobs('getSpending', { groupBy: ['colour'] }), 'Group By names "colour"'],
		['an item without a job', jobs('forget'), 'Job Ref is empty'],
	])('%s is a clear error', async (_what, node, message) => {
		const result = await run([{}], [node]);
		expect(result.error?.message).toContain(message);
	});

	it('reports that jobs cannot be remembered', async () => {
		const folder = process.env['N8N_USER_FOLDER'];
		process.env['N8N_USER_FOLDER'] = '/dev/null/nowhere';
		try {
			const result = await run([{}], [jobs('getAll')]);
			expect(result.error).toBeUndefined();
			expect(hintsOf(result, 'Jobs').join()).toContain('remembered only until n8n restarts');
		} finally {
			process.env['N8N_USER_FOLDER'] = folder;
		}
	});
});

/** A record like the one that Image Generate begins for Image SaaS. */
function planted(name: string, origin: Partial<NewRecord['origin']> = {}): NewRecord {
	const record = newRecord(name);
	return {
		...record,
		endpoint: { ...record.endpoint, credentialId: 'imageSaasApi' },
		origin: { ...record.origin, ...origin },
	};
}

/** Adds a succeeded job that was not delivered and whose execution has ended. */
async function ended(
	name: string,
	origin: Partial<NewRecord['origin']> = {},
	result: StoredSnapshot = snapshot('succeeded', `job of ${name}`),
): Promise<void> {
	const { journal } = await packMemory();
	const record = planted(name, origin);
	await journal.begin(record, []);
	await journal.change(record.ref, { state: { state: 'ended', snapshot: result } });
	await journal.finish([record.ref], { delivered: false });
}
