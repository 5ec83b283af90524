import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectCopy } from '../support/projectCopy';
import { root } from '../support/providerFiles';

// A fictitious provider is added to a copy of the project: its own files, and its entry in the registry. Nothing else
// is edited by hand. See CONTRIBUTING.md, "Adding a provider".
let copy: ProjectCopy;
let added: string[];

const runJest = (args: readonly string[], env: Record<string, string> = {}) =>
	copy.run('jest/bin/jest.js', [...args, '--cacheDirectory', join(root, 'node_modules', '.cache', 'oneFolder')], env);

beforeAll(() => {
	copy = new ProjectCopy();
	added = copy.add(join(root, 'test', 'fixtures', 'newProvider'));
});
afterAll(() => copy.remove());

it('without its entry in the registry, a test fails and prints the line to add', async () => {
	const args = [
		'--selectProjects',
		'contract',
		'--testPathPatterns',
		'contract/registry',
		'-t',
		'the registry names',
	];
	await expect(runJest(args)).rejects.toThrow("import { acme } from './acme/definition'");
}, 300_000);

it('with it, npm run generate writes every list that names the provider', async () => {
	copy.edit('providers/registry.ts', /^import \{ aiBatch \}/m, "import { acme } from './acme/definition';\n$&");
	copy.edit('providers/registry.ts', 'aiBatch, gemini]', 'aiBatch, gemini, acme]');
	await runJest(['--selectProjects', 'contract', '--testPathPatterns', 'contract/registry'], { UPDATE_DOCS: '1' });
	const manifest = JSON.parse(copy.read('package.json')) as { n8n: { nodes: string[]; credentials: string[] } };
	expect(manifest.n8n.nodes).toContain('dist/nodes/Acme/Acme.node.js');
	expect(manifest.n8n.credentials).toContain('dist/credentials/AcmeApi.credentials.js');
	for (const page of ['README.md', 'docs/design.md', 'docs/coverage.md', 'sandbox/README.md'])
		expect(copy.read(page)).toContain('acme');
}, 300_000);

it('types, format, lint and layers hold', async () => {
	const code = added.filter((path) => path.endsWith('.ts'));
	await Promise.all([
		copy.run('typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']),
		copy
			.run('@biomejs/biome/bin/biome', ['format', ...code])
			.then(() => copy.run('eslint/bin/eslint.js', [...code, 'package.json'])),
	]);
	await copy.run('dependency-cruiser/bin/dependency-cruiser.mjs', [
		...['--config', '.dependency-cruiser.cjs', '--no-cache', '--preserve-symlinks'],
		...['providers', 'credentials', 'nodes', 'sandbox'],
	]);
}, 300_000);

it('the pack is built with it', async () => {
	await copy.run('typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--incremental', 'false', '--noCheck']);
	const { n8n } = JSON.parse(copy.read('package.json')) as { n8n: { nodes: string[]; credentials: string[] } };
	expect([...n8n.nodes, ...n8n.credentials].filter((path) => !existsSync(join(copy.folder, path)))).toEqual([]);
}, 300_000);

it('the docs agree with its stand-in, and its nodes run against it', async () => {
	await runJest([
		...['--selectProjects', 'contract', 'engine', '--testPathPatterns'],
		...['contract/registry', 'contract/coverage', 'engine/acme'],
	]);
}, 300_000);

it('it passes the scenarios of all providers', async () => {
	const output = await runJest([
		'--selectProjects',
		'contract',
		'--testPathPatterns',
		'conformance',
		'-t',
		'Acme Images',
	]);
	expect(output).toMatch(/contract: 4\d passed, 0 failed/);
}, 300_000);
