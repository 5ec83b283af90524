import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Execution, waitUntil, type Workflow } from '../../scripts/lib/n8nInstance';
import { openKit } from '../support/conformance';
import { kits } from '../support/conformanceKits';
import { bundled, given, pipelinesBench } from './pipelines';

const { changeSettings, files, heal, runBundled, stage, textOf } = pipelinesBench();

describe('scheduled', () => {
	const manual = {
		id: 's',
		name: 'Start',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: {},
	};
	const dataTable = (name: string, parameters: Record<string, unknown>) => ({
		id: name,
		name,
		type: 'n8n-nodes-base.dataTable',
		typeVersion: 1.1,
		position: [200, 0] as [number, number],
		parameters,
	});
	const tableOf = (value: string) => ({ __rl: true, mode: 'name', value });
	const chained = (nodes: Workflow['nodes']): Workflow['connections'] =>
		Object.fromEntries(
			nodes
				.slice(0, -1)
				.map((node, place) => [
					node.name,
					{ main: [[{ node: nodes[place + 1]?.name ?? '', type: 'main', index: 0 }]] },
				]),
		);
	const runNodes = async (nodes: Workflow['nodes']) =>
		await stage.run(
			(
				await stage.install({
					name: 'Helper',
					settings: { executionOrder: 'v1' },
					nodes,
					connections: chained(nodes),
				})
			).id,
		);

	async function fill(table: string, prompts: readonly string[]): Promise<void> {
		const { nodes } = bundled('scheduled');
		const queue = nodes.find(({ name }) => name === 'Queue');
		const columns = queue?.parameters['columns'];
		const execution = await runNodes([
			manual,
			dataTable('Create', {
				resource: 'table',
				operation: 'create',
				tableName: table,
				columns,
				options: { createIfNotExists: true },
			}),
			{
				...manual,
				id: 'p',
				name: 'Prompts',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: {
					assignments: {
						assignments: [{ id: 'a', name: 'prompts', type: 'array', value: JSON.stringify(prompts) }],
					},
					options: {},
				},
			},
			{
				...manual,
				id: 'o',
				name: 'Each',
				type: 'n8n-nodes-base.splitOut',
				parameters: { fieldToSplitOut: 'prompts', options: {} },
			},
			dataTable('Insert', {
				resource: 'row',
				operation: 'insert',
				dataTableId: tableOf(table),
				columns: {
					mappingMode: 'defineBelow',
					value: { prompt: '={{ $json.prompts }}', state: 'waiting', round: 0 },
					matchingColumns: [],
					schema: [],
				},
				options: {},
			}),
		]);
		expect(execution.status).toBe('success');
	}
	const rowsOf = async (table: string) =>
		given(
			await runNodes([
				manual,
				dataTable('Rows', {
					resource: 'row',
					operation: 'get',
					dataTableId: tableOf(table),
					returnAll: true,
					matchType: 'anyCondition',
					filters: {},
				}),
			]),
			'Rows',
		).map(({ json }) => json);

	const setBack = async (table: string, from: string, more: Record<string, unknown> = {}) =>
		await runNodes([
			manual,
			dataTable('Back', {
				resource: 'row',
				operation: 'update',
				dataTableId: tableOf(table),
				matchType: 'allConditions',
				filters: { conditions: [{ keyName: 'state', condition: 'eq', keyValue: from }] },
				columns: {
					mappingMode: 'defineBelow',
					value: { state: 'waiting', ...more },
					matchingColumns: [],
					schema: [],
				},
			}),
		]);

	it('two runs at once process each row once', async () => {
		const prompts = Array.from({ length: 12 }, (_, n) => `Row ${n} [slow:300]`);
		await fill('queue-twice', prompts);
		const { id } = await stage.install(bundled('scheduled', { table: 'queue-twice', atOnce: 8 }));
		const executions = await Promise.all([stage.client.runWorkflow(id), stage.client.runWorkflow(id)]);
		for (const execution of executions)
			expect((await stage.client.waitForExecution(execution, 60_000)).status).toBe('success');
		await stage.run(id);
		expect((await rowsOf('queue-twice')).map(({ state }) => state)).toEqual(prompts.map(() => 'done'));
		expect(
			stage.sandbox
				.books()
				.jobs.map(({ prompt }) => prompt)
				.sort(),
		).toEqual([...prompts].sort());
		expect(files('queue-')).toHaveLength(12);
	}, 120_000);

	it('after a kill, the next run continues the claimed rows and pays nothing twice', async () => {
		const prompts = Array.from({ length: 6 }, (_, n) => `Killed ${n} [slow:4000]`);
		await fill('queue-killed', prompts);
		const { id } = await stage.install(bundled('scheduled', { table: 'queue-killed', abandonedAfterMinutes: 0 }));
		await stage.client.runWorkflow(id);
		await waitUntil({ for: 'all jobs to be submitted', withinMs: 20_000 }, () =>
			Promise.resolve(stage.sandbox.books().jobs.length === 6 || undefined),
		);
		await stage.reopen();
		const execution = await stage.run(id, 60_000);
		expect(execution.status).toBe('success');
		expect((await rowsOf('queue-killed')).map(({ state }) => state)).toEqual(prompts.map(() => 'done'));
		expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 6 });
		expect(stage.sandbox.books().jobs).toHaveLength(6);
	}, 180_000);

	it('a failed row says why, and is generated again when it is reset to waiting', async () => {
		await fill('queue-failed', ['Bad [fail:INVALID_REQUEST]']);
		const { id } = await stage.install(bundled('scheduled', { table: 'queue-failed' }));
		expect((await stage.run(id)).status).toBe('success');
		expect(await rowsOf('queue-failed')).toMatchObject([
			{ state: 'failed', round: 0, reason: expect.stringMatching(/^invalidRequest: /) as string },
		]);
		await setBack('queue-failed', 'failed', { prompt: 'Good' });
		await stage.run(id);
		expect(await rowsOf('queue-failed')).toMatchObject([{ state: 'done' }]);
		expect(stage.sandbox.books().jobs).toHaveLength(2);
		// A row that is reset without changes gets its existing picture again. A row with another round gets a new
		// picture.
		await setBack('queue-failed', 'done');
		await stage.run(id);
		expect([stage.sandbox.books().jobs.length, files('queue-').length]).toEqual([2, 1]);
		await setBack('queue-failed', 'done', { round: 1 });
		await stage.run(id);
		expect([stage.sandbox.books().jobs.length, files('queue-').length]).toEqual([3, 2]);
	}, 60_000);

	it('a row with an unknown outcome says so; after a reset it gets the paid job', async () => {
		await fill('queue-lost', ['Lost']);
		stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 12 });
		const { id } = await stage.install(bundled('scheduled', { table: 'queue-lost' }));
		expect((await stage.run(id)).status).toBe('success');
		expect(await rowsOf('queue-lost')).toMatchObject([
			{ state: 'unknown', reason: expect.stringContaining('may have made the job') as string },
		]);
		await heal();
		await setBack('queue-lost', 'unknown');
		await stage.run(id);
		expect(await rowsOf('queue-lost')).toMatchObject([{ state: 'done' }]);
		expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 1 });
	}, 120_000);

	it('an image that cannot be written stays in n8n; after a reset it is written and not paid again', async () => {
		await fill('queue-disk', ['A fox']);
		const { id } = await stage.install(
			bundled('scheduled', { table: 'queue-disk', folder: join(stage.userFolder, 'elsewhere') }),
		);
		const execution = await stage.run(id);
		expect(execution.status).toBe('success');
		expect(given(execution, 'Image Generate')[0]?.binary?.['image_0']?.mimeType).toBe('image/png');
		expect(await rowsOf('queue-disk')).toMatchObject([
			{
				state: 'unsaved',
				file: '',
				reason: expect.stringMatching(`execution ${execution.id}\\..* n8n does not allow`) as string,
			},
		]);
		const folder = join(stage.n8n.filesFolder, 'made');
		await changeSettings(id, 'scheduled', { table: 'queue-disk', folder });
		await setBack('queue-disk', 'unsaved');
		await stage.run(id);
		const [file = ''] = readdirSync(folder);
		expect(file).toMatch(/^queue-[0-9a-z]{12}-0\.png$/);
		expect(await rowsOf('queue-disk')).toMatchObject([{ state: 'done', file: join(folder, file), reason: '' }]);
		expect(stage.sandbox.books().jobs).toHaveLength(1);
	}, 60_000);
});

describe('library upkeep', () => {
	const made = async (prompts: readonly string[]) => {
		const kit = kits.find(({ backend }) => backend.id === 'nanoBananaPro');
		if (!kit) throw new Error('There is no NanoBananaPro');
		const { run } = await openKit(kit, stage.other('nanoBananaPro'));
		for (const prompt of prompts) await run({ prompt });
	};
	const tasks = async () =>
		(
			(await (await fetch(`${stage.urlOf('nanoBananaPro')}/api/v1/history?page=1&pageSize=50`)).json()) as {
				data: { list: Array<{ prompt: string }> };
			}
		).data.list
			.map(({ prompt }) => prompt)
			.sort();

	it('first lists what it would delete, then deletes it on request, except what is to be kept', async () => {
		await made(['Old fox', 'Old whale, keep', 'Old owl']);
		const dry = await runBundled('library-upkeep', { olderThanDays: 0 });
		expect(dry.status).toBe('success');
		expect(await tasks()).toHaveLength(3);
		const [report = ''] = files('upkeep-');
		expect(textOf(report).match(/would delete/g)).toHaveLength(2);
		const wet = await runBundled('library-upkeep', { olderThanDays: 0, dryRun: false, search: 'fox' });
		expect(given(wet, 'Deleted').map(({ json }) => json)).toMatchObject([{ action: 'deleted', prompt: 'Old fox' }]);
		expect(await tasks()).toEqual(['Old owl', 'Old whale, keep']);
		expect((await runBundled('library-upkeep')).status).toBe('success');
		expect(await tasks()).toHaveLength(2);
	}, 60_000);
});

describe('error workflow', () => {
	/** Submits, then fails for another reason. The error workflow does not touch its jobs. */
	const failing = (
		prompts: readonly string[],
		errorWorkflow: string,
		path: string,
		generate: Record<string, unknown>,
	): Workflow => ({
		name: 'Fails after it has paid',
		settings: { executionOrder: 'v1', errorWorkflow },
		nodes: [
			{
				id: '1',
				name: 'Hook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2.1,
				position: [0, 0],
				parameters: { path, options: {} },
				webhookId: path,
			},
			{
				id: '2',
				name: 'Prompts',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				position: [200, 0],
				parameters: {
					assignments: {
						assignments: [{ id: 'a', name: 'prompts', type: 'array', value: JSON.stringify(prompts) }],
					},
					options: {},
				},
			},
			{
				id: '3',
				name: 'Each',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				position: [400, 0],
				parameters: { fieldToSplitOut: 'prompts', options: {} },
			},
			{
				id: '4',
				name: 'Generate',
				type: 'n8n-nodes-image-pipelines.imageGenerate',
				typeVersion: 1,
				position: [600, 0],
				parameters: { provider: 'imageSaas', prompt: '={{ $json.prompts }}', wait: false, ...generate },
				...(generate['options'] ? { onError: 'continueRegularOutput' } : {}),
			},
			{
				id: '5',
				name: 'Stop',
				type: 'n8n-nodes-base.stopAndError',
				typeVersion: 1,
				position: [800, 0],
				parameters: { errorMessage: 'Something else broke' },
			},
		],
		connections: Object.fromEntries(
			[
				['Hook', 'Prompts'],
				['Prompts', 'Each'],
				['Each', 'Generate'],
				['Generate', 'Stop'],
			].map(([from, to]) => [from ?? '', { main: [[{ node: to ?? '', type: 'main', index: 0 }]] }]),
		),
	});

	async function runFailing(
		prompts: readonly string[],
		settings: Record<string, unknown>,
		generate: Record<string, unknown> = {},
	): Promise<Execution> {
		const { id } = await stage.install(bundled('error-workflow', settings));
		await stage.client.publishWorkflow(id);
		const path = randomUUID();
		const failed = await stage.install(failing(prompts, id, path, generate));
		await stage.client.publishWorkflow(failed.id);
		await fetch(`${stage.n8n.url}/webhook/${path}`);
		return await stage.client.waitForExecution(await stage.client.waitForNewExecution(id, [], 60_000), 60_000);
	}
	const report = () => files('failed-execution-').map(textOf).join('\n');

	it('cancels what has not begun, and adopts what has', async () => {
		const execution = await runFailing(['Waits [queue]', 'Runs [queue:1][slow:3000]'], { action: 'cancel' });
		expect(execution.status).toBe('success');
		expect(
			stage.sandbox
				.books()
				.jobs.map(({ prompt, status }) => [prompt.split(' ')[0], status])
				.sort(),
		).toEqual([
			['Runs', 'SUCCEEDED'],
			['Waits', 'CANCELED'],
		]);
		expect(files('adopted-')).toHaveLength(1);
		expect(report()).toMatch(/Something else broke,canceled,[0-9a-z]{12},imageSaas,/);
		expect(report()).toMatch(/Something else broke,adopted,[0-9a-z]{12},imageSaas,/);
	}, 90_000);

	it('adopts all of them where that is chosen', async () => {
		const execution = await runFailing(['One [slow:1000]', 'Two'], { action: 'adopt' });
		expect(execution.status).toBe('success');
		expect(files('adopted-')).toHaveLength(2);
		expect(stage.sandbox.books().generationsBilled).toBe(2);
	}, 90_000);

	it('lists what the failed execution has already, and what may have been paid', async () => {
		stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 12, skip: 1 });
		const execution = await runFailing(
			['Made', 'Lost'],
			{ action: 'adopt' },
			{ wait: true, options: { splitImages: true } },
		);
		expect(execution.status).toBe('success');
		expect(files('adopted-')).toHaveLength(0);
		expect(report()).toMatch(
			/Something else broke,none,[0-9a-z]{12},imageSaas,\w+,succeeded,,The failed execution has the item/,
		);
		expect(report()).toMatch(
			/Something else broke,needs a look,[0-9a-z]{12},imageSaas,,failed,,[^\n]*may have made the job/,
		);
	}, 120_000);
});
