import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Execution, readWorkflow, waitUntil, type Workflow } from '../../scripts/lib/n8nInstance';
import { openKit } from '../support/conformance';
import { kits } from '../support/conformanceKits';
import { Stage } from './instance';

const stage = new Stage();

beforeAll(async () => {
	await stage.open({ jobDurationMs: 100 });
	for (const kit of kits) if (['zImage', 'gemini', 'nanoBananaPro'].includes(kit.backend.id)) await stage.add(kit);
}, 120_000);
afterAll(() => stage.close());
beforeEach(() => {
	stage.sandbox.reset();
	for (const id of ['zImage', 'gemini', 'nanoBananaPro']) stage.other(id).reset();
	for (const name of readdirSync(stage.n8n.filesFolder)) rmSync(join(stage.n8n.filesFolder, name), { recursive: true });
});

/** A bundled workflow with other values in its Settings node, as a user would type them in. */
function bundled(name: string, settings: Record<string, unknown> = {}): Workflow {
	const workflow = readWorkflow(join(__dirname, '..', '..', 'workflows', `${name}.json`));
	const node = workflow.nodes.find((candidate) => candidate.name === 'Settings');
	const { assignments } = (node?.parameters as { assignments: { assignments: Array<{ name: string; value: unknown }> } }).assignments;
	for (const [field, value] of Object.entries(settings)) {
		const assignment = assignments.find((candidate) => candidate.name === field);
		if (!assignment) throw new Error(`Settings of ${name} has no ${field}`);
		assignment.value = typeof value === 'object' ? JSON.stringify(value) : value;
	}
	return workflow;
}

const files = (prefix: string) => readdirSync(stage.n8n.filesFolder).filter((name) => name.startsWith(prefix)).sort();
const textOf = (name: string) => readFileSync(join(stage.n8n.filesFolder, name), 'utf8');
/** Items a node gave over all its runs. */
const given = (execution: Execution, node: string, output = 0) => (execution.data.resultData.runData[node] ?? []).flatMap((run) => run.data?.main?.[output] ?? []);
const runBundled = async (name: string, settings: Record<string, unknown> = {}, withinMs = 120_000) => await stage.run((await stage.install(bundled(name, settings))).id, withinMs);

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

describe('scheduled', () => {
	const manual = { id: 's', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
	const dataTable = (name: string, parameters: Record<string, unknown>) => ({ id: name, name, type: 'n8n-nodes-base.dataTable', typeVersion: 1.1, position: [200, 0] as [number, number], parameters });
	const tableOf = (value: string) => ({ __rl: true, mode: 'name', value });
	const chained = (nodes: Workflow['nodes']): Workflow['connections'] => Object.fromEntries(nodes.slice(0, -1).map((node, place) => [node.name, { main: [[{ node: nodes[place + 1]?.name ?? '', type: 'main', index: 0 }]] }]));
	const runNodes = async (nodes: Workflow['nodes']) => await stage.run((await stage.install({ name: 'Helper', settings: { executionOrder: 'v1' }, nodes, connections: chained(nodes) })).id);

	async function fill(table: string, prompts: readonly string[]): Promise<void> {
		const { nodes } = bundled('scheduled');
		const queue = nodes.find(({ name }) => name === 'Queue');
		const columns = queue?.parameters['columns'];
		const execution = await runNodes([
			manual,
			dataTable('Create', { resource: 'table', operation: 'create', tableName: table, columns, options: { createIfNotExists: true } }),
			{ ...manual, id: 'p', name: 'Prompts', type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters: { assignments: { assignments: [{ id: 'a', name: 'prompts', type: 'array', value: JSON.stringify(prompts) }] }, options: {} } },
			{ ...manual, id: 'o', name: 'Each', type: 'n8n-nodes-base.splitOut', parameters: { fieldToSplitOut: 'prompts', options: {} } },
			dataTable('Insert', { resource: 'row', operation: 'insert', dataTableId: tableOf(table), columns: { mappingMode: 'defineBelow', value: { prompt: '={{ $json.prompts }}', state: 'waiting', round: 0 }, matchingColumns: [], schema: [] }, options: {} }),
		]);
		expect(execution.status).toBe('success');
	}
	const rowsOf = async (table: string) => given(await runNodes([manual, dataTable('Rows', { resource: 'row', operation: 'get', dataTableId: tableOf(table), returnAll: true, matchType: 'anyCondition', filters: {} })]), 'Rows').map(({ json }) => json);

	it('two runs at once do no row twice and lose none', async () => {
		const prompts = Array.from({ length: 12 }, (_, n) => `Row ${n} [slow:300]`);
		await fill('queue-twice', prompts);
		const { id } = await stage.install(bundled('scheduled', { table: 'queue-twice', atOnce: 8 }));
		const executions = await Promise.all([stage.client.runWorkflow(id), stage.client.runWorkflow(id)]);
		for (const execution of executions) expect((await stage.client.waitForExecution(execution, 60_000)).status).toBe('success');
		await stage.run(id);
		expect((await rowsOf('queue-twice')).map(({ state }) => state)).toEqual(prompts.map(() => 'done'));
		expect(stage.sandbox.books().jobs.map(({ prompt }) => prompt).sort()).toEqual([...prompts].sort());
		expect(files('queue-')).toHaveLength(12);
	}, 120_000);

	it('killed half way, the next run takes up what was claimed, and pays for nothing twice', async () => {
		const prompts = Array.from({ length: 6 }, (_, n) => `Killed ${n} [slow:4000]`);
		await fill('queue-killed', prompts);
		const { id } = await stage.install(bundled('scheduled', { table: 'queue-killed', abandonedAfterMinutes: 0 }));
		await stage.client.runWorkflow(id);
		await waitUntil({ for: 'all jobs to be submitted', withinMs: 20_000 }, () => Promise.resolve(stage.sandbox.books().jobs.length === 6 || undefined));
		await stage.reopen();
		const execution = await stage.run(id, 60_000);
		expect(execution.status).toBe('success');
		expect((await rowsOf('queue-killed')).map(({ state }) => state)).toEqual(prompts.map(() => 'done'));
		expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 6 });
		expect(stage.sandbox.books().jobs).toHaveLength(6);
	}, 180_000);

	it('a row that fails says why, and is made anew when it is set back to waiting', async () => {
		await fill('queue-failed', ['Bad [fail:INVALID_REQUEST]']);
		const { id } = await stage.install(bundled('scheduled', { table: 'queue-failed' }));
		expect((await stage.run(id)).status).toBe('success');
		expect(await rowsOf('queue-failed')).toMatchObject([{ state: 'failed', round: 1, reason: expect.stringMatching(/^invalidRequest: /) as string }]);
		await runNodes([manual, dataTable('Back', { resource: 'row', operation: 'update', dataTableId: tableOf('queue-failed'), matchType: 'allConditions', filters: { conditions: [{ keyName: 'state', condition: 'eq', keyValue: 'failed' }] }, columns: { mappingMode: 'defineBelow', value: { state: 'waiting', prompt: 'Good' }, matchingColumns: [], schema: [] } })]);
		await stage.run(id);
		expect(await rowsOf('queue-failed')).toMatchObject([{ state: 'done' }]);
		expect(stage.sandbox.books().jobs).toHaveLength(2);
	}, 60_000);
});

describe('webhook-driven', () => {
	it('answers a job at once, is completed by the webhook, and serves state and picture', async () => {
		const { id, nodes } = await stage.install(bundled('webhook-driven'));
		const hook = (name: string) => nodes.find((node) => node.name === name)?.webhookId ?? '';
		stage.sandbox.settings({ webhookUrl: `${stage.n8n.url}/webhook/${hook('Image Webhook Trigger')}/image-jobs`, jobDurationMs: 1_000 });
		await stage.client.publishWorkflow(id);
		const post = async (body: object) => await fetch(`${stage.n8n.url}/webhook/images`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
		const get = async (jobId: string) => await fetch(`${stage.n8n.url}/webhook/${hook('GET images/:jobId')}/images/${jobId}`);
		const accepted = await post({ prompt: 'A red fox' });
		expect(accepted.status).toBe(202);
		const { jobId } = (await accepted.json()) as { jobId: string };
		const state = await get(jobId);
		expect(state.status).toBe(202);
		expect(await state.json()).toMatchObject({ jobId, status: expect.stringMatching(/queued|running/) as string });
		await waitUntil({ for: 'the delivered picture', withinMs: 20_000 }, () => Promise.resolve(files(`delivered-${jobId}`).length > 0 || undefined));
		const looks = stage.sandbox.books().requests['GET /v1/jobs/:jobId'];
		const picture = await get(jobId);
		expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
		expect(await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).toMatchObject({ width: 1024 });
		expect(stage.sandbox.books().requests['GET /v1/jobs/:jobId']).toBe(looks);

		expect((await post({ prompt: ' ' })).status).toBe(400);
		expect((await get('cmkuz35wf00034rk15ycgzvce')).status).toBe(404);
		// A delivery that never came is asked for.
		stage.sandbox.settings({ webhookUrl: null });
		const silent = ((await (await post({ prompt: 'Silent' })).json()) as { jobId: string }).jobId;
		await waitUntil({ for: 'the picture without a delivery', withinMs: 20_000 }, async () => (await get(silent)).status === 200 || undefined);
		const failed = ((await (await post({ prompt: 'x [fail:INVALID_REQUEST]' })).json()) as { jobId: string }).jobId;
		await waitUntil({ for: 'the failure to be told', withinMs: 20_000 }, async () => (await get(failed)).status === 502 || undefined);
	}, 90_000);
});

describe('export', () => {
	it('serves the history as a ZIP, with a contact sheet on disk, and a copy in a bucket', async () => {
		const { endpoint } = await openKit(kits[0] ?? ({} as never), stage.sandbox, { credential: { apiKey: stage.apiKey } });
		for (const prompt of ['A red fox', 'A blue whale', 'A fox at night']) await endpoint.submit({ prompt, count: 1 }, { idempotencyKey: prompt, deadline: Date.now() + 60_000 });
		await waitUntil({ for: 'the jobs to end', withinMs: 20_000 }, () => Promise.resolve(stage.sandbox.books().generationsBilled === 3 || undefined));
		const uploads: string[] = [];
		const bucket = createServer((request, response) => {
			if (request.method === 'PUT') uploads.push(request.url ?? '');
			request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/xml' }).end('<?xml version="1.0"?><LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">us-east-1</LocationConstraint>'));
		});
		await new Promise<void>((resolve) => { bucket.listen(0, '127.0.0.1', resolve); });
		const { port } = bucket.address() as AddressInfo;
		const s3 = await stage.client.createCredential({ name: 'Bucket', type: 's3', data: { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b', forcePathStyle: true, ignoreSSLIssues: false } });
		const workflow = bundled('export');
		const upload = workflow.nodes.find(({ name }) => name === 'Upload to S3');
		if (upload) Object.assign(upload, { disabled: false, credentials: { s3 } });
		const { id } = await stage.install(workflow);
		await stage.client.publishWorkflow(id);
		const get = async (query: string) => await fetch(`${stage.n8n.url}/webhook/image-export${query}`);
		const answer = await get('?prompt=fox');
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="images-\d{4}-\d\d-\d\d\.zip"$/);
		const bytes = Buffer.from(await answer.arrayBuffer());
		expect(bytes.subarray(0, 2).toString()).toBe('PK');
		expect(bytes.toString('latin1').match(/A (red fox|fox at night)-\w+\.webp/g)?.length).toBeGreaterThanOrEqual(2);
		expect(bytes.toString('latin1')).not.toContain('whale');
		await waitUntil({ for: 'the upload', withinMs: 20_000 }, () => Promise.resolve(uploads.length > 0 || undefined));
		expect(uploads[0]).toMatch(/^\/images\/export-\d+\.zip/);
		const [sheet = ''] = files('export-').filter((name) => name.endsWith('.jpg'));
		expect(await sharp(join(stage.n8n.filesFolder, sheet)).metadata()).toMatchObject({ format: 'jpeg' });
		expect((await get('?prompt=elephant')).status).toBe(404);
		bucket.close();
	}, 90_000);
});

describe('library upkeep', () => {
	const made = async (prompts: readonly string[]) => {
		const kit = kits.find(({ backend }) => backend.id === 'nanoBananaPro');
		if (!kit) throw new Error('There is no NanoBananaPro');
		const { run } = await openKit(kit, stage.other('nanoBananaPro'));
		for (const prompt of prompts) await run({ prompt });
	};
	const tasks = async () => ((await (await fetch(`${stage.urlOf('nanoBananaPro')}/api/v1/history?page=1&pageSize=50`)).json()) as { data: { list: Array<{ prompt: string }> } }).data.list.map(({ prompt }) => prompt).sort();

	it('says first what it would delete, and deletes it when told to, except what is to be kept', async () => {
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
	/** Submits, then fails for another reason: its jobs are left alone. */
	const failing = (prompts: readonly string[], errorWorkflow: string): Workflow => ({
		name: 'Fails after it has paid',
		settings: { executionOrder: 'v1', errorWorkflow },
		nodes: [
			{ id: '1', name: 'Hook', type: 'n8n-nodes-base.webhook', typeVersion: 2.1, position: [0, 0], parameters: { path: `fails-${errorWorkflow}`, options: {} }, webhookId: `fails-${errorWorkflow}` },
			{ id: '2', name: 'Prompts', type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [200, 0], parameters: { assignments: { assignments: [{ id: 'a', name: 'prompts', type: 'array', value: JSON.stringify(prompts) }] }, options: {} } },
			{ id: '3', name: 'Each', type: 'n8n-nodes-base.splitOut', typeVersion: 1, position: [400, 0], parameters: { fieldToSplitOut: 'prompts', options: {} } },
			{ id: '4', name: 'Generate', type: 'n8n-nodes-image-pipelines.imageGenerate', typeVersion: 1, position: [600, 0], parameters: { provider: 'imageSaas', prompt: '={{ $json.prompts }}', wait: false } },
			{ id: '5', name: 'Stop', type: 'n8n-nodes-base.stopAndError', typeVersion: 1, position: [800, 0], parameters: { errorMessage: 'Something else broke' } },
		],
		connections: Object.fromEntries([['Hook', 'Prompts'], ['Prompts', 'Each'], ['Each', 'Generate'], ['Generate', 'Stop']].map(([from, to]) => [from ?? '', { main: [[{ node: to ?? '', type: 'main', index: 0 }]] }])),
	});

	async function runFailing(prompts: readonly string[], settings: Record<string, unknown>): Promise<Execution> {
		const scopes = await stage.client.request<string[]>('GET', '/rest/api-keys/scopes');
		const { rawApiKey } = await stage.client.request<{ rawApiKey: string }>('POST', '/rest/api-keys', { label: `errors ${Object.values(settings).join()} ${prompts.length}`, expiresAt: null, scopes });
		const credential = await stage.client.createCredential({ name: 'n8n', type: 'n8nApi', data: { apiKey: rawApiKey, baseUrl: `${stage.n8n.url}/api/v1` } });
		const workflow = bundled('error-workflow', settings);
		const node = workflow.nodes.find(({ name }) => name === 'Failed execution');
		if (node) Object.assign(node, { credentials: { n8nApi: credential } });
		const { id } = await stage.install(workflow);
		await stage.client.publishWorkflow(id);
		const failed = await stage.install(failing(prompts, id));
		await stage.client.publishWorkflow(failed.id);
		await fetch(`${stage.n8n.url}/webhook/fails-${id}`);
		return await stage.client.waitForExecution(await stage.client.waitForNewExecution(id, [], 30_000), 60_000);
	}

	it('cancels what has not begun, and adopts what has', async () => {
		const execution = await runFailing(['Waits [queue]', 'Runs [queue:1][slow:3000]'], { action: 'cancel' });
		expect(execution.status).toBe('success');
		expect(stage.sandbox.books().jobs.map(({ prompt, status }) => [prompt.split(' ')[0], status]).sort()).toEqual([['Runs', 'SUCCEEDED'], ['Waits', 'CANCELED']]);
		expect(files('adopted-')).toHaveLength(1);
		const report = files('failed-execution-').map(textOf).join('\n');
		expect(report).toMatch(/Something else broke,canceled/);
		expect(report).toMatch(/Something else broke,adopted/);
	}, 90_000);

	it('adopts all of them where that is chosen', async () => {
		const execution = await runFailing(['One [slow:1000]', 'Two'], { action: 'adopt' });
		expect(execution.status).toBe('success');
		expect(files('adopted-')).toHaveLength(2);
		expect(stage.sandbox.books().generationsBilled).toBe(2);
	}, 90_000);
});

describe('agent tools', () => {
	interface ChatRequest {
		messages: Array<{ role: string; content: unknown }>;
		tools?: Array<{ function: { name: string; parameters: { properties?: Record<string, unknown> } } }>;
	}

	const open: Server[] = [];
	afterEach(() => {
		for (const server of open.splice(0)) server.close().closeAllConnections();
	});

	/** A chat model that follows a script: a tool call a turn, then an answer made of the last result. */
	async function scripted(script: ReadonlyArray<(requests: readonly ChatRequest[]) => { name: string; arguments: object }>) {
		const requests: ChatRequest[] = [];
		const server = createServer((request, response) => {
			let body = '';
			request.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
				requests.push(JSON.parse(body) as ChatRequest);
				const call = script[requests.length - 1]?.(requests);
				const message = call ? { role: 'assistant', content: null, tool_calls: [{ id: `call-${requests.length}`, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.arguments) } }] } : { role: 'assistant', content: `Here it is: ${urlIn(requests)}` };
				response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'scripted', choices: [{ index: 0, finish_reason: call ? 'tool_calls' : 'stop', message }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }));
			});
		});
		await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
		open.push(server);
		return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
	}
	const lastResult = (requests: readonly ChatRequest[]) => {
		const { content = '' } = requests.at(-1)?.messages.findLast(({ role }) => role === 'tool') ?? {};
		return typeof content === 'string' ? content : JSON.stringify(content);
	};
	const urlIn = (requests: readonly ChatRequest[]) => /https?:[^"\\\s]+\.png/.exec(lastResult(requests))?.[0] ?? 'nothing';
	const toolNamed = (requests: readonly ChatRequest[], word: string) => requests[0]?.tools?.find(({ function: { name } }) => name.includes(word))?.function.name ?? `no tool ${word}`;

	async function chat(model: { url: string }, chatInput: string): Promise<{ output?: string }> {
		const openAi = await stage.client.createCredential({ name: 'Scripted', type: 'openAiApi', data: { apiKey: 'scripted', url: model.url } });
		const workflow = bundled('agent-tools');
		const node = workflow.nodes.find(({ name }) => name === 'OpenAI Chat Model');
		if (node) Object.assign(node, { credentials: { openAiApi: openAi } });
		// Two copies of a chat may not have one address.
		const webhook = randomUUID();
		for (const trigger of workflow.nodes) if (trigger.name === 'When chat message received') trigger.webhookId = webhook;
		await stage.client.publishWorkflow((await stage.install(workflow)).id);
		const answer = await fetch(`${stage.n8n.url}/webhook/${webhook}/chat`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ action: 'sendMessage', sessionId: 's', chatInput }) });
		const text = await answer.text();
		try {
			return JSON.parse(text) as { output?: string };
		} catch {
			throw new Error(`The chat answered ${answer.status}: ${text}`);
		}
	}

	it('makes a picture, asks after it, and answers with its address; no base64 reaches the model', async () => {
		const model = await scripted([
			(requests) => ({ name: toolNamed(requests, 'Generate'), arguments: { prompt: 'A red fox in the snow', aspectRatio: '16:9' } }),
			(requests) => ({ name: toolNamed(requests, 'Poll'), arguments: { jobId: /"id\\?":\s*\\?"([\w-]+)/.exec(lastResult(requests))?.[1] ?? '' } }),
		]);
		const { output } = await chat(model, 'A fox, please');
		expect(output).toMatch(/^Here it is: http.*\.png$/);
		expect((await fetch(/http\S+/.exec(output ?? '')?.[0] ?? '')).status).toBe(200);
		expect(stage.sandbox.books().jobs.map(({ prompt, request }) => [prompt, request['aspectRatio']])).toEqual([['A red fox in the snow', '16:9']]);
		expect(model.requests[0]?.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('Never make an address up') as string });
		expect(JSON.stringify(model.requests).length).toBeLessThan(60_000);
	}, 60_000);

	it('a refusal comes to the model as words it can tell', async () => {
		const model = await scripted([(requests) => ({ name: toolNamed(requests, 'Generate'), arguments: { prompt: 'Bad [fail:INVALID_REQUEST]', aspectRatio: '1:1' } })]);
		await chat(model, 'Something bad');
		expect(lastResult(model.requests)).toMatch(/INVALID_REQUEST|refused/);
	}, 60_000);
});

describe('compose', () => {
	it('makes every product in every style, and keeps the one that is chosen in the form', async () => {
		const { id, nodes } = await stage.install(bundled('compose'));
		await stage.client.publishWorkflow(id);
		const webhook = nodes.find(({ name }) => name === 'Upload pictures')?.webhookId ?? '';
		const picture = async (color: string) => new Blob([new Uint8Array(await sharp({ create: { width: 60, height: 40, channels: 3, background: color } }).png().toBuffer())], { type: 'image/png' });
		const form = new FormData();
		for (const color of ['red', 'green']) form.append('field-0', await picture(color), `${color}.png`);
		for (const color of ['blue', 'yellow', 'black']) form.append('field-1', await picture(color), `${color}.png`);
		const submitted = await fetch(`${stage.n8n.url}/form/${webhook}`, { method: 'POST', body: form });
		expect(submitted.status).toBe(200);
		const { formWaitingUrl } = (await submitted.json()) as { formWaitingUrl: string };
		// Until the execution waits for it the page says so, and may keep the caller waiting.
		const page = await waitUntil({ for: 'the page to choose on', withinMs: 40_000 }, async () => {
			const text = await fetch(formWaitingUrl, { signal: AbortSignal.timeout(3_000) }).then((answer) => answer.text(), () => '');
			return text.includes('Choose the best') ? text : undefined;
		});
		const [, sheet = ''] = /<img[^>]+src="([^"]+)"/.exec(page.slice(page.indexOf('composed-sheet') - 200)) ?? [];
		const shown = await fetch(sheet.replaceAll('&amp;', '&'));
		expect(await sharp(Buffer.from(await shown.arrayBuffer())).metadata()).toMatchObject({ format: 'jpeg' });
		const choice = new FormData();
		choice.append('field-1', '5');
		expect((await fetch(formWaitingUrl, { method: 'POST', body: choice })).status).toBe(200);
		await waitUntil({ for: 'the chosen picture', withinMs: 20_000 }, () => Promise.resolve(files('composed-').some((name) => name.endsWith('.png')) || undefined));
		expect(files('composed-').filter((name) => name.endsWith('.png'))).toEqual([expect.stringMatching(/^composed-\d+-5\.png$/)]);
		const requests = stage.other('nanoBananaPro').books().jobs.map(({ request }) => request['refImages']);
		expect(requests).toHaveLength(6);
		expect(new Set(requests.map((names) => String(names)))).toEqual(new Set(['red.png,blue.png', 'red.png,yellow.png', 'red.png,black.png', 'green.png,blue.png', 'green.png,yellow.png', 'green.png,black.png']));
	}, 90_000);
});
