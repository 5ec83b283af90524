import { waitUntil } from '../../scripts/lib/n8nInstance';
import { kits } from '../support/conformanceKits';
import { batchRun, filesOf } from './batchRuns';
import { Stage } from './instance';
import { bundled, given } from './pipelines';

const stage = new Stage();
const rows = 40;
const chunkSize = 25;

beforeAll(async () => {
	await stage.open({ jobDurationMs: 3_000 });
	for (const kit of kits) if (kit.backend.id === 'zImage') await stage.add(kit);
}, 120_000);
afterAll(() => stage.close());
beforeEach(() => stage.sandbox.reset());

const books = () => stage.sandbox.books();

const areJobsPolled = () => Object.keys(books().requests).some((route) => route.startsWith('GET /v1/jobs'));

/** The node that runs when n8n is killed. Generate has ended for the first chunk of rows, the execution has not. */
const moments: Array<{ where: string; isThere: (folder: string) => boolean }> = [
	{ where: 'in Image Poll', isThere: () => books().jobs.length === chunkSize && areJobsPolled() },
	{ where: 'in a download', isThere: () => books().downloads >= 5 },
	{ where: 'in the second chunk', isThere: () => books().jobs.length === rows },
	{ where: 'in the next node', isThere: (folder) => filesOf(stage, folder, 'batch-results').length > 0 },
];

describe.each(moments)('n8n is killed $where', ({ where, isThere }) => {
	it.each(['Retry', 'a new run'] as const)(
		'%s delivers every row of the bundled Batch, and each is paid once',
		async (back) => {
			const folder = `${where} ${back}`.replaceAll(' ', '-');
			if (where === 'in a download')
				stage.sandbox.fault({ route: 'asset', kind: 'slow', delayMs: 400, times: rows });
			const run = await batchRun(stage, {
				name: folder,
				rows,
				laterSeconds: where === 'in the next node' ? 6 : 0,
				settings: { folder: `~/.n8n-files/${folder}`, chunkSize },
			});
			const first = await run.start();
			await waitUntil({ for: `n8n to be ${where}`, withinMs: 60_000, everyMs: 10 }, () =>
				Promise.resolve(isThere(folder) || undefined),
			);
			await stage.n8n.kill();
			const { downloads } = books();
			if (where === 'in a download') expect(downloads).toBeLessThan(rows);
			await stage.reopen();
			await stage.client.waitForExecution(first, 30_000, ['crashed']);

			const ended = await stage.client.waitForExecution(
				await (back === 'Retry' ? run.retry(first) : run.start()),
				120_000,
			);
			expect(ended.status).toBe('success');
			expect(run.delivered(ended)).toEqual(run.prompts);
			expect(filesOf(stage, folder).filter((file) => file.endsWith('.png'))).toHaveLength(rows);
			expect({ jobs: books().jobs.length, billed: books().generationsBilled }).toEqual({
				jobs: rows,
				billed: rows,
			});
		},
		240_000,
	);
});

it.each(['Retry', 'a new run'] as const)(
	'%s delivers rows whose prompts hold a time: the key says which row each is',
	async (back) => {
		const name = `timed ${back}`;
		const run = await batchRun(stage, { name, rows, timed: true });
		const first = await run.start();
		await waitUntil({ for: 'all jobs', withinMs: 60_000 }, () =>
			Promise.resolve(books().jobs.length === rows || undefined),
		);
		await new Promise((resolve) => setTimeout(resolve, 1_000));
		await stage.n8n.kill();
		await stage.reopen();
		await stage.client.waitForExecution(first, 30_000, ['crashed']);
		const ended = await stage.client.waitForExecution(
			await (back === 'Retry' ? run.retry(first) : run.start()),
			120_000,
		);
		expect(run.delivered(ended)).toEqual(run.prompts);
		expect({ jobs: books().jobs.length, billed: books().generationsBilled }).toEqual({ jobs: rows, billed: rows });
	},
	240_000,
);

it('a prompt that the second provider has taken stays there when n8n was killed and the first is back', async () => {
	const { id } = await stage.install(
		bundled('fallback', { prompts: ['A fox [slow:8000]', 'An owl [slow:8000]'], pollSeconds: 30 }),
	);
	stage.sandbox.fault({ route: 'generate', kind: '503', times: 1_000 });
	await stage.client.runWorkflow(id);
	const taken = () => stage.other('zImage').books().jobs;
	await waitUntil({ for: 'Z-Image to take both', withinMs: 90_000 }, () =>
		Promise.resolve(taken().length === 2 || undefined),
	);
	await new Promise((resolve) => setTimeout(resolve, 1_000));
	await stage.n8n.kill();
	await stage.reopen();
	// The first provider works again.
	stage.sandbox.reset();
	const execution = await stage.run(id, 120_000);
	expect(execution.status).toBe('success');
	expect(given(execution, 'Path B').map(({ json }) => json['path'])).toEqual([['zImage'], ['zImage']]);
	expect({ first: books().jobs.length, second: taken().length }).toEqual({ first: 0, second: 2 });
}, 240_000);
