import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { type Execution, type Workflow, type WorkflowNode } from '../../scripts/lib/n8nInstance';
import { providerById } from '../../providers/registry';
import { type Kit, kits } from '../support/conformanceKits';
import { filesOf, nodeOf } from '../support/providerFiles';
import { Stage } from './instance';

const stage = new Stage();
const pack = 'n8n-nodes-image-pipelines.';

beforeAll(async () => {
	await stage.open();
	// The stage already has Image SaaS.
	for (const kit of kits) if (kit.backend.id !== 'imageSaas') await stage.add(kit);
}, 120_000);
afterAll(() => stage.close());

/** A Generate node per provider, one Poll for all of them, and a file for every picture. */
function pipeline(name: string, chosen: readonly Kit[]): Workflow {
	const generates = chosen.map(
		({ backend, request: { extras, ...request } = {} }, place): WorkflowNode => ({
			id: `g${place}`,
			name: `Generate ${place}`,
			type: `${pack}imageGenerate`,
			typeVersion: 1,
			position: [200, place * 160],
			parameters: {
				provider: backend.id,
				prompt: `A fox by ${backend.displayName}`,
				wait: false,
				...request,
				options: { ...extras },
			},
		}),
	);
	const to = (node: string, index = 0) => ({ node, type: 'main', index });
	return {
		name,
		settings: { executionOrder: 'v1' },
		nodes: [
			{
				id: 's',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			...generates,
			{
				id: 'm',
				name: 'Together',
				type: 'n8n-nodes-base.merge',
				typeVersion: 3.2,
				position: [400, 0],
				parameters: { numberInputs: Math.max(2, chosen.length) },
			},
			{
				id: 'p',
				name: 'Poll',
				type: `${pack}imagePoll`,
				typeVersion: 1,
				position: [600, 0],
				parameters: { options: { splitImages: true } },
			},
			{
				id: 'w',
				name: 'Write',
				type: 'n8n-nodes-base.readWriteFile',
				typeVersion: 1.1,
				position: [800, 0],
				parameters: {
					operation: 'write',
					fileName: `={{ '.n8n-files/${name}-' + $json.job.provider + '.' + $binary.image_0.fileExtension }}`,
					dataPropertyName: 'image_0',
					options: {},
				},
			},
		],
		connections: {
			Start: { main: [generates.map((node) => to(node.name))] },
			...Object.fromEntries(
				generates.map((node, place) => [
					node.name,
					{ main: [[chosen.length > 1 ? to('Together', place) : to('Poll')]] },
				]),
			),
			Together: { main: [[to('Poll')]] },
			Poll: { main: [[to('Write')]] },
		},
	};
}

const written = (execution: Execution) =>
	(execution.data.resultData.runData['Write'] ?? [])
		.flatMap((run) => run.data?.main?.[0] ?? [])
		.map(({ json }) => String(json['fileName']));

async function expectPictures(execution: Execution, chosen: readonly Kit[]): Promise<void> {
	const failed = (execution.data.resultData.runData['Poll'] ?? [])
		.flatMap((run) => run.data?.main?.[2] ?? [])
		.map(({ json }) => json['job']);
	expect({ status: execution.status, failed }).toEqual({ status: 'success', failed: [] });
	const files = written(execution);
	expect(
		files.map((file) => chosen.find(({ backend }) => file.includes(`-${backend.id}.`))?.backend.id).sort(),
	).toEqual(chosen.map(({ backend }) => backend.id).sort());
	for (const file of files) {
		const path = resolve(stage.userFolder, file);
		expect(existsSync(path)).toBe(true);
		expect(await sharp(readFileSync(path)).metadata()).toMatchObject({ width: expect.any(Number) as number });
	}
}

it.each(kits.map((kit): [string, Kit] => [kit.backend.displayName, kit]))(
	'%s: from a prompt to a file',
	async (_name, kit) => {
		const { id } = await stage.install(pipeline(`one-${kit.backend.id}`, [kit]));
		await expectPictures(await stage.run(id), [kit]);
	},
	90_000,
);

const tested = (kit: Kit, data: Record<string, unknown>) =>
	stage.client.request<{ status: string; message: string }>('POST', '/rest/credentials/test', {
		credentials: {
			id: '',
			name: 'Tried',
			type: kit.backend.credential.type,
			data: { ...stage.credentialOf(kit), ...data },
		},
	});

it.each(
	kits
		.filter(({ backend }) => backend.id !== 'imageSaas')
		.map((kit): [string, Kit] => [kit.backend.displayName, kit]),
)(
	"%s: the credential's test detects a server that does not answer, and a wrong key if possible",
	async (_name, kit) => {
		expect(await tested(kit, {})).toMatchObject({ status: 'OK' });
		expect(await tested(kit, { baseUrl: 'http://127.0.0.1:9' })).toMatchObject({ status: 'Error' });
		if (kit.credentialTestDetectsWrongKey)
			expect(await tested(kit, kit.wrongKey ?? {})).toMatchObject({ status: 'Error' });
	},
	30_000,
);

it('an optional key that is empty is not sent as an empty header', async () => {
	const kit = kits.find(({ backend }) => backend.id === 'zImage');
	if (!kit) throw new Error('There is no Z-Image');
	stage.other('zImage').settings({ auth: false });
	expect(await tested(kit, { authKey: '' })).toMatchObject({ status: 'OK' });
	stage.other('zImage').settings({ auth: true });
	expect(await tested(kit, { authKey: '' })).toMatchObject({ status: 'Error' });
}, 30_000);

it.each(
	kits.map(({ backend, freeOperation: { resource, operation } }) => {
		const { nodeName } = filesOf(providerById(backend.id));
		return [nodeOf(nodeName).description.name, resource, operation] as const;
	}),
)(
	'the node %s reaches its backend',
	async (type, resource, operation) => {
		const node: WorkflowNode = {
			id: 'n',
			name: 'Node',
			type: `${pack}${type}`,
			typeVersion: 1,
			position: [200, 0],
			parameters: { resource, operation },
		};
		const { id } = await stage.install({
			name: type,
			settings: { executionOrder: 'v1' },
			nodes: [
				{
					id: 's',
					name: 'Start',
					type: 'n8n-nodes-base.manualTrigger',
					typeVersion: 1,
					position: [0, 0],
					parameters: {},
				},
				node,
			],
			connections: { Start: { main: [[{ node: 'Node', type: 'main', index: 0 }]] } },
		});
		const execution = await stage.run(id);
		expect(execution.status).toBe('success');
		expect(execution.data.resultData.runData['Node']?.[0]?.data?.main?.[0]?.length).toBeGreaterThan(0);
	},
	60_000,
);

it.each(
	kits.flatMap(({ backend, listedModel }) => (listedModel === undefined ? [] : [[backend.id, listedModel] as const])),
)(
	'the editor lists the models of %s: asked for, or as documented',
	async (provider, model) => {
		const { id } = await stage.install(
			pipeline(
				'models',
				kits.filter(({ backend }) => backend.id === provider),
			),
		);
		const { nodes } = await stage.client.request<{ nodes: WorkflowNode[] }>('GET', `/rest/workflows/${id}`);
		const node = nodes.find(({ name }) => name === 'Generate 0');
		const models = await stage.client.request<Array<{ name: string }>>(
			'POST',
			'/rest/dynamic-node-parameters/options',
			{
				path: 'parameters.model',
				methodName: 'getModels',
				nodeTypeAndVersion: { name: `${pack}imageGenerate`, version: 1 },
				currentNodeParameters: node?.parameters,
				credentials: node?.credentials,
			},
		);
		const [first, ...others] = models.map(({ name }) => name);
		// The first choice says which model it stands for.
		expect(first).toMatch(/^Default \(.+\)$/);
		expect(others).toContain(model);
	},
	30_000,
);

it('all providers in one execution, one Poll for the jobs of all', async () => {
	const { id } = await stage.install(pipeline('mixed', kits));
	await expectPictures(await stage.run(id), kits);
}, 120_000);
