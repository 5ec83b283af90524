import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Execution } from '../lib/executionData';
import type { N8nClient } from '../lib/n8nClient';
import { projectRoot } from '../lib/paths';
import type { Workflow } from '../lib/workflow';
import { type Bundled, importBundled, type NodeTypeDescription, webhookPathOf } from './bundled';
import { claimInstance, demandPorts } from './claim';
import { ImportLedger } from './importLedger';
import { readDevOptions, readOptions } from './options';
import { keepOwner, newPassword } from './owner';
import { asProblem } from './problem';
import { jobErrors, runQuickStart } from './quickStart';
import { prepareDataFolder } from './stage';

let folder = '';
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const generate = 'n8n-nodes-image-pipelines.imageGenerate';
const trigger = 'n8n-nodes-image-pipelines.imageWebhookTrigger';
const nodeTypes: NodeTypeDescription[] = [
	{ name: generate, credentials: [{ name: 'imageSaasApi' }] },
	{ name: trigger, credentials: [{ name: 'imageSaasApi' }], webhooks: [{ path: 'image-jobs', isFullPath: false }] },
	{ name: 'n8n-nodes-base.httpRequest', credentials: [{ name: 'imageSaasApi' }] },
];

describe('options', () => {
	it('have the usual ports by default', () => {
		expect(readOptions([], {})).toEqual({ command: 'npm start', port: 5678, sandboxPort: 3001, once: false });
		expect(readDevOptions([], {})).toEqual({
			command: 'npm run dev',
			port: 5678,
			sandboxPort: 3001,
			inspectPort: 9229,
		});
	});

	it('take a flag over the environment', () => {
		expect(readOptions(['--once', '--port', '1'], { N8N_PORT: '2', SANDBOX_PORT: '3' })).toEqual({
			command: 'npm start',
			port: 1,
			sandboxPort: 3,
			once: true,
		});
		expect(readDevOptions(['--inspect-port', '4'], {}).inspectPort).toBe(4);
	});

	it.each([
		['--port', '0'],
		['--port', '65536'],
		['--port', '1e3'],
		['--ports', '5'],
	])('reject %s %s in one sentence', (flag, value) => {
		expect(() => readOptions([flag, value], {})).toThrow(/--port/);
		expect(() => readDevOptions([flag, value], {})).toThrow(/--port/);
	});
});

describe('an ordinary mistake', () => {
	const run = (...args: string[]) =>
		spawnSync(process.execPath, [join(projectRoot, 'scripts', 'run.cjs'), ...args], { encoding: 'utf8' });

	it.each([
		['start', 'npm start'],
		['dev', 'npm run dev'],
	])('%s --help prints the usage before anything is installed', (command, usage) => {
		const { status, stdout, stderr } = run(command, '--help');
		expect([status, stderr]).toEqual([0, '']);
		expect(stdout).toContain(`Usage: ${usage} -- [flags]`);
		expect(stdout).toMatch(/--port 5678 .*\n.*--sandbox-port 3001/);
	});

	it('an unknown flag is one sentence that names the flag and the help', () => {
		const { status, stdout, stderr } = run('start', '--prot', '1');
		expect([status, stdout]).toEqual([1, '']);
		expect(stderr.trim()).toBe(`Unknown option '--prot'. Run "npm start -- --help" for the list of flags.`);
	});

	it.each([
		['EACCES', /^\/data\/owner.json belongs to another user or is read-only\./],
		['EROFS', /^\/data\/owner.json is on a read-only file system\./],
		['ENOSPC', /^\/data\/owner.json cannot be written because the disk is full\./],
	])('%s names the file and the fix', (code, sentence) => {
		const error = Object.assign(new Error(`${code}: no`), { code, path: '/data/owner.json' });
		expect(asProblem(error)).toMatch(sentence);
	});

	it('any other error keeps its stack', () => {
		expect(asProblem(new Error('a bug'))).toBeUndefined();
		expect(asProblem(Object.assign(new Error('no'), { code: 'ENOENT', path: '/x' }))).toBeUndefined();
	});

	it('a file in the place of the folder is not a stack', async () => {
		writeFileSync(join(folder, 'file'), '');
		const options = readOptions(['--folder', join(folder, 'file')], {});
		const error: unknown = await prepareDataFolder(options).catch((thrown: unknown) => thrown);
		expect(asProblem(error)).toMatch(/file.* is a file, not a folder/);
	});
});

describe('ports', () => {
	it('that are taken are named, with the way to another', async () => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		try {
			await expect(demandPorts({ command: 'npm start', port, sandboxPort: 1 }, 1)).rejects.toThrow(
				`Port ${port}, wanted for n8n, is in use`,
			);
		} finally {
			server.close();
		}
	});
});

describe('the claim on the data folder', () => {
	it('is rejected while another demo runs', () => {
		writeFileSync(join(folder, 'pid'), String(process.ppid));
		expect(() => claimInstance(join(folder, 'pid'))).toThrow(/running already/);
	});

	it('passes on from one that was killed', () => {
		writeFileSync(join(folder, 'pid'), '2147483646');
		claimInstance(join(folder, 'pid'));
		expect(readFileSync(join(folder, 'pid'), 'utf8')).toBe(String(process.pid));
	});
});

describe('the owner', () => {
	it('is kept from one start to the next, for this user only', () => {
		const file = join(folder, 'owner.json');
		const owner = keepOwner(file);
		expect(keepOwner(file)).toEqual(owner);
		expect(statSync(file).mode & 0o777).toBe(0o600);
	});

	it("has a password that n8n's rules let through", () => {
		expect(newPassword()).toMatch(/^(?=.*[A-Z])(?=.*\d).{8,64}$/);
		expect(newPassword()).not.toBe(newPassword());
	});
});

describe('bundled workflows', () => {
	const workflow: Workflow = {
		id: 'wf1',
		name: 'One',
		nodes: [
			{ name: 'Generate', type: generate, parameters: {} },
			{ name: 'Other', type: 'n8n-nodes-base.httpRequest', parameters: {} },
		],
		connections: {},
	};

	function instance(): { client: N8nClient; imported: Workflow[] } {
		const imported: Workflow[] = [];
		const client = {
			listWorkflows: async () => imported.map(({ id }) => ({ id })),
			importWorkflow: async (one: Workflow) => imported.push(one),
		} as unknown as N8nClient;
		return { client, imported };
	}

	const bring = async (client: N8nClient): Promise<Bundled[]> =>
		await importBundled({
			ledger: await ImportLedger.open(client, join(folder, 'ledger.json')),
			nodeTypes,
			credentials: [{ type: 'imageSaasApi', reference: { id: 'c1', name: 'Sandbox' } }],
			files: [join(folder, 'one.json')],
		});

	it('get the credential in the nodes of the pack that take it, and in no other', async () => {
		writeFileSync(join(folder, 'one.json'), JSON.stringify(workflow));
		const { client, imported } = instance();
		await bring(client);
		expect(imported[0]?.nodes.map(({ credentials }) => credentials)).toEqual([
			{ imageSaasApi: { id: 'c1', name: 'Sandbox' } },
			undefined,
		]);
	});

	it('are imported once, and again only when the file has changed', async () => {
		const { client, imported } = instance();
		writeFileSync(join(folder, 'one.json'), JSON.stringify(workflow));
		await bring(client);
		await bring(client);
		expect(imported).toHaveLength(1);
		writeFileSync(join(folder, 'one.json'), JSON.stringify({ ...workflow, name: 'Two' }));
		await bring(client);
		expect(imported).toHaveLength(2);
	});

	it('without an id are rejected, because every start would add a copy', async () => {
		const { id, ...nameless } = workflow;
		writeFileSync(join(folder, 'one.json'), JSON.stringify(nameless));
		await expect(bring(instance().client)).rejects.toThrow(/has no id/);
		expect(id).toBe('wf1');
	});
});

describe("a trigger's address", () => {
	const withTrigger = (webhookId?: string): Workflow => ({
		id: 'wf1',
		name: 'Hook',
		nodes: [{ name: 'My Trigger', type: trigger, parameters: {}, ...(webhookId !== undefined && { webhookId }) }],
		connections: {},
	});

	it('starts with the webhook id of the node', () => {
		expect(webhookPathOf(withTrigger('abc'), nodeTypes)).toBe('/webhook/abc/image-jobs');
	});

	it('starts with workflow and node where there is no webhook id', () => {
		expect(webhookPathOf(withTrigger(), nodeTypes)).toBe('/webhook/wf1/my%20trigger/image-jobs');
	});
});

describe("a run's outcome", () => {
	const failed = { json: { job: { error: { message: 'no', hint: 'do' } } } };
	const png = (id: string) => ({ id, mimeType: 'image/png', fileName: `${id}.png`, data: 'filesystem' });
	const executionWith = (binaries: object) =>
		({
			status: 'success',
			data: {
				resultData: {
					runData: {
						Generate: [{ data: { main: [[{ json: {}, binary: binaries }], null, [failed, failed]] } }],
						// The next node passes the same files on.
						Next: [{ data: { main: [[{ json: {}, binary: binaries }]] } }],
					},
				},
			},
		}) as unknown as Execution;

	it('reports each failure of a job once', () => {
		expect(jobErrors(executionWith({}))).toEqual(['no (do)']);
	});

	const runWith = async (binaries: object) =>
		await runQuickStart({
			client: {
				url: 'http://n8n',
				runWorkflow: async () => '7',
				waitForExecution: async () => executionWith(binaries),
				downloadBinary: async ({ id }: { id: string }) => Buffer.from(`bytes of ${id}`),
			} as unknown as N8nClient,
			quickStart: {
				id: 'wf1',
				file: 'quick-start.json',
				workflow: { name: 'Q', nodes: [], connections: {} },
				isNew: true,
			},
			folder: join(folder, 'copies'),
		});

	it('is a copy of each image, and the address of the execution', async () => {
		const run = await runWith({ a: png('a'), zip: { ...png('z'), mimeType: 'application/zip' }, b: png('b') });
		expect(run).toMatchObject({
			pictures: [join(folder, 'copies', '7-1-a.png'), join(folder, 'copies', '7-2-b.png')],
			executionUrl: 'http://n8n/workflow/wf1/executions/7',
		});
		expect(run.pictures.map((file) => readFileSync(file, 'utf8'))).toEqual(['bytes of a', 'bytes of b']);
	});

	it('is a problem if there is no image, with the reason and the address', async () => {
		await expect(runWith({})).rejects.toThrow(
			'"Q" ended without a picture: no (do). See http://n8n/workflow/wf1/executions/7',
		);
	});
});
