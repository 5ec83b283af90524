import { executeCli } from '../../scripts/lib/n8nInstance';
import { canary } from '../support/canaries';
import { SecretScan } from '../support/secretScan';
import { Stage } from './instance';
import { recordFigure } from '../support/figures';

const stage = new Stage();

beforeAll(() => stage.open(), 120_000);
afterAll(() => stage.close());

const pack = 'n8n-nodes-image-pipelines.';

it('neither key nor webhook secret is in the database, the logs, the executions or an export', async () => {
	const { client, sandbox } = stage;
	const quick = await stage.installBundled('quick-start');
	await stage.run(quick.id);
	const hook = await stage.installBundled('webhook-delivery');
	await client.publishWorkflow(hook.id);
	await stage.deliver('3f6d2b9e-7c41-4a8d-9e05-c1b2a3d4e5f6/image-jobs', '{}', { secret: canary('whsec_forged') });
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
	sandbox.settings({ apiKey: canary('img_changed_at_the_server') });
	expect((await stage.run(troubled.id)).status).toBe('error');

	await stage.n8n.stop();
	const exported = await executeCli(['export:workflow', '--all'], { userFolder: stage.userFolder });
	const credentials = await executeCli(['export:credentials', '--all'], { userFolder: stage.userFolder });
	const scan = new SecretScan();
	scan.text('export:workflow', exported);
	scan.text('export:credentials (encrypted)', credentials);
	await scan.folder(stage.userFolder);
	scan.assertClean();
	expect(scan.files).toEqual(
		expect.arrayContaining(['.n8n/database.sqlite', 'n8n.log', expect.stringContaining('binary_data') as string]),
	);
	recordFigure('secrets.places', `0 of ${scan.files.length} files and exports`);
}, 180_000);
