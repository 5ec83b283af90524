import { waitUntil } from '../../scripts/lib/n8nInstance';
import { batchRun, filesOf } from './batchRuns';
import { Stage } from './instance';

const stage = new Stage();
const rows = 40;

beforeAll(() => stage.open({ jobDurationMs: 3_000 }), 120_000);
afterAll(() => stage.close());
beforeEach(() => stage.sandbox.reset());

const books = () => stage.sandbox.books();

/** Where the bundled Batch is when n8n is killed: Generate has ended, the execution has not. */
const moments: Array<{ where: string; isThere: (prefix: string) => boolean }> = [
	{ where: 'in Image Poll', isThere: () => books().jobs.length === rows && Object.keys(books().requests).some((route) => route.startsWith('GET /v1/jobs')) },
	{ where: 'in a download', isThere: () => books().downloads >= 5 },
	{ where: 'in the next node', isThere: (prefix) => filesOf(stage, `${prefix}-results`).length > 0 },
];

describe.each(moments)('n8n is killed $where', ({ where, isThere }) => {
	it.each(['Retry', 'a new run'] as const)('%s delivers every row of the bundled Batch, and each is paid once', async (back) => {
		const prefix = `${where} ${back}`.replaceAll(' ', '-');
		if (where === 'in a download') stage.sandbox.fault({ route: 'asset', kind: 'slow', delayMs: 400, times: rows });
		const run = await batchRun(stage, { name: prefix, rows, laterSeconds: where === 'in the next node' ? 6 : 0, settings: { filesPrefix: `.n8n-files/${prefix}` } });
		const first = await run.start();
		await waitUntil({ for: `n8n to be ${where}`, withinMs: 60_000, everyMs: 10 }, () => Promise.resolve(isThere(prefix) || undefined));
		await stage.n8n.kill();
		const { downloads } = books();
		if (where === 'in a download') expect(downloads).toBeLessThan(rows);
		await stage.reopen();
		await stage.client.waitForExecution(first, 30_000, ['crashed']);

		const ended = await stage.client.waitForExecution(await (back === 'Retry' ? run.retry(first) : run.start()), 120_000);
		expect(ended.status).toBe('success');
		expect(run.delivered(ended)).toEqual(run.prompts);
		expect(filesOf(stage, prefix).filter((file) => file.endsWith('.png'))).toHaveLength(rows);
		expect({ jobs: books().jobs.length, billed: books().generationsBilled }).toEqual({ jobs: rows, billed: rows });
	}, 240_000);
});
