import { bench } from './sandboxed';

const { books, sandbox, chain, generate } = bench();

const submitOne = async (prompt: string) =>
	(await generate([{ prompt }], { wait: false })).output('Generate')[0]?.json ?? {};
const cancel = (parameters = {}, settings = {}) => ({ name: 'Cancel', type: 'imageCancel', parameters, settings });
const jobs = (parameters: object) => ({ name: 'Jobs', type: 'imageSaas', parameters: { ...parameters } });
const statusOf = (item: { json: object } | undefined) => (item?.json as { job: { status: string } }).job.status;

it('a job that has not begun is canceled', async () => {
	const result = await chain([await submitOne('Waits [queue]')], [cancel()]);
	expect(statusOf(result.output('Cancel')[0])).toBe('canceled');
	expect(books().jobs[0]?.status).toBe('CANCELED');
	expect(result.output('Cancel')[0]?.json).toMatchObject({ request: { prompt: 'Waits [queue]' } });
});

it('a finished job cannot be canceled, and the error says so', async () => {
	const item = (await generate([{ prompt: 'Done' }])).output('Generate')[0]?.json ?? {};
	const result = await chain([item], [cancel()]);
	expect(result.error?.message).toContain('succeeded and cannot be cancelled');
	expect(result.run.status).toBe('error');
});

it('a cancel whose answer is lost is still a cancel', async () => {
	const item = await submitOne('Waits [queue]');
	sandbox().fault({ route: 'cancel', kind: 'resetAfterAccept' });
	const result = await chain([item], [cancel()]);
	expect(result.error).toBeUndefined();
	expect(statusOf(result.output('Cancel')[0])).toBe('canceled');
});

it("with Pass the item continues with the job's state and the reason", async () => {
	const item = await submitOne('Done');
	await chain([item], [{ name: 'Poll', type: 'imagePoll', parameters: { download: false } }]);
	const result = await chain([item], [cancel({ options: { ifNotCancelable: 'pass' } })]);
	expect(result.error).toBeUndefined();
	expect(result.output('Cancel')[0]?.json).toMatchObject({
		job: { status: 'succeeded', error: { code: 'conflict' } },
	});
});

it('one job that cannot be canceled keeps no other from it', async () => {
	const done = (await generate([{ prompt: 'Done' }])).output('Generate')[0]?.json ?? {};
	const result = await chain([done, await submitOne('Waits [queue]')], [cancel()]);
	expect(result.error).toBeUndefined();
	expect(result.output('Cancel').map(statusOf)).toEqual(['succeeded', 'canceled']);
});

it('an item without a job fails by name before any request', async () => {
	const result = await chain([{ hello: 'world' }], [cancel()]);
	expect(result.error?.message).toContain('does not say which provider');
	expect(books().requests).toEqual({});
});

describe.each(['document', 'real'] as const)('the Image SaaS node in dialect %s', (dialect) => {
	beforeEach(() => sandbox().settings({ dialect }));

	it('lists every job once with Return All, over any number of pages', async () => {
		await generate(
			Array.from({ length: 120 }, (_, n) => ({ prompt: `Picture ${n}` })),
			{ wait: false },
		);
		const result = await chain([{}], [jobs({ resource: 'job', operation: 'getAll', returnAll: true })]);
		const ids = result.output('Jobs').map(({ json }) => (json['job'] as { id: string }).id);
		expect(ids).toHaveLength(120);
		expect(new Set(ids).size).toBe(120);
	});

	it.each([1, 2, 7])('gives no more than a limit of %i', async (limit) => {
		await generate(
			Array.from({ length: 9 }, (_, n) => ({ prompt: `Picture ${n}` })),
			{ wait: false },
		);
		const result = await chain([{}], [jobs({ resource: 'job', operation: 'getAll', limit })]);
		expect(result.output('Jobs')).toHaveLength(limit);
	});

	it('filters by status', async () => {
		await generate([{ prompt: 'Good' }, { prompt: 'Bad [fail:PROVIDER_ERROR]' }], { download: false });
		const result = await chain(
			[{}],
			[jobs({ resource: 'job', operation: 'getAll', filters: { status: 'FAILED' } })],
		);
		expect(result.output('Jobs').map(({ json }) => json)).toMatchObject([
			{
				job: { status: 'failed', error: { code: 'upstream' } },
				request: { prompt: 'Bad [fail:PROVIDER_ERROR]' },
			},
		]);
	});

	it('gets one job', async () => {
		const item = (await generate([{ prompt: 'Good' }], { download: false })).output('Generate')[0]?.json ?? {};
		const result = await chain([item], [jobs({ resource: 'job', operation: 'get' })]);
		expect(result.output('Jobs')[0]?.json).toMatchObject({
			job: { id: (item['job'] as { id: string }).id, status: 'succeeded' },
			images: [{ index: 0 }],
		});
	});
});

it('reports the health of the service', async () => {
	const result = await chain([{}], [jobs({ resource: 'service', operation: 'getHealth' })]);
	expect(result.output('Jobs')[0]?.json).toMatchObject({ status: 'ok' });
});
