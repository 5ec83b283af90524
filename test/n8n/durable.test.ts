import type { Workflow } from '../../scripts/lib/n8nInstance';
import { Stage } from './instance';

const stage = new Stage();

beforeAll(() => stage.open({ jobDurationMs: 10_000 }), 120_000);
afterAll(() => stage.close());

const pack = 'n8n-nodes-image-pipelines.';
const items = 4;

/** Submit, then a loop: Wait (n8n parks a Wait of 65 s or more in the database), poll once; Pending returns to Wait. */
const loop: Workflow = {
	name: 'Durable loop',
	settings: { executionOrder: 'v1' },
	nodes: [
		{
			id: '1',
			name: 'Start',
			type: 'n8n-nodes-base.webhook',
			typeVersion: 2,
			position: [0, 0],
			webhookId: 'dddddddd-1111-4222-8333-444444444444',
			parameters: { httpMethod: 'POST', path: 'durable', options: {} },
		},
		{
			id: '2',
			name: 'Rows',
			type: 'n8n-nodes-base.splitOut',
			typeVersion: 1,
			position: [200, 0],
			parameters: { fieldToSplitOut: 'body.prompts', options: {} },
		},
		{
			id: '3',
			name: 'Image Generate',
			type: `${pack}imageGenerate`,
			typeVersion: 1,
			position: [400, 0],
			parameters: { provider: 'imageSaas', prompt: "={{ $json['body.prompts'] }}", wait: false, options: {} },
		},
		{
			id: '4',
			name: 'Wait',
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			position: [600, 0],
			webhookId: 'dddddddd-1111-4222-8333-555555555555',
			parameters: { amount: 66, unit: 'seconds' },
		},
		{
			id: '5',
			name: 'Image Poll',
			type: `${pack}imagePoll`,
			typeVersion: 1,
			position: [800, 0],
			parameters: { mode: 'once', options: {} },
		},
		{ id: '6', name: 'Finished', type: 'n8n-nodes-base.noOp', typeVersion: 1, position: [1000, 0], parameters: {} },
	],
	connections: {
		Start: { main: [[{ node: 'Rows', type: 'main', index: 0 }]] },
		Rows: { main: [[{ node: 'Image Generate', type: 'main', index: 0 }]] },
		'Image Generate': { main: [[{ node: 'Wait', type: 'main', index: 0 }]] },
		Wait: { main: [[{ node: 'Image Poll', type: 'main', index: 0 }]] },
		'Image Poll': {
			main: [[{ node: 'Finished', type: 'main', index: 0 }], [{ node: 'Wait', type: 'main', index: 0 }]],
		},
	},
};

it('kill -9 in a loop of Wait and Poll Once loses nothing and pays nothing twice', async () => {
	const { id } = await stage.install(loop);
	await stage.client.publishWorkflow(id);
	// One job outlasts the first round, so that Pending goes back to Wait after the restart.
	const prompts = Array.from({ length: items }, (_, n) => `Picture ${n}${n === 0 ? ' [slow:140000]' : ''}`);
	const started = await fetch(`${stage.n8n.url}/webhook/durable`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ prompts }),
	});
	expect(started.status).toBe(200);
	const execution = await stage.client.waitForNewExecution(id, [], 20_000);
	await stage.client.waitForExecution(execution, 30_000, ['waiting']);

	await stage.n8n.kill();
	await stage.reopen();

	const ended = await stage.client.waitForExecution(execution, 400_000, ['success']);
	const rounds = ended.data.resultData.runData['Image Poll'] ?? [];
	expect(rounds.length).toBeGreaterThan(1);
	const finished = rounds.flatMap((round) => round.data?.main?.[0] ?? []);
	expect(finished.map(({ json }) => (json['request'] as { prompt: string }).prompt).sort()).toEqual(prompts);
	for (const item of finished) expect(item.binary?.['image_0']?.mimeType).toBe('image/png');

	const books = stage.sandbox.books();
	expect(books.jobs.map(({ prompt }) => prompt).sort()).toEqual(prompts);
	expect(books.generationsBilled).toBe(items);
}, 600_000);
