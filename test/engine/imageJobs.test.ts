import type { IDataObject } from 'n8n-workflow';
import { packMemory } from '../../nodes/execution/memory';
import type { RunResult } from './harness';
import { ended, generate, imageJobsBench, jobOf, jobs, planted, prompts, recordOf } from './imageJobsBench';

const { sandbox, run, many, spending, loseAnswer } = imageJobsBench();
const hintsOf = (result: RunResult, node: string) =>
	(result.run.data.resultData.runData[node]?.at(-1)?.hints ?? []).map(({ message }) => message);

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
