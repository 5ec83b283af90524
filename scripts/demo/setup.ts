import { type N8nClient, N8nRequestError, type Owner } from '../lib/n8nClient';
import type { N8nInstance } from '../lib/n8nInstance';
import { type Bundled, type NodeTypeDescription, webhookPathOf } from './bundled';
import { Problem } from './problem';
import type { SandboxProcess } from './sandbox';
import { isPublished } from './tour';

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

/** Publishes the workflows whose point needs a trigger or an address, and connects the sandbox's webhooks. */
export async function publishBundled({
	client,
	sandbox,
	n8nUrl,
	bundled,
	nodeTypes,
}: {
	client: N8nClient;
	sandbox: SandboxProcess;
	n8nUrl: string;
	bundled: readonly Bundled[];
	nodeTypes: readonly NodeTypeDescription[];
}): Promise<void> {
	const active = new Set((await client.listWorkflows()).flatMap(({ id, active }) => (active ? [id] : [])));
	const wanted = bundled.filter(({ file, id, isNew }) => isPublished(file) && (isNew || !active.has(id)));
	await Promise.all(wanted.map(({ id }) => client.publishWorkflow(id)));
	const delivery = fileOf(bundled, 'webhook-delivery.json');
	await sandbox.sendWebhooksTo(`${n8nUrl}${webhookPathOf(delivery.workflow, nodeTypes)}`);
}
