import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backends } from '../../sandbox/backends';
import { readOptions } from '../../scripts/demo/options';
import { fileOf } from '../../scripts/demo/setup';
import { prepareDataFolder, type Stage, type Started, setStage } from '../../scripts/demo/stage';
import { tour } from '../../scripts/demo/tour';
import { bundledWorkflowFiles, type Execution, freePort } from '../../scripts/lib/n8nInstance';
import { isPortFree } from '../../scripts/lib/ports';

const root = mkdtempSync(join(tmpdir(), 'image-pipelines-demo-'));
const started: Started = {};
let stage: Stage;

/** Starts the demo as `npm start` does, in a folder of its own. */
async function open(): Promise<Stage> {
	const [port, sandboxPort] = [await freePort(), await freePortsFrom()];
	const options = readOptions(['--port', `${port}`, '--sandbox-port', `${sandboxPort}`, '--folder', root], {});
	return await setStage(options, await prepareDataFolder(options), started);
}

/** The first of as many free ports in a row as there are sandboxes. */
async function freePortsFrom(): Promise<number> {
	for (;;) {
		const first = await freePort();
		const free = await Promise.all(backends.map((_, place) => isPortFree(first + place)));
		if (first + backends.length <= 65_535 && free.every(Boolean)) return first;
	}
}

beforeAll(async () => {
	stage = await open();
}, 120_000);
afterAll(async () => {
	await started.n8n?.kill();
	await started.sandbox?.stop();
	rmSync(root, { recursive: true, force: true });
});

/** Clicks "Execute workflow" and waits for the end. */
async function click(file: string): Promise<Execution> {
	const { id } = fileOf(stage.bundled, file);
	return await stage.client.waitForExecution(await stage.client.runWorkflow(id), 60_000);
}

const runsOf = (execution: Execution, node: string) => execution.data.resultData.runData[node] ?? [];
const itemsOf = (execution: Execution, node: string, output = 0) =>
	runsOf(execution, node).flatMap(({ data }) => data?.main?.[output] ?? []);
const imagesIn = (execution: Execution, node: string) =>
	itemsOf(execution, node).filter(({ binary }) => Object.keys(binary ?? {}).length > 0).length;

it('every bundled workflow is in the tour, and n8n lists it under its number and tag, the first on top', async () => {
	const files = bundledWorkflowFiles().map((file) => file.split('/').at(-1));
	expect(tour.map(({ file }) => file).toSorted()).toEqual(files);
	const listed = await stage.client.request<
		Array<{ name: string; updatedAt: string; tags?: Array<{ name: string }> }>
	>('GET', '/rest/workflows');
	const numbered = listed.filter(({ name }) => /^\d\d /.test(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
	expect(numbered.map(({ tags }) => tags?.map(({ name }) => name))).toEqual([
		['0 Start here'],
		...tour.map(({ tag }) => [tag]),
	]);
});

it('the start page makes an image and links every workflow', async () => {
	const page = await stage.client.getWorkflow(stage.startId);
	const notes = JSON.stringify(page.nodes.map(({ parameters }) => parameters['content']));
	for (const { id } of stage.bundled) expect(notes).toContain(`(${stage.n8n.url}/workflow/${id})`);
	const execution = await stage.client.waitForExecution(await stage.client.runWorkflow(stage.startId), 60_000);
	expect([execution.status, imagesIn(execution, 'Image Generate')]).toEqual(['success', 1]);
}, 60_000);

it('Quick start makes two images', async () => {
	const execution = await click('quick-start.json');
	expect(execution.status).toBe('success');
	const images = itemsOf(execution, 'Image Generate').flatMap(({ binary }) => Object.keys(binary ?? {}));
	expect(images).toHaveLength(2);
}, 60_000);

it('Retry meets a failure and ends with an image for each prompt', async () => {
	const execution = await click('retry.json');
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, 'Next attempt').length).toBeGreaterThan(0);
	expect(itemsOf(execution, 'Image Poll')).toHaveLength(3);
	expect(runsOf(execution, 'Dead letter')).toEqual([]);
}, 90_000);

it('Fallback ends at the second provider, and the path names the first', async () => {
	const execution = await click('fallback.json');
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, 'Path B').map(({ json }) => json['path'])).toEqual(
		[0, 1].map(() => ['imageSaas: overloaded', 'zImage']),
	);
}, 90_000);

it('Scheduled finds waiting rows and makes an image of each', async () => {
	const execution = await click('scheduled.json');
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, 'Next rows')).toHaveLength(5);
	expect(itemsOf(execution, 'Done')).toHaveLength(5);
}, 60_000);

it('Batch reads its table: seven rows become images, one row is wrong', async () => {
	const execution = await click('batch.json');
	expect(execution.status).toBe('success');
	const files = readdirSync(stage.n8n.filesFolder, { recursive: true }).map(String);
	const failures = files.filter((name) => /failures.*\.csv$/.test(name));
	expect(failures.map((name) => readFileSync(join(stage.n8n.filesFolder, name), 'utf8')).join()).toContain(
		'This row asks for too many images',
	);
	expect(files.filter((name) => /batch.*\.png$/.test(name))).toHaveLength(8);
}, 90_000);

it('Library upkeep reports the old tasks of a history, and keeps those with the word', async () => {
	const execution = await click('library-upkeep.json');
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, 'Would delete').map(({ json }) => json['prompt'])).toEqual([
		'A chair in pastel colours',
		'A portrait of a woman at dawn',
		'A castle in winter',
		'A bottle of perfume, first draft',
	]);
}, 60_000);

it('Export answers with a ZIP of the gallery', async () => {
	const answer = await fetch(`${stage.n8n.url}/webhook/image-export?prompt=fox`);
	expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
	expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(50_000);
}, 60_000);

it('Webhook-driven answers a post with a job', async () => {
	const answer = await fetch(`${stage.n8n.url}/webhook/images`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ prompt: 'A fox' }),
	});
	expect(answer.status).toBe(202);
}, 60_000);

it("Compose's form is open, and its sample files are there", async () => {
	const { workflow } = fileOf(stage.bundled, 'compose.json');
	const form = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.formTrigger')?.webhookId ?? '';
	expect((await fetch(`${stage.n8n.url}/form/${form}`)).status).toBe(200);
	expect(readdirSync(join(stage.n8n.filesFolder, 'samples')).filter((name) => name.endsWith('.png'))).toHaveLength(5);
}, 30_000);

it.each(['error-workflow.json', 'webhook-delivery.json'])(
	'%s has an execution to look at',
	async (file) => {
		const { id } = fileOf(stage.bundled, file);
		const execution = await stage.client.waitForExecution(
			await stage.client.waitForNewExecution(id, [], 30_000),
			30_000,
		);
		expect(execution.status).toBe('success');
	},
	60_000,
);

it('on a second start of the same folder, Retry and Fallback show their point again', async () => {
	const before = stage.bundled.map(({ id }) => id);
	await started.n8n?.kill();
	await started.sandbox?.stop();
	stage = await open();
	expect(stage.bundled.filter(({ isNew }) => isNew)).toEqual([]);
	expect(stage.bundled.map(({ id }) => id)).toEqual(before);
	const retry = await click('retry.json');
	expect(itemsOf(retry, 'Next attempt').length).toBeGreaterThan(0);
	const fallback = await click('fallback.json');
	expect(itemsOf(fallback, 'Path B')).toHaveLength(2);
}, 200_000);
