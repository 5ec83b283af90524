import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageSaasSandbox, type Settings, startImageSaasSandbox } from '../../sandbox';
import type { AnySandbox } from '../../sandbox/backends';
import {
	bindCredential,
	type CredentialReference,
	type Execution,
	type N8nClient,
	type N8nInstance,
	prepareUserFolder,
	readWorkflow,
	projectRoot,
	startN8n,
	type StartOptions,
	type StoredWorkflow,
	templateOwner,
	type Workflow,
} from '../../scripts/lib/n8nInstance';
import { providerById } from '../../providers/registry';
import { canary } from '../support/canaries';
import { type Kit, startKit } from '../support/conformanceKits';
import { SecretScan } from '../support/secretScan';

const pack = 'n8n-nodes-image-pipelines.';

/** All log lines, because none may have a secret. */
const logsAll = { N8N_LOG_LEVEL: 'debug' };

/** A real n8n for one test file, with the pack installed as users install it, and a sandbox. */
export class Stage {
	readonly apiKey = canary('img_key');
	readonly webhookSecret = canary('whsec');
	readonly userFolder = mkdtempSync(join(tmpdir(), 'image-pipelines-n8n-'));
	private readonly others = new Map<string, AnySandbox>();
	private readonly credentials: Array<{ type: string; reference: CredentialReference }> = [];
	private running:
		| { n8n: N8nInstance; client: N8nClient; sandbox: ImageSaasSandbox; credential: CredentialReference }
		| undefined;

	private get parts() {
		if (!this.running) throw new Error('The stage is not open');
		return this.running;
	}

	get n8n(): N8nInstance {
		return this.parts.n8n;
	}

	get client(): N8nClient {
		return this.parts.client;
	}

	get sandbox(): ImageSaasSandbox {
		return this.parts.sandbox;
	}

	/**
	 * @param settings of Image SaaS's sandbox
	 * @param start how n8n is started, if not as usual
	 */
	async open(settings: Partial<Settings> = {}, start: Partial<StartOptions> = {}): Promise<void> {
		prepareUserFolder(this.userFolder);
		const sandbox = await startImageSaasSandbox({
			settings: {
				apiKey: this.apiKey,
				webhookSecret: this.webhookSecret,
				requestsPerMinute: 0,
				maxConcurrent: 0,
				jobDurationMs: 200,
				...settings,
			},
		});
		try {
			const n8n = await startN8n({ ...start, userFolder: this.userFolder, env: { ...start.env, ...logsAll } });
			const client = await n8n.client().signIn(templateOwner);
			const credential = await client.createCredential({
				name: 'Sandbox',
				type: 'imageSaasApi',
				data: {
					baseUrl: sandbox.url,
					apiKey: this.apiKey,
					webhookSecret: this.webhookSecret,
					requestsPerMinute: 0,
					jobsInFlight: 0,
					allowedHosts: '',
				},
			});
			this.running = { n8n, client, sandbox, credential };
		} catch (error) {
			// An open server would keep the test run from ending.
			await sandbox.close();
			throw error;
		}
	}

	/** Starts n8n again on the same database, after it was stopped or killed. */
	async reopen(): Promise<void> {
		const { n8n, sandbox, credential } = this.parts;
		await n8n.kill();
		const next = await startN8n({ userFolder: this.userFolder, port: n8n.port, env: logsAll });
		this.running = { n8n: next, client: await next.client().signIn(templateOwner), sandbox, credential };
	}

	/** Ends everything. Throws if a secret is readable in anything that n8n has stored or logged. */
	async close(): Promise<void> {
		await this.running?.n8n.kill();
		await this.running?.sandbox.close();
		for (const sandbox of this.others.values()) await sandbox.close();
		const scan = new SecretScan();
		try {
			await scan.folder(this.userFolder);
		} finally {
			rmSync(this.userFolder, { recursive: true, force: true });
		}
		scan.assertClean();
	}

	/** Starts the stand-in of another backend. Every workflow installed after that has a credential for it. */
	async add(kit: Kit): Promise<AnySandbox> {
		const sandbox = await startKit(kit, kit.accepts(canary(kit.backend.id)));
		this.others.set(kit.backend.id, sandbox);
		const { type } = kit.backend.credential;
		this.credentials.push({
			type,
			reference: await this.client.createCredential({
				name: kit.backend.displayName,
				type,
				data: this.credentialOf(kit),
			}),
		});
		return sandbox;
	}

	/** Credential fields for a stand-in that was added. */
	credentialOf({ backend }: Kit): Record<string, unknown> {
		return {
			...backend.credential.fields(this.other(backend.id).url),
			[providerById(backend.id).keyField]: canary(backend.id),
			requestsPerMinute: 0,
			jobsInFlight: 0,
		};
	}

	/** A stand-in that was added. */
	other(id: string): AnySandbox {
		const sandbox = this.others.get(id);
		if (!sandbox) throw new Error(`No stand-in of ${id} was added`);
		return sandbox;
	}

	urlOf(id: string): string {
		return this.others.get(id)?.url ?? this.sandbox.url;
	}

	/**
	 * Installs a workflow. Each node of the pack gets the sandboxes' credentials: all of them in a verb node, its own
	 * in a provider's node.
	 */
	async install(workflow: Workflow): Promise<StoredWorkflow> {
		const all = [{ type: 'imageSaasApi', reference: this.parts.credential }, ...this.credentials];
		return await this.client.importWorkflow(
			all.reduce(
				(bound, { type, reference }) =>
					bindCredential(
						bound,
						type,
						reference,
						(node) => node.type.startsWith(`${pack}image`) || `${pack}${type}` === `${node.type}Api`,
					),
				workflow,
			),
		);
	}

	async installBundled(name: string): Promise<StoredWorkflow> {
		return await this.install(readWorkflow(join(projectRoot, 'workflows', `${name}.json`)));
	}

	/** Runs a workflow from its Manual Trigger to its end. */
	async run(id: string, withinMs = 60_000): Promise<Execution> {
		return await this.client.waitForExecution(await this.client.runWorkflow(id), withinMs);
	}

	/** Posts a body as the provider would, signed with the right secret by default. */
	async deliver(
		path: string,
		body: string,
		{ secret = this.webhookSecret, signature }: { secret?: string; signature?: string | null } = {},
	): Promise<number> {
		const signed =
			signature === undefined ? `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` : signature;
		const answer = await fetch(`${this.n8n.url}/webhook/${path}`, {
			method: 'POST',
			body,
			headers: { 'content-type': 'application/json', ...(signed === null ? {} : { 'x-signature': signed }) },
		});
		await answer.text();
		return answer.status;
	}

	async executionsOf(workflowId: string): Promise<number> {
		return (await this.client.listExecutions({ workflowId })).length;
	}
}
