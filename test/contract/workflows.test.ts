import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Bundled {
	id: string;
	name: string;
	active: boolean;
	nodes: Array<{
		id: string;
		name: string;
		type: string;
		credentials?: unknown;
		onError?: string;
		parameters: Record<string, unknown>;
	}>;
	connections: Record<string, Record<string, Array<Array<{ node: string }>>>>;
}

const root = join(__dirname, '..', '..');
const files = readdirSync(join(root, 'workflows')).filter((name) => name.endsWith('.json'));
const all = files.map((file): [string, Bundled] => [
	file,
	JSON.parse(readFileSync(join(root, 'workflows', file), 'utf8')) as Bundled,
]);

type Node = Bundled['nodes'][number];

const writesToDisk = ({ type, parameters }: Node) =>
	type === 'n8n-nodes-base.readWriteFile' && parameters['operation'] === 'write';
/** Image Export, operation Save Files: it never fails, and takes only full paths. */
const savesFiles = ({ type, parameters }: Node) => type.endsWith('.imageExport') && parameters['operation'] === 'save';

describe.each(all)('%s', (file, { active, nodes, connections }) => {
	it('holds no credentials and starts nothing by itself', () => {
		expect(nodes.filter((node) => node.credentials !== undefined)).toEqual([]);
		expect(active).toBe(false);
	});

	it('explains itself, and needs no code', () => {
		expect(nodes.some(({ type }) => type.endsWith('.stickyNote'))).toBe(true);
		expect(nodes.filter(({ type }) => /\.(code|function|functionItem)$/.test(type))).toEqual([]);
		for (const page of ['README.md', 'workflows/README.md'])
			expect(readFileSync(join(root, page), 'utf8')).toContain(file);
	});

	it('has names and ids that are unique, and connections between nodes that are there', () => {
		for (const key of ['id', 'name'] as const)
			expect(new Set(nodes.map((node) => node[key])).size).toBe(nodes.length);
		const names = new Set(nodes.map(({ name }) => name));
		const connected = Object.entries(connections).flatMap(([from, kinds]) => [
			from,
			...Object.values(kinds)
				.flat(2)
				.map(({ node }) => node),
		]);
		expect(connected.filter((name) => !names.has(name))).toEqual([]);
	});

	it('loses nothing that was paid when a file cannot be written', () => {
		for (const { name, onError } of nodes.filter(writesToDisk)) {
			expect({ name, onError }).toEqual({ name, onError: expect.stringMatching(/^continue/) as string });
			// A branch without a picture has a note.
			if (onError === 'continueErrorOutput')
				expect({ name, errorBranches: connections[name]?.['main']?.[1]?.length }).toEqual({
					name,
					errorBranches: 1,
				});
		}
	});

	it('saves in a folder that does not depend on where n8n was started', () => {
		const settings = nodes.find(({ name }) => name === 'Settings')?.parameters['assignments'] as
			| { assignments: Array<{ name: string; value: unknown }> }
			| undefined;
		const valueOf = (folder: unknown) =>
			folder === "={{ $('Settings').first().json.folder }}"
				? settings?.assignments.find(({ name }) => name === 'folder')?.value
				: folder;
		for (const { name, parameters } of nodes.filter(savesFiles))
			expect({ name, folder: valueOf(parameters['folder']) }).toEqual({
				name,
				folder: expect.stringMatching(/^~\/\.n8n-files/) as string,
			});
	});

	it('names image files by job.ref and index: IDs may be missing or too long, prompts may hold anything', () => {
		const written = nodes
			.filter(writesToDisk)
			.filter(({ parameters }) => parameters['dataPropertyName'] === 'image_0')
			.map(({ parameters }) => parameters['fileName']);
		// An empty name is made of them by Image Export itself.
		const saved = nodes
			.filter(savesFiles)
			.filter(({ parameters }) => parameters['binaryFields'] !== 'data')
			.flatMap(({ parameters: { saveName } }) => (saveName === undefined || saveName === '' ? [] : [saveName]));
		for (const name of [...written, ...saved])
			expect(name).toMatch(/\$json\.job\.ref \+ '-' \+ \$json\.images\[0\]\.index/);
		const others = nodes.flatMap(({ parameters: { fileName, entryName, fileSelector, saveName } }) => [
			fileName,
			entryName,
			fileSelector,
			saveName,
		]);
		expect(
			others.filter((name) => /job\.id|jobId|prompt(?!s\.csv)/i.test(typeof name === 'string' ? name : '')),
		).toEqual([]);
	});

	it('what its expressions take from Settings is there', () => {
		const settings = nodes.find(({ name }) => name === 'Settings')?.parameters['assignments'] as
			| { assignments: Array<{ name: string }> }
			| undefined;
		const known = settings?.assignments.map(({ name }) => name) ?? [];
		const asked = [...JSON.stringify(nodes).matchAll(/\$\('Settings'\)\.first\(\)\.json\.(\w+)/g)].flatMap(
			([, name]) => (name === undefined ? [] : [name]),
		);
		// The trigger's items pass through it.
		expect(
			[...new Set(asked)].filter((name) => !known.includes(name) && !['execution', 'workflow'].includes(name)),
		).toEqual([]);
		const nodesOf = new Set([...JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g)].map(([, name]) => name));
		expect([...nodesOf].filter((name) => !nodes.some((node) => node.name === name))).toEqual([]);
	});
});

it('Agent tools shows pictures as Image links does, under a path of its own', () => {
	const serving = (file: string) =>
		(all.find(([name]) => name === file)?.[1].nodes ?? [])
			.filter(({ type }) => /\.(webhook|imageJobs|if|respondToWebhook)$/.test(type))
			.map(({ name, type, onError, parameters: { path, ...parameters } }) => ({
				name: name.replace(/^GET .*/, `GET ${String(path)}`),
				type,
				onError,
				// The ids of conditions differ.
				parameters: JSON.stringify(parameters).replace(/"id":"[^"]+"/g, ''),
			}));
	const alone = serving('image-links.json');
	expect(alone).toHaveLength(5);
	expect(serving('agent-tools.json')).toEqual(
		alone.map((node) => ({ ...node, name: node.name.replace('GET image-link', 'GET agent-images') })),
	);
});

it('have ids of their own', () => {
	expect(new Set(all.map(([, { id }]) => id)).size).toBe(all.length);
});

it.each(['batch.json', 'retry.json', 'fallback.json', 'scheduled.json', 'webhook-driven.json'])(
	'%s gives every request the key of its row',
	(file) => {
		const nodes =
			all.find(([name]) => name === file)?.[1].nodes.filter(({ type }) => type.endsWith('.imageGenerate')) ?? [];
		expect(nodes.length).toBeGreaterThan(0);
		for (const { parameters } of nodes)
			expect((parameters['options'] as { idempotencyKey?: string }).idempotencyKey).toMatch(/^=\{\{/);
	},
);
