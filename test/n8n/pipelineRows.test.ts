import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../scripts/lib/n8nInstance';
import { bundled, given, pipelinesBench } from './pipelines';

const { changeSettings, files, heal, runBundled, stage, textOf } = pipelinesBench();
const jobsMade = () => stage.sandbox.books().jobs.length;
const pictures = (prefix: string) => files(prefix).filter((name) => name.endsWith('.png'));

describe('batch', () => {
	const table = (rows: readonly string[]) =>
		writeFileSync(join(stage.n8n.filesFolder, 'prompts.csv'), ['prompt,count,aspectRatio', ...rows].join('\n'));
	const rowsOf = (prefix: string) => files(prefix).flatMap((name) => textOf(name).trim().split('\n').slice(1));
	const upload = async (
		workflow: { id: string; nodes: Array<{ name: string; webhookId?: string }> },
		runName: string,
	) => {
		const form = new FormData();
		form.append('field-0', new Blob(['prompt,count,aspectRatio\nA fox,1,\n'], { type: 'text/csv' }), 'mine.csv');
		form.append('field-1', runName);
		const known = (await stage.client.listExecutions({ workflowId: workflow.id })).map((execution) => execution.id);
		const webhook = workflow.nodes.find(({ name }) => name === 'Upload a table')?.webhookId ?? '';
		expect((await fetch(`${stage.n8n.url}/form/${webhook}`, { method: 'POST', body: form })).status).toBe(200);
		return await stage.client.waitForExecution(
			await stage.client.waitForNewExecution(workflow.id, known, 20_000),
			30_000,
		);
	};

	it('500 rows in one run: a picture or a reason for each, nothing twice', async () => {
		const good = Array.from({ length: 490 }, (_, n) => `"Picture ${n}, with a comma",1,${n % 2 ? '16:9' : ''}`);
		table([
			...good,
			',1,',
			'"Too many",99,',
			'"Never [fail:INVALID_REQUEST]",1,',
			...Array.from({ length: 7 }, (_, n) => `"中文提示 ${n}",1,`),
		]);
		const execution = await runBundled('batch', {}, 280_000);
		expect(execution.status).toBe('success');
		expect(files('batch-').filter((name) => name.endsWith('.png'))).toHaveLength(497);
		expect(rowsOf('batch-results')).toHaveLength(497);
		const failures = rowsOf('batch-failures');
		expect(failures).toHaveLength(3);
		expect(failures.join('\n')).toMatch(
			/The prompt is empty[\s\S]*Count must be|Count must be[\s\S]*The prompt is empty/,
		);
		expect(failures.join('\n')).toMatch(/Never \[fail:INVALID_REQUEST\][^\n]*invalidRequest/);
		const { generationsBilled, jobs, tooManyRequests } = stage.sandbox.books();
		expect({ generationsBilled, jobs: jobs.length, tooManyRequests }).toEqual({
			generationsBilled: 497,
			jobs: 498,
			tooManyRequests: 0,
		});
	}, 300_000);

	it('jobs that are not ready are polled again, and a failures table can be the next input', async () => {
		table(['"Slow [slow:3000]",1,', '"Fast",2,', '"猫 [fail:INVALID_REQUEST]",1,']);
		const execution = await runBundled('batch', { pollSeconds: 1, waitSeconds: 1 });
		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData['Image Poll']?.length).toBeGreaterThan(1);
		expect(
			rowsOf('batch-results')
				.map((row) => row.split(',')[0])
				.sort(),
		).toEqual(['1', '2', '2']);
		const [failures = ''] = files('batch-failures');
		const again = await runBundled('batch', { tableFile: `.n8n-files/${failures}` });
		expect(again.status).toBe('success');
		expect(rowsOf(`batch-failures-${again.id}`).join()).toMatch(
			/^猫 \[fail:INVALID_REQUEST\],1,,1,run 1 \/ \.n8n-files\/prompts\.csv \/ 3,failed,invalidRequest,/,
		);
	}, 120_000);

	it('a row is paid once per run name: the same table gives the same images, a new run name new ones', async () => {
		table(['"A fox",1,', '"A fox",1,', '"An owl",2,', '"Bad [fail:INVALID_REQUEST]",1,']);
		const { id } = await stage.install(bundled('batch'));
		expect((await stage.run(id)).status).toBe('success');
		const first = pictures('batch-');
		expect(first).toHaveLength(4);
		expect(jobsMade()).toBe(4);
		const again = await stage.run(id);
		expect(again.status).toBe('success');
		expect(pictures('batch-')).toEqual(first);
		// Only items with certain failures are tried again.
		expect(
			stage.sandbox
				.books()
				.jobs.map(({ prompt }) => prompt.split(' [')[0])
				.sort(),
		).toEqual(['A fox', 'A fox', 'An owl', 'Bad', 'Bad']);
		await changeSettings(id, 'batch', { runName: 'run 2' });
		await stage.run(id);
		expect(pictures('batch-')).toHaveLength(8);
		expect(stage.sandbox.books().generationsBilled).toBe(6);
	}, 120_000);

	it('if the folder is not allowed, the images stay in the execution; the next start saves them unpaid', async () => {
		table(['"A fox",1,', '"An owl",1,']);
		const { id } = await stage.install(bundled('batch', { folder: '/not-allowed' }));
		const execution = await stage.run(id);
		expect(execution.status).toBe('success');
		expect(given(execution, 'Image Poll').map(({ binary }) => binary?.['image_0']?.mimeType)).toEqual([
			'image/png',
			'image/png',
		]);
		expect(given(execution, 'Result').map(({ json }) => json)).toMatchObject(
			[0, 1].map(() => ({
				status: 'succeeded',
				file: '',
				note: expect.stringContaining(`execution ${execution.id}`) as string,
			})),
		);
		await changeSettings(id, 'batch', { folder: '~/.n8n-files/later' });
		expect((await stage.run(id)).status).toBe('success');
		expect(
			readdirSync(join(stage.n8n.filesFolder, 'later')).filter((file) =>
				/^batch-[0-9a-z]{12}-0\.png$/.test(file),
			),
		).toHaveLength(2);
		expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 2 });
	}, 60_000);

	it('a row with an unknown outcome says so and can be the next input: it is not paid twice', async () => {
		table(['"Lost",1,']);
		stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 12 });
		const { id } = await stage.install(bundled('batch'));
		expect((await stage.run(id)).status).toBe('success');
		const [failures = ''] = files('batch-failures');
		expect(textOf(failures)).toMatch(
			/^\uFEFF?prompt,count,aspectRatio,row,rowKey,status,code,reason,whatToDo,ref\n/,
		);
		expect(rowsOf('batch-failures').join()).toMatch(
			/Lost,1,.*run 1 \/ \.n8n-files\/prompts\.csv \/ 1,unknown,.*may have made the job/,
		);
		expect(jobsMade()).toBe(1);
		await heal();
		await changeSettings(id, 'batch', { tableFile: `.n8n-files/${failures}` });
		expect((await stage.run(id)).status).toBe('success');
		expect(pictures('batch-')).toHaveLength(1);
		expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 1 });
		expect(jobsMade()).toBe(1);
	}, 180_000);

	it('runs an uploaded table once per run name', async () => {
		const workflow = await stage.install(bundled('batch'));
		await stage.client.publishWorkflow(workflow.id);
		expect((await upload(workflow, 'May')).status).toBe('success');
		expect(pictures('batch-')).toHaveLength(1);
		expect((await upload(workflow, 'May')).status).toBe('success');
		expect([pictures('batch-').length, jobsMade()]).toEqual([1, 1]);
		expect((await upload(workflow, 'June')).status).toBe('success');
		expect([pictures('batch-').length, jobsMade()]).toEqual([2, 2]);
	}, 60_000);
});

describe('retry', () => {
	it('with a third of the submits not accepted, every prompt becomes a picture and none is paid twice', async () => {
		stage.sandbox.fault({ route: 'generate', kind: '503', probability: 0.3, times: 1_000 });
		stage.sandbox.fault({ route: 'generate', kind: '429', retryAfter: 1, probability: 0.3, times: 1_000 });
		const prompts = Array.from({ length: 20 }, (_, n) => `Picture ${n}`);
		const execution = await runBundled('retry', { prompts, baseSeconds: 0.1 });
		expect(execution.status).toBe('success');
		expect(pictures('retry-')).toHaveLength(20);
		expect(stage.sandbox.books().generationsBilled).toBe(20);
		expect(new Set(stage.sandbox.books().jobs.map(({ prompt }) => prompt)).size).toBe(20);
	}, 180_000);

	it('failed rows are retried up to the limit; permanent failures become dead letters with the reason', async () => {
		const prompts = ['A fox', 'Always busy [fail:SERVICE_OVERLOAD]', 'Bad [fail:INVALID_REQUEST]'];
		const execution = await runBundled('retry', { prompts, maxAttempts: 3, baseSeconds: 0.1 });
		expect(execution.status).toBe('success');
		expect(files('retry-').filter((name) => name.endsWith('.png'))).toHaveLength(1);
		const letters = files('retry-dead-letter').map(textOf).join('\n');
		expect(letters).toMatch(/Always busy[^\n]*,3,overloaded,failed/);
		expect(letters).toMatch(/Bad[^\n]*,1,invalidRequest,failed/);
		const tries = stage.sandbox.books().jobs.map(({ prompt }) => prompt.split(' [')[0]);
		expect(tries.filter((prompt) => prompt === 'Always busy')).toHaveLength(3);
		expect(tries.filter((prompt) => prompt === 'Bad')).toHaveLength(1);
	}, 120_000);

	it('an answer that stays lost is a dead letter that says what to do; the next run finds the job', async () => {
		stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 12 });
		const { id } = await stage.install(bundled('retry', { prompts: ['A fox'], baseSeconds: 0.1 }));
		const execution = await stage.run(id);
		expect(execution.status).toBe('success');
		expect(files('retry-dead-letter').map(textOf).join('\n')).toMatch(
			/A fox,1,\w+,unknown,[^\n]*may have made the job[^\n]*Image Jobs/,
		);
		expect(given(execution, 'Unknown outcomes').map(({ json }) => json['job'])).toMatchObject([
			{ error: { outcome: 'unknown' } },
		]);
		await heal();
		expect((await stage.run(id)).status).toBe('success');
		expect(pictures('retry-')).toHaveLength(1);
		expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 1 });
		expect(jobsMade()).toBe(1);
	}, 180_000);

	it('jobs that still run, or cannot be polled for the moment, are polled on and not sent again', async () => {
		const prompts = ['One [slow:4000]', 'Two [slow:4000]', 'Three [slow:4000]'];
		const { id } = await stage.install(
			bundled('retry', { prompts, baseSeconds: 0.1, pollSeconds: 1, pollAgainSeconds: 1 }),
		);
		const execution = await stage.client.runWorkflow(id);
		await waitUntil({ for: 'three jobs', withinMs: 20_000 }, () => Promise.resolve(jobsMade() === 3 || undefined));
		// The backend is unreachable when Max Wait is over.
		for (const route of ['get', 'list'] as const) stage.sandbox.fault({ route, kind: 'reset', times: 8 });
		const ended = await stage.client.waitForExecution(execution, 90_000);
		expect(ended.status).toBe('success');
		expect(ended.data.resultData.runData['Wait for the jobs']?.length).toBeGreaterThan(1);
		expect([pictures('retry-').length, files('retry-dead-letter').length, jobsMade()]).toEqual([3, 0, 3]);
	}, 120_000);
});

describe('fallback', () => {
	it('the first that can makes the picture', async () => {
		const execution = await runBundled('fallback');
		expect(given(execution, 'Path A').map(({ json }) => json['path'])).toEqual([['imageSaas'], ['imageSaas']]);
		expect(files('fallback-')).toHaveLength(2);
		expect(stage.other('zImage').books().jobs).toEqual([]);
	}, 120_000);

	it('if the first is down the second makes it, if both are down the third, and the path shows it', async () => {
		stage.sandbox.fault({ route: 'generate', kind: '503', times: 1_000 });
		const second = await runBundled('fallback', { prompts: ['A fox'] });
		expect(given(second, 'Path B').map(({ json }) => json['path'])).toEqual([['imageSaas: overloaded', 'zImage']]);
		stage.other('zImage').fault({ route: 'generate', kind: '503', times: 1_000 });
		const third = await runBundled('fallback', { prompts: ['A fox'] });
		expect(given(third, 'Path C').map(({ json }) => json['path'])).toEqual([
			['imageSaas: overloaded', 'zImage: overloaded', 'gemini'],
		]);
		expect(files('fallback-')).toHaveLength(2);
		expect(stage.other('gemini').books().generationsBilled).toBe(1);
	}, 180_000);

	it('a rejected content is rejected: no other provider is asked', async () => {
		stage.sandbox.fault({ route: 'generate', kind: '503', times: 1_000 });
		const execution = await runBundled('fallback', { prompts: ['A fox [refuse]'] });
		expect(given(execution, 'No provider made it').map(({ json }) => json)).toMatchObject([
			{ provider: 'zImage', code: 'contentRejected' },
		]);
		expect(stage.other('gemini').books().jobs).toEqual([]);
	}, 120_000);

	it('an unknown outcome at the first does not fail over, and another run finds the job', async () => {
		stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 12 });
		const { id } = await stage.install(bundled('fallback', { prompts: ['A fox'] }));
		const execution = await stage.run(id, 120_000);
		expect(execution.status).toBe('success');
		expect(given(execution, 'Needs a look').map(({ json }) => json)).toMatchObject([
			{ provider: 'imageSaas', status: 'unknown', whatToDo: expect.stringContaining('Image Jobs') as string },
		]);
		await heal();
		await stage.run(id);
		expect(pictures('fallback-')).toHaveLength(1);
		expect(jobsMade()).toBe(1);
		expect(stage.other('zImage').books().jobs).toEqual([]);
	}, 180_000);

	it('a job that still runs at the first is polled and does not fail over', async () => {
		const execution = await runBundled('fallback', {
			prompts: ['A fox [slow:3000]'],
			pollSeconds: 1,
			pollAgainSeconds: 1,
		});
		expect(execution.status).toBe('success');
		expect(pictures('fallback-')).toHaveLength(1);
		expect(stage.other('zImage').books().jobs).toEqual([]);
	}, 60_000);
});

describe('in an n8n that may not write to the folder', () => {
	const prompts = ['A fox', 'An owl'];

	it.each(['retry', 'fallback'])(
		'%s keeps the pictures in the items and says why; with another folder, the next click saves them, unpaid',
		async (name) => {
			const { id } = await stage.install(bundled(name, { prompts, folder: '/not-allowed' }));
			const execution = await stage.run(id);
			expect(execution.status).toBe('success');
			expect(given(execution, 'Save to disk')).toMatchObject(
				prompts.map(() => ({
					json: {
						saved: [],
						saveError: { message: 'n8n does not allow to write files to /not-allowed' },
					},
					binary: { image_0: { mimeType: 'image/png' } },
				})),
			);
			await changeSettings(id, name, { prompts, folder: '~/.n8n-files/later' });
			expect((await stage.run(id)).status).toBe('success');
			const saved = readdirSync(join(stage.n8n.filesFolder, 'later'));
			expect(saved.filter((file) => new RegExp(`^${name}-[0-9a-z]{12}-0\\.png$`).test(file))).toHaveLength(2);
			expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 2 });
		},
		60_000,
	);
});
