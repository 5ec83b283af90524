import { waitUntil, type Workflow } from '../../scripts/lib/n8nInstance';
import { type Kit, kits } from '../support/conformanceKits';
import { Stage } from './instance';

const stage = new Stage();
/** Providers that find the job of a key: by the key itself or by a look-up. */
const wanted = ['imageSaas', 'zImage', 'nanoBananaPro', 'gemini'];
const able = kits.filter(({ backend }) => wanted.includes(backend.id));

beforeAll(async () => {
	// Jobs run longer than the n8n process that began them.
	await stage.open({ jobDurationMs: 30_000 });
	for (const kit of able)
		if (kit.backend.id !== 'imageSaas') (await stage.add(kit)).settings({ jobDurationMs: 30_000 });
}, 120_000);
afterAll(() => stage.close());

const items = 3;
const booksOf = (id: string) => (id === 'imageSaas' ? stage.sandbox : stage.other(id)).books();

/** Three prompts, and one Generate that waits for its jobs. */
function waiting({ backend, request: { extras, ...request } = {} }: Kit, place: number): Workflow {
	const options = { ...extras, ...(backend.id === 'gemini' ? { batch: true } : {}) };
	return {
		name: `Waits at ${backend.displayName}`,
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: '1',
				name: 'Start',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, 0],
				webhookId: `eeeeeeee-1111-4222-8333-44444444444${place}`,
				parameters: { httpMethod: 'POST', path: `adopt-${backend.id}`, options: {} },
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
				name: 'Generate',
				type: 'n8n-nodes-image-pipelines.imageGenerate',
				typeVersion: 1,
				position: [400, 0],
				parameters: {
					provider: backend.id,
					prompt: "={{ $json['body.prompts'] }}",
					...request,
					count: 1,
					options,
				},
			},
		],
		connections: {
			Start: { main: [[{ node: 'Rows', type: 'main', index: 0 }]] },
			Rows: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] },
		},
	};
}

it('an execution whose n8n was killed while Generate waited adopts its jobs when it is retried', async () => {
	const begun: Array<{ kit: Kit; id: string; execution: string }> = [];
	for (const [place, kit] of able.entries()) {
		const { id } = await stage.install(waiting(kit, place));
		await stage.client.publishWorkflow(id);
		const prompts = Array.from({ length: items }, (_, n) => `No. ${n} by ${kit.backend.displayName}`);
		await fetch(`${stage.n8n.url}/webhook/adopt-${kit.backend.id}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ prompts }),
		});
		begun.push({ kit, id, execution: await stage.client.waitForNewExecution(id, [], 20_000) });
	}
	await waitUntil({ for: 'all jobs to be made', withinMs: 30_000 }, () =>
		Promise.resolve(able.every(({ backend }) => booksOf(backend.id).jobs.length >= items) || undefined),
	);
	const made = new Map(able.map(({ backend }) => [backend.id, booksOf(backend.id).jobs.length]));

	await stage.n8n.kill();
	await stage.reopen();

	for (const { kit, id, execution } of begun) {
		await stage.client.waitForExecution(execution, 30_000, ['crashed']);
		const known = (await stage.client.listExecutions({ workflowId: id })).map((one) => one.id);
		void stage.client
			.request('POST', `/rest/executions/${execution}/retry`, { loadWorkflow: false })
			.catch(() => undefined);
		const retried = await stage.client.waitForExecution(
			await stage.client.waitForNewExecution(id, known, 20_000),
			200_000,
		);
		expect({ provider: kit.backend.id, status: retried.status }).toEqual({
			provider: kit.backend.id,
			status: 'success',
		});
		const output = (retried.data.resultData.runData['Generate'] ?? []).flatMap((run) => run.data?.main?.[0] ?? []);
		expect(output.map(({ json }) => (json['job'] as { status: string }).status)).toEqual(
			Array.from({ length: items }, () => 'succeeded'),
		);
		expect({ provider: kit.backend.id, jobs: booksOf(kit.backend.id).jobs.length }).toEqual({
			provider: kit.backend.id,
			jobs: made.get(kit.backend.id),
		});
	}
}, 400_000);
