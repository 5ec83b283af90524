import { join } from 'node:path';
import { foldersIn } from './demo/folders';
import { runUntilAsked } from './demo/lifetime';
import { readOptions } from './demo/options';
import { runQuickStart, waitForDelivery } from './demo/quickStart';
import { fileOf } from './demo/setup';
import { prepareDataFolder, setStage } from './demo/stage';
import { summary } from './demo/summary';

/** `npm start`: starts everything and runs the quick-start pipeline. */
runUntilAsked(async (started) => {
	const options = readOptions(process.argv.slice(2), process.env);
	const { data, ownerFile } = foldersIn(options.folder);
	const owner = await prepareDataFolder(options);
	const { client, sandbox, n8n, bundled, delivery, startId } = await setStage(options, owner, started);

	const quickStart = fileOf(bundled, 'quick-start.json');
	console.log(`Running "${quickStart.workflow.name}" …`);
	const seen = (await client.listExecutions({ workflowId: delivery.id })).map(({ id }) => id);
	const run = await runQuickStart({ client, quickStart, folder: join(data, 'quick-start') });
	const webhook = await waitForDelivery({ client, delivery, seen });
	const text = summary({
		run,
		webhook,
		quickStart,
		n8nUrl: n8n.url,
		sandboxes: sandbox.all,
		owner,
		ownerFile,
		once: options.once,
	});
	const first = options.once ? '' : `\nWhat to try first: ${n8n.url}/workflow/${startId}`;
	return { text: `${text}${first}`, endNow: options.once };
});
