import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backends } from '../../sandbox/backends';
import { filesFolderName } from '../lib/environment';
import type { N8nClient, Owner } from '../lib/n8nClient';
import { type N8nInstance, type StartOptions, startN8n } from '../lib/n8nInstance';
import { bundledWorkflowFiles } from '../lib/paths';
import { installPack } from '../lib/userFolder';
import { type Bundled, importBundled, type NodeTypeDescription } from './bundled';
import { claimInstance, demandPorts } from './claim';
import { credentialOf, saveCredentials } from './credentials';
import { failingExample, failingPath } from './failingExample';
import { foldersIn } from './folders';
import { forgetSandboxJobs } from './forgetJobs';
import { ImportLedger } from './importLedger';
import type { Ports } from './options';
import { keepOwner } from './owner';
import { SandboxProcess } from './sandbox';
import { seedSandboxes } from './sandboxSeeds';
import { fillQueue, writeFiles } from './seeds';
import { fileOf, publishBundled, signIn } from './setup';
import { startPage } from './startPage';
import { lastFirst, startTag, tour } from './tour';

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
	/** Id of the workflow "Start here". */
	startId: string;
}

/**
 * Prepares the data folder for this process alone and installs the pack in it.
 * @throws if a port is in use
 */
export async function prepareDataFolder(options: Ports): Promise<Owner> {
	const folders = foldersIn(options.folder);
	mkdirSync(folders.data, { recursive: true });
	claimInstance(folders.pidFile);
	await demandPorts(options, backends.length);
	installPack(folders.data);
	return keepOwner(folders.ownerFile);
}

/** Starts the sandboxes and n8n on the prepared data folder. */
export async function setStage(
	options: Ports,
	owner: Owner,
	started: Started,
	n8nOptions: Partial<StartOptions> = {},
): Promise<Stage> {
	console.log('Starting the sandboxes and n8n …');
	const { data, logs, ownerFile } = foldersIn(options.folder);
	const [sandbox, n8n] = await Promise.all([
		startSandboxes(options.sandboxPort, logs, join(data, filesFolderName), started),
		startN8n({ userFolder: data, port: options.port, logFile: join(logs, 'n8n.log'), ...n8nOptions }),
	]);
	started.n8n = n8n;
	const client = await signIn(n8n, owner, data, ownerFile);
	return { sandbox, n8n, owner, ...(await fillInstance(client, n8n, sandbox)) };
}

async function startSandboxes(port: number, logs: string, files: string, started: Started): Promise<SandboxProcess> {
	const sandbox = await SandboxProcess.start(port, join(logs, 'sandbox.log'));
	started.sandbox = sandbox;
	await seedSandboxes(sandbox);
	await writeFiles(sandbox, files);
	return sandbox;
}

/** Imports credentials and workflows, and gives the workflows something to work on. */
async function fillInstance(
	client: N8nClient,
	{ url, userFolder, filesFolder }: N8nInstance,
	sandbox: SandboxProcess,
): Promise<Pick<Stage, 'client' | 'bundled' | 'delivery' | 'startId'>> {
	const nodeTypes: NodeTypeDescription[] = await client.nodeTypes();
	const credentials = await saveCredentials(client, sandbox);
	await forgetSandboxJobs(
		userFolder,
		credentials.map(({ reference }) => reference.id),
	);
	const tagIds = new Map<string, string>();
	for (const tag of new Set([startTag, ...tour.map((stop) => stop.tag)])) tagIds.set(tag, await client.saveTag(tag));
	const ledger = await ImportLedger.open(client, join(userFolder, 'imported.json'));
	const usual = credentialOf(credentials, 'imageSaasApi');
	const failing = failingExample('imgErrorWorkflow', usual);
	const isFailingNew = await ledger.bring(failing.id, failing);
	const bundled = await importBundled({
		ledger,
		credentials,
		nodeTypes,
		files: lastFirst(bundledWorkflowFiles()),
		tagOf: (file) => tagIds.get(tour.find((stop) => stop.file === file)?.tag ?? ''),
	});
	const start = startPage(bundled, usual, { n8nUrl: url, filesFolder });
	await ledger.bring(start.id, start, tagIds.get(startTag));
	await Promise.all([
		publishBundled({ client, sandbox, n8nUrl: url, bundled, nodeTypes }).then(async () => {
			if (isFailingNew) await client.publishWorkflow(failing.id);
		}),
		fillQueue(client, fileOf(bundled, 'scheduled.json').workflow),
	]);
	// n8n answers before the execution has ended.
	await fetch(`${url}/webhook/${failingPath}`);
	return { client, bundled, delivery: fileOf(bundled, 'webhook-delivery.json'), startId: start.id };
}
