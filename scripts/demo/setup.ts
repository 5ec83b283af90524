import { type N8nClient, N8nRequestError, type Owner } from '../lib/n8nClient';
import type { N8nInstance } from '../lib/n8nInstance';
import { type Bundled, type NodeTypeDescription, webhookPathOf } from './bundled';
import { Problem } from './problem';
import type { SandboxProcess } from './sandbox';

/** Signs the owner in. The first time, this creates the owner. */
export async function signIn(
	n8n: N8nInstance,
	owner: Owner,
	dataFolder: string,
	ownerFile: string,
): Promise<N8nClient> {
	try {
		return await n8n.client().signIn(owner);
	} catch (error) {
		if (!(error instanceof N8nRequestError) || error.httpStatus !== 401) throw error;
		throw new Problem(
			`n8n does not accept the password in ${ownerFile}. ` +
				'It was changed in n8n, or the file belongs to another instance. ' +
				`Write the right password into the file, or delete ${dataFolder} to start with an empty n8n.`,
		);
	}
}

/** The bundled workflow with this file name. */
export function fileOf(bundled: readonly Bundled[], file: string): Bundled {
	const found = bundled.find((one) => one.file === file);
	if (!found) throw new Error(`workflows/${file} is missing`);
	return found;
}

/** Publishes the delivery workflow, so that its trigger listens, and sets its URL for the sandbox's webhooks. */
export async function connectWebhooks({
	client,
	sandbox,
	n8n,
	delivery,
	nodeTypes,
}: {
	client: N8nClient;
	sandbox: SandboxProcess;
	n8n: N8nInstance;
	delivery: Bundled;
	nodeTypes: readonly NodeTypeDescription[];
}): Promise<void> {
	await client.publishWorkflow(delivery.id);
	await sandbox.sendWebhooksTo(`${n8n.url}${webhookPathOf(delivery.workflow, nodeTypes)}`);
}
