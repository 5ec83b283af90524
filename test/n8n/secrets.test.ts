import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { executeCli } from '../../scripts/lib/n8nInstance';
import { Stage } from './instance';
import { recordFigure } from '../support/figures';

const stage = new Stage();

beforeAll(() => stage.open(), 120_000);
afterAll(() => stage.close());

const pack = 'n8n-nodes-image-pipelines.';

function filesBelow(folder: string): string[] {
	return readdirSync(folder).flatMap((name) => {
		const path = join(folder, name);
		if (name === 'node_modules') return [];
		return statSync(path).isDirectory() ? filesBelow(path) : [path];
	});
}

it('neither key nor webhook secret is in the database, the logs, the executions or an export', async () => {
	const { client, sandbox } = stage;
	const quick = await stage.installBundled('quick-start');
	await stage.run(quick.id);
	const hook = await stage.installBundled('webhook-delivery');
	await client.publishWorkflow(hook.id);
	await stage.deliver('3f6d2b9e-7c41-4a8d-9e05-c1b2a3d4e5f6/image-jobs', '{}', { secret: 'whsec_forged' });
	// Every error that can occur while the pack uses the key.
	const troubled = await stage.install({
		name: 'Troubled',
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: '1',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: '2',
				name: 'Generate',
				type: `${pack}imageGenerate`,
				typeVersion: 1,
				position: [200, 0],
				parameters: { provider: 'imageSaas', prompt: 'A cat', options: { includeRaw: true } },
			},
		],
		connections: { Start: { main: [[{ node: 'Generate', type: 'main', index: 0 }]] } },
	});
	for (const kind of ['malformed', 'wrongShape', '500', '503', 'reset'] as const) {
		sandbox.fault({ route: 'generate', kind });
		await stage.run(troubled.id);
	}
	sandbox.settings({ apiKey: 'img_changed_at_the_server' });
	expect((await stage.run(troubled.id)).status).toBe('error');

	await stage.n8n.stop();
	const exported = await executeCli(['export:workflow', '--all'], { userFolder: stage.userFolder });
	const credentials = await executeCli(['export:credentials', '--all'], { userFolder: stage.userFolder });
	const places = new Map<string, string>([
		['log', stage.n8n.logs()],
		['export:workflow', exported],
		['export:credentials (encrypted)', credentials],
		...filesBelow(stage.userFolder).map((path): [string, string] => [path, readFileSync(path, 'latin1')]),
	]);
	expect([...places.keys()].some((path) => path.endsWith('database.sqlite'))).toBe(true);
	for (const secret of [stage.apiKey, stage.webhookSecret]) {
		expect([...places].filter(([, content]) => content.includes(secret)).map(([place]) => place)).toEqual([]);
	}
	recordFigure('secrets.places', `0 of ${places.size} files and exports`);
}, 180_000);
