import { createHmac, randomUUID } from 'node:crypto';
import type { ICredentialDataDecryptedObject, IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { JobRecord } from '../../memory/record';
import type { Job } from '../../model/job';
import { receive } from '../../nodes/ImageWebhookTrigger/receive';
import { packMemory } from '../../nodes/execution/memory';
import { apiKey, bench } from './sandboxed';

const { sandbox, credential, generate } = bench();
const secret = 'whsec_sandbox';
const type = 'imageSaasApi';
const warnings: string[] = [];

const jobOf = (item: INodeExecutionData | undefined) => item?.json['job'] as unknown as Job;
const recordOf = async (ref: string | undefined): Promise<JobRecord | undefined> =>
	(await (await packMemory()).journal.list({ refs: [ref ?? ''], credentialIds: [type], limit: 1 }))[0];

/** Runs the trigger with the parts of n8n's webhook context that it uses. */
async function deliver(
	payload: IDataObject,
	more: { credential?: ICredentialDataDecryptedObject; signature?: string; events?: string[] } = {},
): Promise<{ status: number; item: INodeExecutionData | undefined }> {
	const rawBody = Buffer.from(
		JSON.stringify({
			eventId: randomUUID(),
			tenantId: 't',
			timestamp: Date.now(),
			error: null,
			resultUrls: [],
			...payload,
		}),
	);
	const signature = more.signature ?? `sha256=${createHmac('sha256', secret).update(rawBody).digest('hex')}`;
	const parameters: Record<string, unknown> = {
		provider: 'imageSaas',
		events: more.events ?? ['succeeded', 'failed', 'canceled'],
		options: {},
	};
	let status = 200;
	const response = {
		status: (code: number) => ((status = code), response),
		json: () => response,
		setHeader: () => response,
	};
	const context = {
		getNodeParameter: (name: string) => parameters[name],
		getCredentials: () => Promise.resolve(more.credential ?? credential()),
		getRequestObject: () => ({ headers: {}, rawBody, readRawBody: () => Promise.resolve() }),
		getHeaderData: () => ({ 'x-signature': signature }),
		getResponseObject: () => response,
		getWorkflow: () => ({ id: 'webhookWorkflow1' }),
		getNode: () => ({ id: 'trigger', name: 'Trigger', credentials: { [type]: { id: type, name: 'Sandbox' } } }),
		getMode: () => 'webhook',
		logger: { warn: (message: string) => warnings.push(message) },
	} as unknown as IWebhookFunctions;
	const { workflowData } = await receive(context);
	return { status, item: workflowData?.[0]?.[0] };
}

/** Starts a job that still runs when its node returns. */
async function running(parameters: IDataObject = {}): Promise<Job> {
	const made = await generate([{ prompt: `A fox ${randomUUID()} [queue]` }], { wait: false, ...parameters });
	return jobOf(made.output('Generate')[0]);
}

const urls = (count: number) => Array.from({ length: count }, (_, n) => `https://assets.example/fox-${n}.png`);

beforeEach(() => (warnings.length = 0));

it('a job of Image Generate has the ref of its item there, and its end is recorded', async () => {
	const job = await running();
	const { item } = await deliver({ jobId: job.id, status: 'SUCCEEDED', resultUrls: urls(1) });
	expect(jobOf(item)).toMatchObject({ id: job.id, status: 'succeeded', ref: job.ref });
	expect(await recordOf(job.ref)).toMatchObject({
		state: 'ended',
		snapshot: {
			job: { id: job.id, status: 'succeeded', total: 1, idempotencyKey: job.idempotencyKey },
			images: [{ url: urls(1)[0] }],
		},
	});
	expect(warnings).toEqual([]);
});

it('an end that the workflow does not listen for is recorded too', async () => {
	const job = await running();
	expect(
		await deliver(
			{ jobId: job.id, status: 'FAILED', error: { code: 'PROVIDER_ERROR', message: 'no' } },
			{ events: ['succeeded'] },
		),
	).toEqual({ status: 200, item: undefined });
	expect(await recordOf(job.ref)).toMatchObject({
		state: 'ended',
		snapshot: { job: { status: 'failed', error: { code: 'upstream' } } },
	});
});

it('images that were asked for and did not come are missing in the record', async () => {
	const job = await running({ count: 3 });
	await deliver({ jobId: job.id, status: 'SUCCEEDED', resultUrls: urls(2) });
	expect(await recordOf(job.ref)).toMatchObject({
		state: 'ended',
		snapshot: { job: { status: 'partial', total: 3, completed: 2 } },
	});
});

it.each<[string, IDataObject, { signature?: string }]>([
	['of a job that still runs', { status: 'RUNNING' }, {}],
	['of a success that names no image', { status: 'SUCCEEDED', resultUrls: [] }, {}],
	['without a valid signature', { status: 'FAILED' }, { signature: `sha256=${'0'.repeat(64)}` }],
	['out of time', { status: 'FAILED', timestamp: Date.now() - 3_600_000 }, {}],
])('a delivery %s records no end', async (_what, payload, more) => {
	const job = await running();
	await deliver({ jobId: job.id, ...payload }, more);
	expect(await recordOf(job.ref)).toMatchObject({ state: 'accepted' });
});

it('a job that another endpoint of the credential made is known by its ref', async () => {
	const job = await running();
	const pool = {
		...credential(),
		baseUrl: 'http://127.0.0.1:9',
		moreEndpoints: { endpoint: [{ name: 'second', baseUrl: sandbox().url, apiKey }] },
	};
	const { item } = await deliver({ jobId: job.id, status: 'SUCCEEDED', resultUrls: urls(1) }, { credential: pool });
	expect(jobOf(item).ref).toBe(job.ref);
	expect(await recordOf(job.ref)).toMatchObject({ state: 'ended' });
});

it('a job that this n8n did not make has its own ref', async () => {
	const { item } = await deliver({ jobId: 'cmkuz35wf00034rk15ycgzvce', status: 'SUCCEEDED', resultUrls: urls(1) });
	expect(jobOf(item).ref).toMatch(/^[0-9a-z]{12}$/);
	expect(await recordOf(jobOf(item).ref)).toBeUndefined();
});

it('if the journal fails, the workflow still starts', async () => {
	const job = await running();
	const fault = jest.spyOn((await packMemory()).journal, 'refsOf').mockRejectedValue(new Error('The disk is full'));
	const { status, item } = await deliver({ jobId: job.id, status: 'SUCCEEDED', resultUrls: urls(1) });
	fault.mockRestore();
	expect([status, jobOf(item).status]).toEqual([200, 'succeeded']);
	expect(warnings).toHaveLength(2);
});

it('a key in a delivery is masked, in its error and in its payload', async () => {
	const job = await running();
	const sent = `${apiKey.replace(/_/g, '%5F')} / ${Buffer.from(`Bearer ${secret}`).toString('base64')}`;
	const { item } = await deliver({ jobId: job.id, status: 'FAILED', error: { message: sent } });
	const text = JSON.stringify(item);
	expect(text).toContain('***');
	expect(text).not.toContain(apiKey.replace(/_/g, '%5F'));
	expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(4, 12));
});
