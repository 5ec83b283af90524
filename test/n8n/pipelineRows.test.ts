import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled, given, pipelinesBench } from './pipelines';

const { files, runBundled, stage, textOf } = pipelinesBench();

describe('batch', () => {
	const table = (rows: readonly string[]) => writeFileSync(join(stage.n8n.filesFolder, 'prompts.csv'), ['prompt,count,aspectRatio', ...rows].join('\n'));
	const rowsOf = (prefix: string) => files(prefix).flatMap((name) => textOf(name).trim().split('\n').slice(1));

	it('500 rows in one run: a picture or a reason for each, nothing twice', async () => {
		const good = Array.from({ length: 490 }, (_, n) => `"Picture ${n}, with a comma",1,${n % 2 ? '16:9' : ''}`);
		table([...good, ',1,', '"Too many",99,', '"Never [fail:INVALID_REQUEST]",1,', ...Array.from({ length: 7 }, (_, n) => `"中文提示 ${n}",1,`)]);
		const execution = await runBundled('batch', {}, 280_000);
		expect(execution.status).toBe('success');
		expect(files('batch-').filter((name) => name.endsWith('.png'))).toHaveLength(497);
		expect(rowsOf('batch-results')).toHaveLength(497);
		const failures = rowsOf('batch-failures');
		expect(failures).toHaveLength(3);
		expect(failures.join('\n')).toMatch(/The prompt is empty[\s\S]*Count must be|Count must be[\s\S]*The prompt is empty/);
		expect(failures.join('\n')).toMatch(/Never \[fail:INVALID_REQUEST\][^\n]*invalidRequest/);
		const { generationsBilled, jobs, tooManyRequests } = stage.sandbox.books();
		expect({ generationsBilled, jobs: jobs.length, tooManyRequests }).toEqual({ generationsBilled: 497, jobs: 498, tooManyRequests: 0 });
	}, 300_000);

	it('what is not ready goes round, and a failures table can be fed back in', async () => {
		table(['"Slow [slow:3000]",1,', '"Fast",2,', '"Bad",0,']);
		const execution = await runBundled('batch', { pollSeconds: 1, waitSeconds: 1 });
		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData['Image Poll']?.length).toBeGreaterThan(1);
		expect(rowsOf('batch-results').map((row) => row.split(',')[0]).sort()).toEqual(['1', '2', '2']);
		const [failures = ''] = files('batch-failures');
		const again = await runBundled('batch', { tableFile: `.n8n-files/${failures}`, filesPrefix: '.n8n-files/again' });
		expect(again.status).toBe('success');
		expect(files('again-failures')).toHaveLength(1);
	}, 120_000);

	it('takes an uploaded table', async () => {
		const { id, nodes } = await stage.install(bundled('batch'));
		await stage.client.publishWorkflow(id);
		const webhook = nodes.find(({ name }) => name === 'Upload a table')?.webhookId ?? '';
		const form = new FormData();
		form.append('field-0', new Blob(['prompt,count,aspectRatio\nA fox,1,\n'], { type: 'text/csv' }), 'mine.csv');
		const known = (await stage.client.listExecutions({ workflowId: id })).map((execution) => execution.id);
		expect((await fetch(`${stage.n8n.url}/form/${webhook}`, { method: 'POST', body: form })).status).toBe(200);
		const execution = await stage.client.waitForExecution(await stage.client.waitForNewExecution(id, known, 20_000), 30_000);
		expect(execution.status).toBe('success');
		expect(files('batch-').filter((name) => name.endsWith('.png'))).toHaveLength(1);
	}, 60_000);
});

describe('retry', () => {
	it('with a third of the submits refused every prompt becomes a picture, none is paid twice', async () => {
		stage.sandbox.fault({ route: 'generate', kind: '503', probability: 0.3, times: 1_000 });
		stage.sandbox.fault({ route: 'generate', kind: '429', retryAfter: 1, probability: 0.3, times: 1_000 });
		const prompts = Array.from({ length: 20 }, (_, n) => `Picture ${n}`);
		const execution = await runBundled('retry', { prompts, baseSeconds: 0.1 });
		expect(execution.status).toBe('success');
		expect(files('retry-')).toHaveLength(20);
		expect(stage.sandbox.books().generationsBilled).toBe(20);
		expect(new Set(stage.sandbox.books().jobs.map(({ prompt }) => prompt)).size).toBe(20);
	}, 180_000);

	it('what fails goes round, at most so often; the exhausted and the hopeless are dead letters with the reason', async () => {
		const prompts = ['A fox', 'Always busy [fail:SERVICE_OVERLOAD]', 'Bad [fail:INVALID_REQUEST]'];
		const execution = await runBundled('retry', { prompts, maxAttempts: 3, baseSeconds: 0.1 });
		expect(execution.status).toBe('success');
		expect(files('retry-').filter((name) => name.endsWith('.png'))).toHaveLength(1);
		const letters = files('retry-dead-letter').map(textOf).join('\n');
		expect(letters).toMatch(/Always busy[^\n]*,3,overloaded/);
		expect(letters).toMatch(/Bad[^\n]*,1,invalidRequest/);
		const tries = stage.sandbox.books().jobs.map(({ prompt }) => prompt.split(' [')[0]);
		expect(tries.filter((prompt) => prompt === 'Always busy')).toHaveLength(3);
		expect(tries.filter((prompt) => prompt === 'Bad')).toHaveLength(1);
	}, 120_000);

	it('an answer that is lost again and again is looked for under its key, not paid twice', async () => {
		stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 6 });
		const execution = await runBundled('retry', { prompts: ['A fox'], baseSeconds: 0.1 });
		expect(execution.status).toBe('success');
		expect(files('retry-').filter((name) => name.endsWith('.png'))).toHaveLength(1);
		expect(stage.sandbox.books().generationsBilled).toBe(1);
	}, 120_000);
});

describe('fallback', () => {
	it('the first that can makes the picture', async () => {
		const execution = await runBundled('fallback');
		expect(given(execution, 'Path A').map(({ json }) => json['path'])).toEqual([['imageSaas'], ['imageSaas']]);
		expect(files('fallback-')).toHaveLength(2);
		expect(stage.other('zImage').books().jobs).toEqual([]);
	}, 120_000);

	it('with the first dead the second makes it, with both dead the third, and the path is told', async () => {
		stage.sandbox.fault({ route: 'generate', kind: '500', times: 1_000 });
		const second = await runBundled('fallback', { prompts: ['A fox'] });
		expect(given(second, 'Path B').map(({ json }) => json['path'])).toEqual([['imageSaas: upstream', 'zImage']]);
		stage.other('zImage').fault({ route: 'generate', kind: '503', times: 1_000 });
		const third = await runBundled('fallback', { prompts: ['A fox'] });
		expect(given(third, 'Path C').map(({ json }) => json['path'])).toEqual([['imageSaas: upstream', 'zImage: overloaded', 'gemini']]);
		expect(files('fallback-')).toHaveLength(2);
		expect(stage.other('gemini').books().generationsBilled).toBe(1);
	}, 180_000);

	it('a refusal is a refusal: nobody else is asked', async () => {
		stage.sandbox.fault({ route: 'generate', kind: '500', times: 1_000 });
		const execution = await runBundled('fallback', { prompts: ['A fox [refuse]'] });
		expect(given(execution, 'Nobody made it').map(({ json }) => json)).toMatchObject([{ provider: 'zImage', code: 'contentRejected' }]);
		expect(stage.other('gemini').books().jobs).toEqual([]);
	}, 120_000);
});
