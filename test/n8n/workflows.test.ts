import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import {
	type BinaryEntry,
	executeCli,
	executionError,
	nodeOutput,
	prepareUserFolder,
	readWorkflow,
	waitUntil,
} from '../../scripts/lib/n8nInstance';
import { Stage } from './instance';

const stage = new Stage();

beforeAll(() => stage.open(), 120_000);
afterAll(() => stage.close());
beforeEach(() => stage.sandbox.reset());

const pictures = (prefix: string) =>
	readdirSync(stage.n8n.filesFolder)
		.filter((name) => name.startsWith(prefix))
		.sort()
		.map((name) => join(stage.n8n.filesFolder, name));

it('quick-start ends at its pictures with a contact sheet beside, and needs no disk', async () => {
	const { id } = await stage.installBundled('quick-start');
	rmSync(stage.n8n.filesFolder, { recursive: true });
	try {
		const execution = await stage.run(id);
		expect(executionError(execution)).toBe('');
		const [item, ...more] = nodeOutput(execution, 'Image Generate');
		expect(more).toEqual([]);
		const sizeOf = async (file: BinaryEntry | undefined) =>
			await sharp(file && (await stage.client.downloadBinary(file))).metadata();
		for (const name of ['image_0', 'image_1'])
			expect(await sizeOf(item?.binary?.[name])).toMatchObject({ format: 'png', width: 1024, height: 576 });
		const [sheet] = nodeOutput(execution, 'Contact sheet');
		expect(sheet?.json).toMatchObject({ images: 2, failed: [] });
		expect(await sizeOf(sheet?.binary?.['data'])).toMatchObject({ format: 'jpeg' });
		expect(stage.sandbox.books()).toMatchObject({ generationsBilled: 1, tooManyRequests: 0 });
	} finally {
		mkdirSync(stage.n8n.filesFolder);
	}
}, 60_000);

it('Save Files makes its folder in the home folder of n8n, and keeps out of the others', async () => {
	const { name, nodes, connections, settings } = readWorkflow(
		join(__dirname, '..', '..', 'workflows', 'quick-start.json'),
	);
	const saveIn = async (folder: string) => {
		const { id } = await stage.install({
			name,
			settings: settings ?? {},
			nodes: nodes.map((node) =>
				node.name === 'Contact sheet'
					? { ...node, parameters: { operation: 'save', folder, saveName: 'saved' } }
					: node,
			),
			connections,
		});
		const execution = await stage.run(id);
		expect(execution.status).toBe('success');
		const [item] = nodeOutput(execution, 'Contact sheet');
		expect(Object.keys(item?.binary ?? {})).toEqual(['image_0', 'image_1']);
		return item?.json;
	};
	expect(await saveIn('~/.n8n-files/new/folder')).toMatchObject({
		saved: [1, 2].map((number) => ({
			path: join(stage.n8n.filesFolder, 'new', 'folder', `saved-${number}.png`),
		})),
	});
	expect(readdirSync(join(stage.n8n.filesFolder, 'new', 'folder'))).toEqual(['saved-1.png', 'saved-2.png']);
	for (const folder of ['~', '~/.n8n', tmpdir()])
		expect(await saveIn(folder)).toMatchObject({
			saved: [],
			saveError: { message: expect.stringMatching(/^n8n does not allow to write files to /) as string },
		});
	expect(readdirSync(stage.userFolder)).not.toContain('saved-1.png');
}, 90_000);

it.each(['document', 'real'] as const)(
	'webhook-delivery writes the pictures of a job the provider reports, dialect %s',
	async (dialect) => {
		const hook = await stage.installBundled('webhook-delivery');
		await stage.client.publishWorkflow(hook.id);
		const trigger = hook.nodes.find(({ webhookId }) => webhookId !== undefined);
		stage.sandbox.settings({
			dialect,
			webhookUrl: `${stage.n8n.url}/webhook/${trigger?.webhookId ?? ''}/image-jobs`,
		});
		const known = (await stage.client.listExecutions({ workflowId: hook.id })).map(({ id }) => id);
		const answer = await fetch(`${stage.sandbox.url}/v1/images/generate`, {
			method: 'POST',
			headers: { authorization: `Bearer ${stage.apiKey}`, 'content-type': 'application/json' },
			body: JSON.stringify({ prompt: 'A fox in the snow', sampleCount: 2 }),
		});
		const { jobId } = (await answer.json()) as { jobId: string };
		const execution = await stage.client.waitForExecution(
			await stage.client.waitForNewExecution(hook.id, known, 20_000),
			30_000,
		);
		expect(execution.status).toBe('success');
		expect(nodeOutput(execution, 'Download')[0]?.json['job']).toMatchObject({ id: jobId });
		const files = pictures(
			`webhook-${(nodeOutput(execution, 'Download')[0]?.json['job'] as { ref: string }).ref}-`,
		);
		expect(files).toHaveLength(2);
		for (const file of files)
			expect(await sharp(readFileSync(file)).metadata()).toMatchObject({
				format: 'png',
				width: 1024,
				height: 1024,
			});
		expect(stage.sandbox.books().webhooks.map(({ status }) => status)).toEqual([200]);
	},
	60_000,
);

it('retrying a failed execution gives the job that was made, not a second one', async () => {
	const { id } = await stage.install({
		name: 'Retried',
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: '1',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: '2',
				name: 'Generate',
				type: 'n8n-nodes-image-pipelines.imageGenerate',
				typeVersion: 1,
				position: [200, 0],
				parameters: { provider: 'imageSaas', prompt: 'A cat' },
			},
		],
		connections: { Start: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] } },
	});
	// Each time, the job is made and its answer is lost.
	stage.sandbox.fault({ route: 'generate', kind: 'resetAfterAccept', times: 4 });
	const failed = await stage.client.waitForExecution(await stage.client.runWorkflow(id), 60_000, ['error']);
	const known = (await stage.client.listExecutions({ workflowId: id })).map((execution) => execution.id);
	void stage.client.request('POST', `/rest/executions/${failed.id}/retry`, { loadWorkflow: false });
	const retried = await stage.client.waitForExecution(
		await stage.client.waitForNewExecution(id, known, 20_000),
		60_000,
	);
	expect(retried.status).toBe('success');
	expect(stage.sandbox.books().jobs).toHaveLength(1);
	expect(stage.sandbox.books().generationsBilled).toBe(1);
}, 120_000);

it('stopping an execution stops its waiting within a second', async () => {
	const { id } = await stage.install({
		name: 'Stopped',
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: '1',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: '2',
				name: 'Generate',
				type: 'n8n-nodes-image-pipelines.imageGenerate',
				typeVersion: 1,
				position: [200, 0],
				parameters: { provider: 'imageSaas', prompt: 'Never ends [hang]' },
			},
		],
		connections: { Start: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] } },
	});
	const execution = await stage.client.runWorkflow(id);
	const looks = () => stage.sandbox.books().requests['GET /v1/jobs/:jobId'] ?? 0;
	await waitUntil({ for: 'the job to be looked at', withinMs: 20_000 }, () =>
		Promise.resolve(looks() > 0 || undefined),
	);
	const asked = Date.now();
	await stage.client.stopExecution(execution);
	await stage.client.waitForExecution(execution, 5_000, ['canceled']);
	expect(Date.now() - asked).toBeLessThan(1_000);
}, 60_000);

it("the credential's test distinguishes a right key from a wrong one", async () => {
	const test = (apiKey: string) =>
		stage.client.request<{ status: string; message: string }>('POST', '/rest/credentials/test', {
			credentials: {
				id: '',
				name: 'Tried',
				type: 'imageSaasApi',
				data: {
					baseUrl: stage.sandbox.url,
					apiKey,
					webhookSecret: '',
					requestsPerMinute: 60,
					jobsInFlight: 5,
					allowedHosts: '',
				},
			},
		});
	expect(await test(stage.apiKey)).toMatchObject({ status: 'OK' });
	expect(await test('img_wrong')).toMatchObject({ status: 'Error' });
}, 30_000);

it("every bundled workflow passes n8n's own import, whole", async () => {
	const folder = join(__dirname, '..', '..', 'workflows');
	const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
	// n8n's own command imports the original files into a new database.
	const userFolder = mkdtempSync(join(tmpdir(), 'image-pipelines-import-'));
	prepareUserFolder(userFolder);
	const input = join(userFolder, 'import');
	mkdirSync(input);
	for (const name of names) copyFileSync(join(folder, name), join(input, name));
	await executeCli(['import:workflow', '--separate', `--input=${input}`], { userFolder });
	const exported = JSON.parse(
		await executeCli(['export:workflow', '--all'], { userFolder }).then((text) => text.slice(text.indexOf('[{'))),
	) as Array<{ name: string; nodes: unknown[] }>;
	for (const name of names) {
		const own = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { name: string; nodes: unknown[] };
		expect(exported.find((workflow) => workflow.name === own.name)?.nodes).toEqual(own.nodes);
	}
	rmSync(userFolder, { recursive: true, force: true });
}, 120_000);
