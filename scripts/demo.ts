import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backends } from '../sandbox/backends';
import { importBundled, type NodeTypeDescription, type SandboxCredential } from './demo/bundled';
import { claimInstance, demandPorts } from './demo/claim';
import { readOptions, type DemoOptions } from './demo/options';
import { keepOwner } from './demo/owner';
import { Problem } from './demo/problem';
import { runQuickStart, waitForDelivery } from './demo/quickStart';
import { SandboxProcess } from './demo/sandbox';
import { connectWebhooks, fileOf, signIn } from './demo/setup';
import { summary } from './demo/summary';
import { type N8nInstance, startN8n } from './lib/n8nInstance';
import { bundledWorkflowFiles, instanceRoot } from './lib/paths';
import { installPack } from './lib/userFolder';

const dataFolder = join(instanceRoot, 'data');
const ownerFile = join(instanceRoot, 'owner.json');
const logs = join(instanceRoot, 'logs');

/** Starts everything, runs the quick-start pipeline and gives the text for the person who started it. */
async function demo(options: DemoOptions, started: Started): Promise<string> {
	mkdirSync(dataFolder, { recursive: true });
	claimInstance(join(instanceRoot, 'demo.pid'));
	await demandPorts(options, backends.length);
	installPack(dataFolder);
	const owner = keepOwner(ownerFile);

	console.log('Starting the sandboxes and n8n …');
	const [sandbox, n8n] = await Promise.all([
		SandboxProcess.start(options.sandboxPort, join(logs, 'sandbox.log')),
		startN8n({ userFolder: dataFolder, port: options.port, logFile: join(logs, 'n8n.log') }),
	]);
	Object.assign(started, { sandbox, n8n });

	const client = await signIn(n8n, owner, dataFolder, ownerFile);
	const nodeTypes: NodeTypeDescription[] = await client.nodeTypes();
	const credentials: SandboxCredential[] = [];
	for (const { backend, url } of sandbox.all) {
		const { type, fields } = backend.credential;
		credentials.push({
			type,
			reference: await client.saveCredential({
				name: `${backend.displayName} (sandbox)`,
				type,
				data: fields(url),
			}),
		});
	}
	const bundled = await importBundled({
		client,
		credentials,
		nodeTypes,
		files: bundledWorkflowFiles(),
		ledgerFile: join(dataFolder, 'imported.json'),
	});
	const delivery = fileOf(bundled, 'webhook-delivery.json');
	await connectWebhooks({ client, sandbox, n8n, delivery, nodeTypes });

	const quickStart = fileOf(bundled, 'quick-start.json');
	console.log(`Running "${quickStart.workflow.name}" …`);
	const seen = (await client.listExecutions({ workflowId: delivery.id })).map(({ id }) => id);
	const run = await runQuickStart({ client, quickStart, userFolder: dataFolder });
	const webhook = await waitForDelivery({ client, delivery, seen });
	return summary({
		run,
		webhook,
		quickStart,
		n8nUrl: n8n.url,
		sandboxes: sandbox.all,
		owner,
		ownerFile,
		once: options.once,
	});
}

interface Started {
	sandbox?: SandboxProcess;
	n8n?: N8nInstance;
}

/** Ends what was started, n8n first: it may be talking to the sandbox. */
async function end({ n8n, sandbox }: Started): Promise<void> {
	await n8n?.stop(15_000);
	await sandbox?.stop();
}

/** Waits until someone wants the demo to end, or a part of it ends by itself; gives the exit code. */
async function untilEnd({ n8n, sandbox }: Started, asked: Promise<void>): Promise<number> {
	const broke = await Promise.race([
		asked.then(() => undefined),
		n8n?.ended.then(() => `n8n ended by itself.\n${n8n.logTail()}`),
		sandbox?.ended.then(() => `The sandbox ended by itself.\n${sandbox.logTail()}`),
	]);
	if (broke !== undefined) console.error(broke);
	return broke === undefined ? 0 : 1;
}

async function main(): Promise<number> {
	const started: Started = {};
	let ready = false;
	const asked = new Promise<void>((resolve) => {
		let times = 0;
		const ask = (): void => {
			times += 1;
			// Before all is up, or when asked again: leave at once. What was started watches us and ends with us.
			if (!ready || times > 1) process.exit(130);
			resolve();
		};
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
		// The command that started us is gone.
		process.on('disconnect', ask);
	});
	try {
		const options = readOptions(process.argv.slice(2), process.env);
		console.log(await demo(options, started));
		ready = true;
		if (options.once) return 0;
		const exitCode = await untilEnd(started, asked);
		console.log('\nEnding n8n and the sandbox …');
		return exitCode;
	} catch (error) {
		console.error(error instanceof Problem ? `\n${error.message}` : error);
		return 1;
	} finally {
		ready = true;
		await end(started);
	}
}

main().then(
	(exitCode) => process.exit(exitCode),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
