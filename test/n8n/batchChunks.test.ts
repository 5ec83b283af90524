import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../scripts/lib/n8nInstance';
import { given, bundled, pipelinesBench } from './pipelines';
import { type NodeEnd, type WatchedRun, watchRun } from './watchedRun';

const { files, stage } = pipelinesBench();
const trigger = 'When clicking Execute workflow';
const table = (rows: readonly string[]) =>
	writeFileSync(join(stage.n8n.filesFolder, 'prompts.csv'), ['prompt', ...rows].join('\n'));
const jobs = () => stage.sandbox.books().jobs;
const pictures = () => files('batch-').filter((name) => name.endsWith('.png'));
const install = async (settings: Record<string, unknown>) => await stage.install(bundled('batch', settings));
const once = async <T>(what: string, check: () => T | undefined | false): Promise<T> =>
	await waitUntil({ for: what, withinMs: 60_000, everyMs: 20 }, () => Promise.resolve(check() || undefined));
const runsOf = ({ ends }: WatchedRun, name: string) => ends.filter(({ node }) => node === name);
/** Addresses under which the editor shows the images of a node run. */
const shownBy = ({ outputs: [finished = []] }: NodeEnd) =>
	finished.flatMap(({ binary }) => {
		const id = binary?.['image_0']?.id;
		return id === undefined ? [] : `/rest/binary-data?action=view&id=${encodeURIComponent(id)}`;
	});

it('an open editor shows the images and the table of the first chunk while the second chunk runs', async () => {
	table(['A fox', 'An owl', 'A bear', 'A cat [slow:15000]', 'A dog [slow:15000]']);
	const { id } = await install({ chunkSize: 3 });
	const run = await watchRun(stage.client, id, trigger);
	try {
		await once('the second chunk to run', () => jobs().length === 5);
		expect(runsOf(run, 'Next chunk').map(({ outputs }) => outputs.map((items) => items.length))).toEqual([
			[0, 3],
			[0, 2],
		]);
		const [first, ...others] = runsOf(run, 'Image Poll');
		expect(others).toEqual([]);
		const addresses = first ? shownBy(first) : [];
		expect(addresses).toHaveLength(3);
		for (const address of addresses) {
			const { name, value } = stage.client.session ?? { name: '', value: '' };
			const answer = await fetch(`${stage.n8n.url}${address}`, { headers: { cookie: `${name}=${value}` } });
			expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
		}
		expect([pictures().length, files('batch-results').length]).toEqual([3, 1]);
		expect((await stage.client.getExecution(run.execution)).status).toBe('running');
		expect((await stage.client.waitForExecution(run.execution, 60_000)).status).toBe('success');
		expect([pictures().length, files('batch-results').length, jobs().length]).toEqual([5, 2, 5]);
	} finally {
		run.close();
	}
}, 120_000);

it('after a Stop in the second chunk the next start pays only for rows that have no job', async () => {
	table(['A fox', 'An owl', 'A cat [slow:4000]', 'A dog [slow:4000]', 'A hen']);
	const { id } = await install({ chunkSize: 2 });
	const first = await stage.client.runWorkflow(id);
	await once('the second chunk to run', () => jobs().length === 4);
	await stage.client.stopExecution(first);
	await stage.client.waitForExecution(first, 30_000, ['canceled']);
	const execution = await stage.run(id);
	expect(given(execution, 'Result').map(({ json }) => json['row'])).toEqual([1, 2, 3, 4, 5]);
	expect([pictures().length, stage.sandbox.books().generationsBilled]).toEqual([5, 5]);
}, 120_000);

it('a restart of n8n while the first chunk waits in the database loses no chunk', async () => {
	table(['A fox [slow:4000]', 'An owl', 'A bear', 'A cat']);
	const { id } = await install({ chunkSize: 2, pollSeconds: 1, waitSeconds: 65 });
	const execution = await stage.client.runWorkflow(id);
	await stage.client.waitForExecution(execution, 30_000, ['waiting']);
	expect([pictures().length, jobs().length]).toEqual([1, 2]);
	await stage.reopen();
	const ended = await stage.client.waitForExecution(execution, 200_000);
	expect(ended.status).toBe('success');
	expect(
		given(ended, 'Result')
			.map(({ json }) => json['row'])
			.sort(),
	).toEqual([1, 2, 3, 4]);
	expect([pictures().length, stage.sandbox.books().generationsBilled]).toEqual([4, 4]);
}, 300_000);
