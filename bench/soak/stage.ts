import { join } from 'node:path';
import { freePort, projectRoot } from '../../scripts/lib/n8nInstance';
import { bundled } from '../../test/n8n/bundled';
import { Stage } from '../../test/n8n/instance';
import { type Kit, kits } from '../../test/support/conformanceKits';
import { answering, type Started, stoppable, triggered } from './workflows';

/** What n8n's process reports from inside. */
export interface Inside {
	delays: { p50: number; p99: number; max: number };
	/** Number of the resources that keep the event loop alive, by kind. */
	kinds: Record<string, number>;
	/** After a full garbage collection, in bytes; only if it was wanted. */
	memory?: { heapUsed: number; external: number; arrayBuffers: number };
}

/** A real n8n with the probe, all sandboxes, and the published workflows of the soak. */
export class SoakStage {
	readonly stage = new Stage();
	private readonly ids = new Map<string, string>();
	private probePort = 0;
	/** Where Image SaaS's webhooks arrive. */
	webhookPath = '';
	/** The published Batch. */
	batch = { workflowId: '', form: '' };

	async open(): Promise<void> {
		this.probePort = await freePort();
		await this.stage.open(
			{ jobDurationMs: 800, webhookRetryDelaysMs: [200, 1_000] },
			{
				nodeFlags: ['--require', join(projectRoot, 'bench', 'soak', 'probe.cjs')],
				env: { SOAK_PROBE_PORT: String(this.probePort), N8N_LOG_LEVEL: 'warn' },
			},
		);
		for (const kit of kits) if (kit.backend.id !== 'imageSaas') await this.stage.add(kit);
		for (const { backend } of kits) this.sandboxOf(backend.id).settings({ jobDurationMs: 800 });
		for (const one of [...answering(), stoppable()]) await this.publish(one);
		for (const provider of ['imageSaas', 'zImage']) {
			const { id } = await this.stage.install(triggered(provider));
			await this.stage.client.publishWorkflow(id);
		}
		await this.listen();
		await this.installBatch();
	}

	private async publish({ path, workflow }: Started): Promise<void> {
		const { id } = await this.stage.install(workflow);
		await this.stage.client.publishWorkflow(id);
		this.ids.set(path, id);
	}

	/** Image SaaS sends a webhook for every job that ends, to the bundled workflow for deliveries. */
	private async listen(): Promise<void> {
		const { id, nodes } = await this.stage.installBundled('webhook-delivery');
		await this.stage.client.publishWorkflow(id);
		const trigger = nodes.find(({ type }) => type.endsWith('.imageWebhookTrigger'));
		this.webhookPath = `${trigger?.webhookId ?? ''}/image-jobs`;
		this.stage.sandbox.settings({ webhookUrl: `${this.stage.n8n.url}/webhook/${this.webhookPath}` });
	}

	/** The bundled Batch, in small chunks and with short pauses. */
	private async installBatch(): Promise<void> {
		const folder = '~/.n8n-files/batches';
		const { id, nodes } = await this.stage.install(
			bundled('batch', { chunkSize: 4, pollSeconds: 20, waitSeconds: 5, folder }),
		);
		await this.stage.client.publishWorkflow(id);
		const form = nodes.find(({ name }) => name === 'Upload a table')?.webhookId ?? '';
		this.batch = { workflowId: id, form };
	}

	sandboxOf(id: string) {
		return id === 'imageSaas' ? this.stage.sandbox : this.stage.other(id);
	}

	get kits(): readonly Kit[] {
		return kits;
	}

	idOf(path: string): string {
		return this.ids.get(path) ?? '';
	}

	/**
	 * Starts a workflow and gives its items.
	 * @throws if n8n does not answer with a list of items within 5 minutes
	 */
	async ask(path: string, body: object): Promise<Array<Record<string, unknown>>> {
		const answer = await this.post(path, body);
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
		const items = JSON.parse(text) as unknown;
		if (!Array.isArray(items)) throw new Error(`${path} answered no list: ${text.slice(0, 300)}`);
		return items as Array<Record<string, unknown>>;
	}

	async post(path: string, body: object): Promise<Response> {
		return await fetch(`${this.stage.n8n.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
			signal: AbortSignal.timeout(300_000),
		});
	}

	/** @param isCollected with a garbage collection, and the memory after it */
	async inside(isCollected: boolean): Promise<Inside> {
		const path = isCollected ? '/collected' : '/';
		return (await (await fetch(`http://127.0.0.1:${this.probePort}${path}`)).json()) as Inside;
	}

	/** Writes a heap snapshot into n8n's working folder; gives the file's name. */
	async snapshot(): Promise<string> {
		const { file } = (await (await fetch(`http://127.0.0.1:${this.probePort}/snapshot`)).json()) as {
			file: string;
		};
		return join(this.stage.userFolder, file);
	}

	/** The jobs that all providers recorded. */
	jobs() {
		return kits.flatMap(({ backend }) => this.sandboxOf(backend.id).books().jobs);
	}

	async close(): Promise<void> {
		await this.stage.close();
	}
}
