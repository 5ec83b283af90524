import { waitUntil, type Workflow } from '../../scripts/lib/n8nInstance';
import { given } from './pipelines';
import { Stage } from './instance';

const stage = new Stage();
const pack = 'n8n-nodes-image-pipelines.';
const rows = 5;

beforeAll(() => stage.open({ jobDurationMs: 300 }), 120_000);
afterAll(() => stage.close());
beforeEach(() => stage.sandbox.reset());

let workflows = 0;

/** Rows → Stamp (adds a time to every item) → Generate → Later, a slow node. */
function batch({
	wait = true,
	laterSeconds = 30,
	prompt = "={{ $json['body.prompts'] }}",
} = {}): Workflow & { path: string } {
	const path = `memory-${++workflows}`;
	return {
		path,
		name: `Batch ${workflows}`,
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: '1',
				name: 'Start',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, 0],
				webhookId: `ffffffff-1111-4222-8333-${String(workflows).padStart(12, '0')}`,
				parameters: { httpMethod: 'POST', path, options: {} },
			},
			{
				id: '6',
				name: 'By Hand',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 200],
				parameters: {},
			},
			{
				id: '7',
				name: 'Prompts',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				position: [100, 200],
				parameters: {
					mode: 'raw',
					jsonOutput: JSON.stringify({ body: { prompts: prompts('By hand') } }),
					options: {},
				},
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
				name: 'Stamp',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				position: [300, 0],
				parameters: {
					assignments: {
						assignments: [{ id: 'at', name: 'at', type: 'string', value: '={{ $now.toISO() }}' }],
					},
					includeOtherFields: true,
					options: {},
				},
			},
			{
				id: '4',
				name: 'Generate',
				type: `${pack}imageGenerate`,
				typeVersion: 1,
				position: [400, 0],
				parameters: { provider: 'imageSaas', prompt, wait, options: {} },
			},
			{
				id: '5',
				name: 'Later',
				type: 'n8n-nodes-base.wait',
				typeVersion: 1.1,
				position: [600, 0],
				webhookId: `ffffffff-2222-4222-8333-${String(workflows).padStart(12, '0')}`,
				parameters: { amount: laterSeconds, unit: 'seconds' },
			},
		],
		connections: {
			Start: { main: [[{ node: 'Rows', type: 'main', index: 0 }]] },
			'By Hand': { main: [[{ node: 'Prompts', type: 'main', index: 0 }]] },
			Prompts: { main: [[{ node: 'Rows', type: 'main', index: 0 }]] },
			Rows: { main: [[{ node: 'Stamp', type: 'main', index: 0 }]] },
			Stamp: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] },
			Generate: { main: [[{ node: 'Later', type: 'main', index: 0 }]] },
		},
	};
}

const prompts = (name: string) => Array.from({ length: rows }, (_, n) => `${name}, No. ${n}`);
const books = () => stage.sandbox.books();
const jobsMade = async (count: number) =>
	await waitUntil({ for: `${count} jobs`, withinMs: 30_000 }, () =>
		Promise.resolve(books().jobs.length >= count || undefined),
	);

async function installed(workflow: Workflow & { path: string }): Promise<{ id: string; path: string }> {
	const { path, ...rest } = workflow;
	const { id } = await stage.install(rest);
	await stage.client.publishWorkflow(id);
	return { id, path };
}

async function started({ id, path }: { id: string; path: string }, wanted: string[]): Promise<string> {
	const known = (await stage.client.listExecutions({ workflowId: id })).map((one) => one.id);
	await fetch(`${stage.n8n.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ prompts: wanted }),
	});
	return await stage.client.waitForNewExecution(id, known, 20_000);
}

async function retried(workflowId: string, execution: string): Promise<string> {
	const known = (await stage.client.listExecutions({ workflowId })).map((one) => one.id);
	void stage.client
		.request('POST', `/rest/executions/${execution}/retry`, { loadWorkflow: false })
		.catch(() => undefined);
	return await stage.client.waitForNewExecution(workflowId, known, 20_000);
}

/** The final output of Generate, by prompt. */
async function delivered(execution: string): Promise<string[]> {
	const ended = await stage.client.waitForExecution(execution, 120_000);
	const items = given(ended, 'Generate').filter(({ json }) => 'job' in json);
	return items
		.filter(({ binary }) => binary?.['image_0'] !== undefined)
		.map(({ json }) => (json['request'] as { prompt: string }).prompt)
		.sort();
}

it('n8n dies in the node behind Generate: Retry gives the same jobs, though every item carries a time', async () => {
	const workflow = await installed(batch({ laterSeconds: 12 }));
	const execution = await started(workflow, prompts('Retry'));
	await jobsMade(rows);
	await waitUntil({ for: 'Generate to end', withinMs: 30_000 }, () =>
		Promise.resolve(books().downloads >= rows || undefined),
	);
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	await stage.n8n.kill();
	await stage.reopen();
	await stage.client.waitForExecution(execution, 30_000, ['crashed']);
	expect(await delivered(await retried(workflow.id, execution))).toEqual(prompts('Retry'));
	expect(books().jobs).toHaveLength(rows);
}, 240_000);

it('n8n dies in the node behind Generate: a new run adopts the jobs, and the next one makes its own', async () => {
	const workflow = await installed(batch({ laterSeconds: 8 }));
	await started(workflow, prompts('New run'));
	await waitUntil({ for: 'Generate to end', withinMs: 30_000 }, () =>
		Promise.resolve(books().downloads >= rows || undefined),
	);
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	await stage.n8n.kill();
	await stage.reopen();
	expect(await delivered(await started(workflow, prompts('New run')))).toEqual(prompts('New run'));
	expect(books().jobs).toHaveLength(rows);
	expect(await delivered(await started(workflow, prompts('New run')))).toEqual(prompts('New run'));
	expect(books().jobs).toHaveLength(2 * rows);
}, 240_000);

it('a batch stopped by hand keeps its paid jobs: the next manual run delivers them', async () => {
	stage.sandbox.settings({ jobDurationMs: 6_000 });
	const { id } = await stage.install((({ path: _path, ...rest }) => rest)(batch({ laterSeconds: 1 })));
	const execution = await stage.client.runWorkflow(id, 'By Hand');
	await jobsMade(rows);
	await waitUntil({ for: 'the jobs to run', withinMs: 20_000 }, () =>
		Promise.resolve(books().jobs.every(({ status }) => status !== 'QUEUED') || undefined),
	);
	await stage.client.stopExecution(execution);
	await stage.client.waitForExecution(execution, 30_000);
	const next = await stage.client.runWorkflow(id, 'By Hand');
	expect(await delivered(next)).toEqual(prompts('By hand'));
	expect(books().jobs).toHaveLength(rows);
	const items = given(await stage.client.getExecution(next), 'Generate');
	expect(items.map(({ json }) => (json['job'] as { adoptedFrom?: string }).adoptedFrom)).toEqual(
		Array.from({ length: rows }, () => execution),
	);
}, 120_000);

it('a run by hand that died with n8n is taken over by the next one', async () => {
	stage.sandbox.settings({ jobDurationMs: 4_000 });
	const { id } = await stage.install((({ path: _path, ...rest }) => rest)(batch({ laterSeconds: 1 })));
	await stage.client.runWorkflow(id, 'By Hand');
	await jobsMade(rows);
	await stage.n8n.kill();
	await stage.reopen();
	expect(await delivered(await stage.client.runWorkflow(id, 'By Hand'))).toEqual(prompts('By hand'));
	expect(books().jobs).toHaveLength(rows);
}, 120_000);

it('two customers with equal requests get a job each, and so does the next scheduled run', async () => {
	const workflow = await installed(batch({ laterSeconds: 1 }));
	const wanted = prompts('A fox');
	const both = await Promise.all([started(workflow, wanted), started(workflow, wanted)]);
	const executions = (await stage.client.listExecutions({ workflowId: workflow.id })).map(({ id }) => id);
	expect(executions.length).toBe(2);
	for (const execution of executions) expect(await delivered(execution)).toEqual(wanted);
	expect(both.length).toBe(2);
	expect(books().jobs).toHaveLength(2 * rows);
	expect(await delivered(await started(workflow, wanted))).toEqual(wanted);
	expect(books().jobs).toHaveLength(3 * rows);
}, 120_000);

it('equal prompts in one execution are a job each', async () => {
	const workflow = await installed(batch({ laterSeconds: 1, prompt: 'A fox' }));
	await stage.client.waitForExecution(await started(workflow, prompts('x')), 60_000);
	expect(books().jobs).toHaveLength(rows);
}, 60_000);

it('two retries at once share what there is', async () => {
	const workflow = await installed(batch({ laterSeconds: 12 }));
	const execution = await started(workflow, prompts('Twice'));
	await waitUntil({ for: 'Generate to end', withinMs: 30_000 }, () =>
		Promise.resolve(books().downloads >= rows || undefined),
	);
	await stage.n8n.kill();
	await stage.reopen();
	await stage.client.waitForExecution(execution, 30_000, ['crashed']);
	const known = [execution];
	for (let n = 0; n < 2; n++)
		void stage.client
			.request('POST', `/rest/executions/${execution}/retry`, { loadWorkflow: n === 1 })
			.catch(() => undefined);
	const ids = await waitUntil({ for: 'both retries', withinMs: 20_000 }, async () => {
		const fresh = (await stage.client.listExecutions({ workflowId: workflow.id }))
			.map(({ id }) => id)
			.filter((id) => !known.includes(id));
		return fresh.length === 2 ? fresh : undefined;
	});
	for (const id of ids) expect(await delivered(id)).toEqual(prompts('Twice'));
	expect(books().jobs).toHaveLength(rows);
}, 240_000);

it('a sub-workflow called for each item gives each its own job, and the same jobs on a retry', async () => {
	const child = await stage.install({
		name: 'Child',
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: '1',
				name: 'Called',
				type: 'n8n-nodes-base.executeWorkflowTrigger',
				typeVersion: 1.1,
				position: [0, 0],
				parameters: { inputSource: 'passthrough' },
			},
			{
				id: '2',
				name: 'Generate',
				type: `${pack}imageGenerate`,
				typeVersion: 1,
				position: [200, 0],
				parameters: { provider: 'imageSaas', prompt: 'A fox', options: {} },
			},
		],
		connections: { Called: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] } },
	});
	await stage.client.publishWorkflow(child.id);
	const { nodes, connections, ...parent } = batch({ laterSeconds: 12 });
	const workflow = await installed({
		...parent,
		nodes: nodes.map((node) =>
			node.name === 'Generate'
				? {
						...node,
						type: 'n8n-nodes-base.executeWorkflow',
						typeVersion: 1.2,
						parameters: {
							workflowId: { __rl: true, mode: 'id', value: child.id },
							mode: 'each',
							options: {},
						},
					}
				: node,
		),
		connections,
	});
	const execution = await started(workflow, prompts('Sub'));
	await waitUntil({ for: 'all children to end', withinMs: 40_000 }, () =>
		Promise.resolve(books().downloads >= rows || undefined),
	);
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	expect(books().jobs).toHaveLength(rows);
	await stage.n8n.kill();
	await stage.reopen();
	await stage.client.waitForExecution(execution, 30_000, ['crashed']);
	const again = await stage.client.waitForExecution(await retried(workflow.id, execution), 120_000);
	const refs = given(again, 'Generate').flatMap(({ json }) =>
		'job' in json ? [(json['job'] as { ref: string }).ref] : [],
	);
	expect(new Set(refs).size).toBe(rows);
	expect(books().jobs).toHaveLength(rows);
}, 240_000);
