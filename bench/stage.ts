import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageSaasSandbox, type Settings, startImageSaasSandbox } from '../sandbox';
import { DEFAULT_TENANT } from '../sandbox/imageSaas/settings';
import {
	type CredentialReference,
	type Execution,
	finalStatuses,
	type N8nClient,
	type N8nInstance,
	prepareUserFolder,
	startN8n,
	templateOwner,
	waitUntil,
	type Workflow,
	type WorkflowNode,
} from '../scripts/lib/n8nInstance';

export const pack = 'n8n-nodes-image-pipelines.';
export const base = 'n8n-nodes-base.';

/** Limits as in a credential; 0: no limit. */
export interface CredentialLimits {
	requestsPerMinute?: number;
	jobsInFlight?: number;
}

/**
 * Keys that the stand-in accepts. All belong to one tenant, because it sends webhooks for that tenant only. For the
 * pack each key is a separate account.
 */
const accounts = 100;
const keyOf = (account: number) => `img_bench_${account}`;

/** A real n8n with the pack installed, beside a stand-in of Image SaaS. */
export class BenchStage {
	private credentials = 0;
	private account = 0;

	private constructor(
		readonly userFolder: string,
		readonly n8n: N8nInstance,
		readonly client: N8nClient,
		readonly sandbox: ImageSaasSandbox,
	) {}

	static async open(settings: Partial<Settings> = {}): Promise<BenchStage> {
		const userFolder = mkdtempSync(join(tmpdir(), 'image-pipelines-bench-'));
		prepareUserFolder(userFolder);
		const sandbox = await startImageSaasSandbox({
			settings: {
				requestsPerMinute: 0,
				maxConcurrent: 0,
				apiKeys: Object.fromEntries(Array.from({ length: accounts }, (_, n) => [keyOf(n), DEFAULT_TENANT])),
				...settings,
			},
		});
		const n8n = await startN8n({
			userFolder,
			env: { N8N_METRICS: 'true', N8N_LOG_LEVEL: 'warn', NODE_OPTIONS: '--max-old-space-size=6144' },
		});
		return new BenchStage(userFolder, n8n, await n8n.client().signIn(templateOwner), sandbox);
	}

	async close(): Promise<void> {
		await this.n8n.kill();
		await this.sandbox.close();
		rmSync(this.userFolder, { recursive: true, force: true });
	}

	get apiKey(): string {
		return 'img_test_dev_123456789';
	}

	/** Makes a new account at the stand-in. Neither n8n's process nor the memory has data about it. */
	newAccount(): string {
		if (this.account === accounts) throw new Error(`The stand-in knows only ${accounts} accounts`);
		return keyOf(this.account++);
	}

	/**
	 * Makes a credential with a new endpoint: each has another unused host. It uses the learned values of its account.
	 */
	async credential(
		{ requestsPerMinute = 0, jobsInFlight = 0 }: CredentialLimits = {},
		account = this.apiKey,
	): Promise<CredentialReference> {
		const data = {
			baseUrl: this.sandbox.url,
			apiKey: account,
			webhookSecret: 'whsec_sandbox',
			requestsPerMinute,
			jobsInFlight,
			allowedHosts: `localhost, 127.0.0.1, run-${++this.credentials}.invalid`,
		};
		return await this.client.createCredential({ name: `Run ${this.credentials}`, type: 'imageSaasApi', data });
	}

	/** Imports a workflow and publishes it; gives its id. */
	async publish(workflow: Workflow): Promise<string> {
		const { id } = await this.client.importWorkflow(workflow);
		await this.client.publishWorkflow(id);
		return id;
	}

	/** Starts a published workflow by its webhook and waits for the execution's end. */
	async runByWebhook(id: string, path: string, body: unknown, withinMs: number): Promise<Execution> {
		const known = (await this.client.listExecutions({ workflowId: id })).map((execution) => execution.id);
		const answer = await fetch(`${this.n8n.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		if (!answer.ok) throw new Error(`The webhook answered ${answer.status}: ${await answer.text()}`);
		const execution = await this.client.waitForNewExecution(id, known, 30_000);
		// The data may have many megabytes, so it is read only once, at the end.
		const context = () => this.n8n.logTail();
		await waitUntil({ for: `execution ${execution} to end`, withinMs, everyMs: 250, context }, async () => {
			// While n8n is busy, it may close an idle connection.
			const listed = await this.client.listExecutions({ workflowId: id }).catch(() => []);
			return listed.find((one) => one.id === execution && finalStatuses.includes(one.status));
		});
		return await this.client.waitForExecution(execution, 60_000, ['success']);
	}

	/** Resident size of the n8n process in MB, as Linux reports it. */
	residentMegabytes(): number {
		return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.n8n.pid}/status`, 'utf8'))?.[1]) / 1024;
	}

	/** Delay of n8n's event loop since the last call, from n8n's own metrics, ms. */
	async eventLoopDelay(): Promise<{ mean: number; p99: number }> {
		const text = await (await fetch(`${this.n8n.url}/metrics`)).text();
		const of = (name: string) =>
			Number(new RegExp(`^n8n_nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text)?.[1]) * 1_000;
		return { mean: of('mean'), p99: of('p99') };
	}
}

/** The largest resident size while work runs, in MB. */
export async function peakWhile<T>(stage: BenchStage, work: Promise<T>): Promise<{ value: T; peak: number }> {
	let peak = 0;
	const timer = setInterval(() => {
		peak = Math.max(peak, stage.residentMegabytes());
	}, 20);
	try {
		return { value: await work, peak };
	} finally {
		clearInterval(timer);
	}
}

export type Links = Record<string, Array<Array<{ node: string; type: string; index: number }>>>;

/** Nodes one after the other; `back` adds further links. */
export function chain(name: string, nodes: Array<Omit<WorkflowNode, 'position'>>, back: Links = {}): Workflow {
	const links: Links = Object.fromEntries(
		nodes.slice(0, -1).map((node, place) => [node.name, [[to(nodes[place + 1]?.name ?? '')]]]),
	);
	const connections = Object.fromEntries(
		Object.entries({ ...links, ...back }).map(([from, main]) => [from, { main }]),
	);
	return {
		name,
		settings: { executionOrder: 'v1' },
		nodes: nodes.map((node, place) => ({ id: String(place), position: [place * 200, 0], ...node })),
		connections,
	};
}

export const to = (node: string, index = 0) => ({ node, type: 'main', index });

/** The start of a workflow that takes `{ prompts }` and makes an item of each prompt. */
export function promptsFrom(path: string): Array<Omit<WorkflowNode, 'position'>> {
	return [
		{
			name: 'Start',
			type: `${base}webhook`,
			typeVersion: 2,
			webhookId: `bench-${path}`,
			parameters: { httpMethod: 'POST', path, options: {} },
		},
		{
			name: 'Rows',
			type: `${base}splitOut`,
			typeVersion: 1,
			parameters: { fieldToSplitOut: 'body.prompts', options: {} },
		},
	];
}

export const promptsOf = (n: number) => Array.from({ length: n }, (_, index) => `No. ${index}`);
