import { join } from 'node:path';
import { waitUntil } from '../../scripts/lib/n8nInstance';
import { canary } from '../support/canaries';
import { Stage } from './instance';
import { recordFigure } from '../support/figures';

const path = '3f6d2b9e-7c41-4a8d-9e05-c1b2a3d4e5f6/image-jobs';
const stage = new Stage();
let workflowId = '';

beforeAll(async () => {
	await stage.open();
	const workflow = await stage.installBundled('webhook-delivery');
	workflowId = workflow.id;
	await stage.client.publishWorkflow(workflowId);
}, 120_000);

afterAll(async () => {
	recordFigure('webhooks.forged', `0 of ${refused} started a workflow`);
	await stage.close();
});

let events = 0;
let refused = 0;
const payload = (patch: object = {}) =>
	JSON.stringify({
		eventId: `evt_${++events}_${Date.now()}`,
		jobId: 'cmkuz35wf00034rk15ycgzvce',
		tenantId: 't',
		status: 'FAILED',
		resultUrls: [],
		error: { code: 'PROVIDER_ERROR', message: 'no' },
		timestamp: Date.now(),
		...patch,
	});

/** Sends a delivery that must not start the workflow, then one that must. Checks that only the second starts it. */
async function runsOnly(send: () => Promise<number>): Promise<{ status: number; started: number }> {
	const before = await stage.client.listExecutions({ workflowId });
	const status = await send();
	expect(await stage.deliver(path, payload())).toBe(200);
	const known = before.map(({ id }) => id);
	await stage.client.waitForExecution(await stage.client.waitForNewExecution(workflowId, known, 20_000), 20_000);
	return { status, started: (await stage.executionsOf(workflowId)) - before.length };
}

it('a signed delivery starts the workflow once', async () => {
	expect(await runsOnly(() => Promise.resolve(0))).toEqual({ status: 0, started: 1 });
}, 60_000);

it.each([
	['signed with another secret', () => stage.deliver(path, payload(), { secret: canary('whsec_other') })],
	['without a signature', () => stage.deliver(path, payload(), { signature: null })],
	['with an empty signature', () => stage.deliver(path, payload(), { signature: 'sha256=' })],
	['with a signature of another kind', () => stage.deliver(path, payload(), { signature: `md5=${'0'.repeat(64)}` })],
])(
	'a delivery %s is answered 401 and runs nothing',
	async (_how, send) => {
		expect(await runsOnly(send)).toEqual({ status: 401, started: 1 });
		refused++;
	},
	60_000,
);

it('a changed delivery gets 401 and runs nothing', async () => {
	const { createHmac } = await import('node:crypto');
	const signature = `sha256=${createHmac('sha256', stage.webhookSecret).update(payload()).digest('hex')}`;
	expect(await runsOnly(() => stage.deliver(path, payload({ status: 'SUCCEEDED' }), { signature }))).toEqual({
		status: 401,
		started: 1,
	});
}, 60_000);

it.each([
	['older than the tolerance', Date.now() - 301_000 - 60_000],
	['from the future', Date.now() + 301_000 + 60_000],
	['without a timestamp', undefined],
])(
	'a delivery %s is rejected and runs nothing',
	async (_how, timestamp) => {
		expect(await runsOnly(() => stage.deliver(path, payload({ timestamp })))).toEqual({ status: 400, started: 1 });
	},
	60_000,
);

it('a repeated event is acknowledged and not run again, also when both come at once', async () => {
	const body = payload();
	expect(
		await runsOnly(async () => {
			// Until the first delivery is recorded and confirmed, the answer to the others asks for a repeat.
			const answers = await Promise.all([
				stage.deliver(path, body),
				stage.deliver(path, body),
				stage.deliver(path, body),
			]);
			expect(answers.filter((status) => status !== 200 && status !== 503)).toEqual([]);
			return answers.includes(200) ? 200 : 0;
		}),
	).toEqual({ status: 200, started: 2 });
	// The real server signs each attempt again: the bytes differ, the event is the same.
	const again = JSON.stringify({ ...(JSON.parse(body) as object), timestamp: Date.now() + 1 });
	expect(await runsOnly(() => stage.deliver(path, again))).toEqual({ status: 200, started: 1 });
}, 60_000);

it('a repeated event is not run again after a restart of n8n either', async () => {
	const body = payload();
	expect(await runsOnly(() => stage.deliver(path, body))).toEqual({ status: 200, started: 2 });
	await stage.reopen();
	expect(await runsOnly(() => stage.deliver(path, body))).toEqual({ status: 200, started: 1 });
}, 120_000);

it('an oversized delivery gets 413 and runs nothing', async () => {
	expect(await runsOnly(() => stage.deliver(path, payload({ padding: 'x'.repeat(1_100_000) })))).toEqual({
		status: 413,
		started: 1,
	});
}, 60_000);

it('a signed body that is not a delivery gets an error and runs nothing', async () => {
	expect(
		await runsOnly(() => stage.deliver(path, JSON.stringify({ hello: 'world', timestamp: Date.now() }))),
	).toEqual({ status: 400, started: 1 });
	expect((await runsOnly(() => stage.deliver(path, '{"eventId": '))).status).toBe(422);
}, 60_000);

it('an unknown status and unknown fields are passed on', async () => {
	const { id } = await stage.install({
		name: 'Everything',
		nodes: [
			{
				id: 'a',
				name: 'Trigger',
				type: 'n8n-nodes-image-pipelines.imageWebhookTrigger',
				typeVersion: 1,
				position: [0, 0],
				webhookId: '11111111-2222-4333-8444-555555555555',
				parameters: { provider: 'imageSaas', events: ['other'], options: {} },
			},
		],
		connections: {},
		settings: { executionOrder: 'v1' },
	});
	await stage.client.publishWorkflow(id);
	expect(
		await stage.deliver(
			'11111111-2222-4333-8444-555555555555/image-jobs',
			payload({ eventId: 4711, status: 'PAUSED', schemaVersion: 2, usage: { credits: 1 } }),
		),
	).toBe(200);
	const execution = await stage.client.waitForExecution(
		await stage.client.waitForNewExecution(id, [], 20_000),
		20_000,
	);
	const [item] = execution.data.resultData.runData['Trigger']?.[0]?.data?.main?.[0] ?? [];
	expect(item?.json).toMatchObject({
		job: { id: 'cmkuz35wf00034rk15ycgzvce', status: 'running' },
		event: { id: '4711', status: 'PAUSED', payload: { schemaVersion: 2, usage: { credits: 1 } } },
	});
}, 60_000);

it('without a secret in the credential the workflow cannot be published, and the error says why', async () => {
	const bare = await stage.client.createCredential({
		name: 'No secret',
		type: 'imageSaasApi',
		data: {
			baseUrl: stage.sandbox.url,
			apiKey: stage.apiKey,
			webhookSecret: '',
			requestsPerMinute: 0,
			jobsInFlight: 0,
			allowedHosts: '',
		},
	});
	const { id } = await stage.client.importWorkflow({
		name: 'No secret',
		nodes: [
			{
				id: 'a',
				name: 'Trigger',
				type: 'n8n-nodes-image-pipelines.imageWebhookTrigger',
				typeVersion: 1,
				position: [0, 0],
				webhookId: '11111111-2222-4333-8444-666666666666',
				parameters: { provider: 'imageSaas', options: {} },
				credentials: { imageSaasApi: bare },
			},
		],
		connections: {},
		settings: { executionOrder: 'v1' },
	});
	await expect(stage.client.publishWorkflow(id)).rejects.toThrow(/no webhook secret/);
}, 60_000);

it.each([
	['its picture', 'A cat', ['image_0']],
	['the reason, if the image is missing,', 'A cat [missing-image]', []],
])(
	'with Download Images the item comes with %s',
	async (_what, prompt, fields) => {
		const webhookId = `22222222-2222-4333-8444-${prompt.length.toString().padStart(12, '0')}`;
		const { id } = await stage.install({
			name: 'Downloads',
			nodes: [
				{
					id: 'a',
					name: 'Trigger',
					type: 'n8n-nodes-image-pipelines.imageWebhookTrigger',
					typeVersion: 1,
					position: [0, 0],
					webhookId,
					parameters: { provider: 'imageSaas', options: { download: true } },
				},
			],
			connections: {},
			settings: { executionOrder: 'v1' },
		});
		await stage.client.publishWorkflow(id);
		stage.sandbox.settings({ webhookUrl: `${stage.n8n.url}/webhook/${webhookId}/image-jobs` });
		await fetch(`${stage.sandbox.url}/v1/images/generate`, {
			method: 'POST',
			headers: { authorization: `Bearer ${stage.apiKey}`, 'content-type': 'application/json' },
			body: JSON.stringify({ prompt }),
		});
		const execution = await stage.client.waitForExecution(
			await stage.client.waitForNewExecution(id, [], 40_000),
			40_000,
		);
		stage.sandbox.settings({ webhookUrl: null });
		const [item] = execution.data.resultData.runData['Trigger']?.[0]?.data?.main?.[0] ?? [];
		expect(Object.keys(item?.binary ?? {})).toEqual(fields);
		expect(item?.json['job']).toMatchObject({
			status: 'succeeded',
			error: fields.length > 0 ? null : { code: 'notFound' },
		});
	},
	60_000,
);

it("an event with the same number is a new event if the provider's counter was reset", async () => {
	expect(
		await runsOnly(() => stage.deliver(path, payload({ eventId: 17, jobId: 'cmkuz35wf00034rk15ycgzaaa' }))),
	).toEqual({ status: 200, started: 2 });
	expect(
		await runsOnly(() => stage.deliver(path, payload({ eventId: 17, jobId: 'cmkuz35wf00034rk15ycgzbbb' }))),
	).toEqual({ status: 200, started: 2 });
	expect(
		await runsOnly(() => stage.deliver(path, payload({ eventId: 17, jobId: 'cmkuz35wf00034rk15ycgzbbb' }))),
	).toEqual({ status: 200, started: 1 });
}, 90_000);

it('n8n has recorded what it acknowledged: after a kill at the answer, nothing is lost', async () => {
	const before = (await stage.client.listExecutions({ workflowId })).length;
	for (let n = 0; n < 3; n++) {
		expect(await stage.deliver(path, payload())).toBe(200);
		await stage.n8n.kill();
		await stage.reopen();
	}
	expect((await stage.client.listExecutions({ workflowId })).length).toBe(before + 3);
}, 120_000);

it('a delivery that n8n cannot record is not acknowledged, and the next attempt is run', async () => {
	const { DatabaseSync } = await import('node:sqlite');
	const body = payload();
	const before = (await stage.client.listExecutions({ workflowId })).length;
	const database = new DatabaseSync(join(stage.userFolder, '.n8n', 'database.sqlite'));
	database.exec('BEGIN IMMEDIATE');
	try {
		expect(await stage.deliver(path, body)).toBe(500);
	} finally {
		database.exec('ROLLBACK');
		database.close();
	}
	// The test repeats like a sender: until the claim of the failed attempt expires, the answer asks for a repeat.
	const answers = await waitUntil({ for: 'the repeat to be taken', withinMs: 30_000, everyMs: 1_000 }, async () =>
		(await stage.deliver(path, body)) === 200 ? true : undefined,
	);
	expect(answers).toBe(true);
	await waitUntil({ for: 'the run', withinMs: 20_000 }, async () =>
		(await stage.client.listExecutions({ workflowId })).length > before ? true : undefined,
	);
}, 90_000);
