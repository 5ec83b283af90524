import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution, StoredWorkflow } from '../../scripts/lib/n8nInstance';
import { Stage } from './instance';
import { bundled, given } from './bundled';

/** A bundled Batch that listens for uploads, and the table that is uploaded to it. */
export interface BatchRun {
	workflow: StoredWorkflow;
	prompts: readonly string[];
	/** Uploads the table under one run name. Gives the execution's id. */
	start: () => Promise<string>;
	/** n8n's own Retry of a crashed execution; gives the new one's id. */
	retry: (execution: string) => Promise<string>;
	/** Prompts of the pictures that an execution delivered, in order. */
	delivered: (execution: Execution) => string[];
}

/**
 * Installs the bundled Batch for uploads.
 * @param provider the provider of the images
 * @param laterSeconds duration of a node after the last one; 0: no such node
 * @param timed puts the time into every prompt
 */
export async function batchRun(
	stage: Stage,
	{
		name,
		provider = 'imageSaas',
		rows = 40,
		laterSeconds = 0,
		timed = false,
		settings = {},
	}: {
		name: string;
		provider?: string;
		rows?: number;
		laterSeconds?: number;
		timed?: boolean;
		settings?: Record<string, unknown>;
	},
): Promise<BatchRun> {
	const drawn = bundled('batch', settings);
	const nodes = drawn.nodes.map((node) =>
		node.name === 'Image Generate'
			? {
					...node,
					parameters: {
						...node.parameters,
						provider,
						...(timed ? { prompt: '={{ $json.prompt }} at {{ $now.toMillis() }}' } : {}),
					},
				}
			: node,
	);
	const later = {
		id: 'later',
		name: 'Later',
		type: 'n8n-nodes-base.wait',
		typeVersion: 1.1,
		position: [2880, -160] as [number, number],
		webhookId: crypto.randomUUID(),
		parameters: { amount: laterSeconds, unit: 'seconds' },
	};
	// Two copies of a form must not have the same address.
	for (const node of nodes) if (node.name === 'Upload a table') node.webhookId = crypto.randomUUID();
	const connections =
		laterSeconds > 0
			? { ...drawn.connections, 'Save results': { main: [[{ node: 'Later', type: 'main', index: 0 }]] } }
			: drawn.connections;
	const workflow = await stage.install({
		...drawn,
		nodes: laterSeconds > 0 ? [...nodes, later] : nodes,
		connections,
	});
	await stage.client.publishWorkflow(workflow.id);
	const prompts = Array.from({ length: rows }, (_, n) => `${name}, row ${String(n + 1).padStart(2, '0')}`);
	const webhook = workflow.nodes.find((node) => node.name === 'Upload a table')?.webhookId ?? '';
	const known = async () => (await stage.client.listExecutions({ workflowId: workflow.id })).map(({ id }) => id);

	return {
		workflow,
		prompts,
		start: async () => {
			const before = await known();
			await uploadTable(stage, webhook, name, prompts);
			return await stage.client.waitForNewExecution(workflow.id, before, 20_000);
		},
		retry: async (execution) => {
			const before = await known();
			void stage.client
				.request('POST', `/rest/executions/${execution}/retry`, { loadWorkflow: false })
				.catch(() => undefined);
			return await stage.client.waitForNewExecution(workflow.id, before, 20_000);
		},
		delivered: (execution) =>
			given(execution, 'Image Poll')
				.filter(({ binary }) => binary?.['image_0'] !== undefined)
				.map(({ json }) => (json['request'] as { prompt: string }).prompt.replace(/ at \d+$/, ''))
				.sort(),
	};
}

/** Uploads a table to the form of a published Batch, under the name of one run. */
export async function uploadTable(stage: Stage, form: string, name: string, prompts: readonly string[]): Promise<void> {
	const table = `prompt\n${prompts.map((prompt) => `"${prompt}"`).join('\n')}\n`;
	const body = new FormData();
	body.append('field-0', new Blob([table], { type: 'text/csv' }), `${name}.csv`);
	body.append('field-1', 'run 1');
	await (await fetch(`${stage.n8n.url}/form/${form}`, { method: 'POST', body })).text();
}

/** Files that a workflow has saved in its own folder below n8n's folder for files, by the beginning of their names. */
export function filesOf(stage: Stage, name: string, prefix = ''): string[] {
	const folder = join(stage.n8n.filesFolder, name);
	return existsSync(folder)
		? readdirSync(folder)
				.filter((file) => file.startsWith(prefix))
				.map((file) => join(folder, file))
		: [];
}
