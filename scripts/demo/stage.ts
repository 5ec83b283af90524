import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backends } from '../../sandbox/backends';
import type { N8nClient, Owner } from '../lib/n8nClient';
import { type N8nInstance, type StartOptions, startN8n } from '../lib/n8nInstance';
import { bundledWorkflowFiles, instanceRoot } from '../lib/paths';
import { installPack } from '../lib/userFolder';
import { type Bundled, importBundled, type NodeTypeDescription, type SandboxCredential } from './bundled';
import { claimInstance, demandPorts } from './claim';
import type { Ports } from './options';
import { keepOwner } from './owner';
import { SandboxProcess } from './sandbox';
import { connectWebhooks, fileOf, signIn } from './setup';

/** n8n's user folder of `npm start` and `npm run dev`, which share their workflows and credentials. */
export const dataFolder = join(instanceRoot, 'data');
export const ownerFile = join(instanceRoot, 'owner.json');
export const logs = join(instanceRoot, 'logs');

/** The processes started so far, so that they can be ended after a failure. */
export interface Started {
	sandbox?: SandboxProcess;
	n8n?: N8nInstance;
}

/**
 * A running n8n with the pack. The owner is signed in, the workflows and credentials are imported, and the sandboxes
 * are connected.
 */
export interface Stage {
	client: N8nClient;
	sandbox: SandboxProcess;
	n8n: N8nInstance;
	owner: Owner;
	bundled: Bundled[];
	/** The workflow that receives the sandbox's webhooks. */
	delivery: Bundled;
}

/**
 * Prepares the data folder for this process alone and installs the pack in it.
 * @throws if a port is in use
 */
export async function prepareDataFolder(options: Ports): Promise<Owner> {
	mkdirSync(dataFolder, { recursive: true });
	claimInstance(join(instanceRoot, 'demo.pid'));
	await demandPorts(options, backends.length);
	installPack(dataFolder);
	return keepOwner(ownerFile);
}

/** Starts the sandboxes and n8n on the prepared data folder. */
export async function setStage(
	options: Ports,
	owner: Owner,
	started: Started,
	n8nOptions: Partial<StartOptions> = {},
): Promise<Stage> {
	console.log('Starting the sandboxes and n8n …');
	const [sandbox, n8n] = await Promise.all([
		SandboxProcess.start(options.sandboxPort, join(logs, 'sandbox.log')),
		startN8n({ userFolder: dataFolder, port: options.port, logFile: join(logs, 'n8n.log'), ...n8nOptions }),
	]);
	Object.assign(started, { sandbox, n8n });

	const client = await signIn(n8n, owner, dataFolder, ownerFile);
	const nodeTypes: NodeTypeDescription[] = await client.nodeTypes();
	const bundled = await importBundled({
		client,
		credentials: await saveCredentials(client, sandbox),
		nodeTypes,
		files: bundledWorkflowFiles(),
		ledgerFile: join(dataFolder, 'imported.json'),
	});
	const delivery = fileOf(bundled, 'webhook-delivery.json');
	await connectWebhooks({ client, sandbox, n8n, delivery, nodeTypes });
	return { client, sandbox, n8n, owner, bundled, delivery };
}

async function saveCredentials(client: N8nClient, sandbox: SandboxProcess): Promise<SandboxCredential[]> {
	const credentials: SandboxCredential[] = [];
	for (const { backend, url } of sandbox.all) {
		const { type, fields } = backend.credential;
		const reference = await client.saveCredential({
			name: `${backend.displayName} (sandbox)`,
			type,
			data: fields(url),
		});
		credentials.push({ type, reference });
	}
	return credentials;
}
