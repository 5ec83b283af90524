import { nodeOutput, waitUntil, type Workflow } from '../../scripts/lib/n8nInstance';
import { canary } from '../support/canaries';
import { Stage } from './instance';

const stage = new Stage();
let workflowId = '';

/**
 * Polls every 2 s: n8n accepts at most one poll per minute in an expression, and it counts an expression with a fixed
 * second as one per minute.
 */
const oftenEnough = {
	item: Array.from({ length: 30 }, (_, n) => ({ mode: 'custom', cronExpression: `${n * 2} * * * * *` })),
};

const workflowWith = (name: string, parameters: object = {}): Workflow => ({
	name,
	nodes: [
		{
			id: `trigger of ${name}`,
			name: 'Trigger',
			type: 'n8n-nodes-image-pipelines.imageJobsTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: { pollTimes: oftenEnough, provider: 'imageSaas', ...parameters },
		},
	],
	connections: {},
	settings: { executionOrder: 'v1' },
});

async function post(path: string, body: object): Promise<Record<string, unknown>> {
	const answer = await fetch(`${stage.sandbox.url}${path}`, {
		method: 'POST',
		headers: { authorization: `Bearer ${stage.apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return (await answer.json()) as Record<string, unknown>;
}

/** A job that ends when the test ends it. */
const submit = async (prompt: string) =>
	String((await post('/v1/images/generate', { prompt: `${prompt} [queue]` }))['jobId']);
const finish = (id: string, status = 'SUCCEEDED') => post(`/__sandbox/jobs/${id}/finish`, { status });

/** The job ids of all runs so far, with repeats. */
async function given(): Promise<string[]> {
	const runs = await stage.client.listExecutions({ workflowId });
	const executions = await Promise.all(runs.map(({ id }) => stage.client.getExecution(id)));
	expect(
		executions
			.map(({ status }) => status)
			.filter((status) => status !== 'success' && status !== 'running' && status !== 'new'),
	).toEqual([]);
	return executions.flatMap((execution) =>
		nodeOutput(execution, 'Trigger').map(({ json }) => (json['job'] as { id: string }).id),
	);
}

async function untilGiven(id: string): Promise<void> {
	await waitUntil(
		{ for: `job ${id} to start the workflow`, withinMs: 30_000, everyMs: 300, context: () => stage.n8n.logTail() },
		async () => ((await given()).includes(id) ? true : undefined),
	);
}

beforeAll(async () => {
	await stage.open();
	await finish(await submit('Before'));
	({ id: workflowId } = await stage.install(workflowWith('Jobs')));
}, 120_000);

afterAll(() => stage.close());

it('every job that ends after publication starts the workflow exactly once, through two restarts of n8n', async () => {
	const early = await submit('Submitted before publication');
	await stage.client.publishWorkflow(workflowId);
	const atOnce = await Promise.all(['1', '2', '3', '4', '5'].map(submit));
	await Promise.all(atOnce.map((id, n) => finish(id, n === 3 ? 'FAILED' : 'SUCCEEDED')));
	for (const id of atOnce) await untilGiven(id);

	const meanwhile = [await submit('Ends while n8n is down')];
	await stage.n8n.kill();
	meanwhile.push(await submit('Made while n8n is down'));
	for (const id of meanwhile) await finish(id);
	await stage.reopen();
	for (const id of meanwhile) await untilGiven(id);

	await stage.reopen();
	await finish(early);
	await untilGiven(early);
	const last = await submit('The last');
	await finish(last);
	await untilGiven(last);
	expect((await given()).sort()).toEqual([...atOnce, ...meanwhile, early, last].sort());
}, 240_000);

it('the pictures are in the run that the trigger starts', async () => {
	const [newest] = await stage.client.listExecutions({ workflowId });
	const [item] = nodeOutput(await stage.client.getExecution(newest?.id ?? ''), 'Trigger');
	expect(item).toMatchObject({
		json: { job: { provider: 'imageSaas', status: 'succeeded' }, request: { prompt: 'The last [queue]' } },
		binary: { image_0: { mimeType: 'image/png', id: expect.stringContaining('filesystem') } },
	});
});

it('a test event is the newest finished job, or a message that there is none', async () => {
	const { id } = await stage.install(workflowWith('Tried out', { events: ['failed'] }));
	const tried = await stage.client.waitForExecution(await stage.client.runWorkflow(id, 'Trigger'), 30_000);
	expect(nodeOutput(tried, 'Trigger')).toMatchObject([{ json: { job: { status: 'failed' } } }]);
	const { id: none } = await stage.install(workflowWith('None', { events: ['canceled'] }));
	const failed = await stage.client.waitForExecution(await stage.client.runWorkflow(none, 'Trigger'), 30_000);
	expect(failed.status).toBe('error');
	expect(failed.data.resultData.error?.message).toContain('Image SaaS lists no job that has ended as');
}, 90_000);

it('with a wrong key the workflow cannot be published, and the error says why', async () => {
	const wrong = await stage.client.createCredential({
		name: 'Wrong key',
		type: 'imageSaasApi',
		data: {
			baseUrl: stage.sandbox.url,
			apiKey: canary('img_key_wrong'),
			webhookSecret: '',
			requestsPerMinute: 0,
			jobsInFlight: 0,
			allowedHosts: '',
		},
	});
	const workflow = workflowWith('Wrong key');
	const { id } = await stage.client.importWorkflow({
		...workflow,
		nodes: workflow.nodes.map((node) => ({ ...node, credentials: { imageSaasApi: wrong } })),
	});
	await expect(stage.client.publishWorkflow(id)).rejects.toThrow(/Image SaaS answered 401/);
}, 90_000);
