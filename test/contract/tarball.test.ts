import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { name as packageName, scripts } from '../../package.json';
import { providers } from '../../providers/registry';
import { credentialOf, filesOf, nodeNames, root } from '../support/providerFiles';

/** The files that `npm pack` puts into the tarball, except the compiled ones: `test/n8n/packed.test.ts` has those. */
const [tarball] = JSON.parse(
	execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
		cwd: root,
		encoding: 'utf8',
		shell: process.platform === 'win32',
		stdio: ['ignore', 'pipe', 'ignore'],
	}),
) as Array<{ files: Array<{ path: string; size: number }> }>;
const shipped = (tarball?.files ?? []).filter(({ path }) => !path.startsWith('dist/'));
const paths = new Set(shipped.map(({ path }) => path));

const base = `https://unpkg.com/${packageName}/`;

const primaryDocumentation = (node: string): string => {
	const text = readFileSync(join(root, 'nodes', node, `${node}.node.json`), 'utf8');
	const codex = JSON.parse(text) as { resources: { primaryDocumentation: Array<{ url: string }> } };
	return codex.resources.primaryDocumentation.map(({ url }) => url).join(' ');
};

/** `ImageJobsTrigger` gives `image-jobs-trigger`. */
const dashed = (name: string) => name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();

const pageOf = (node: string) =>
	providers.map((provider) => filesOf(provider)).find(({ nodeName }) => nodeName === node)?.page ??
	`${dashed(node)}.md`;

it.each(nodeNames())('the documentation link of %s leads to its own page, which the tarball has', (node) => {
	expect(primaryDocumentation(node)).toBe(`${base}docs/${pageOf(node)}`);
	expect(paths).toContain(`docs/${pageOf(node)}`);
});

it.each(providers)("the documentation link of $displayName's credential leads to its provider's page", (provider) => {
	const files = filesOf(provider);
	expect(credentialOf(files).documentationUrl).toBe(`${base}docs/${files.page}`);
	expect(paths).toContain(`docs/${files.page}`);
});

it('the tarball has the texts and every bundled workflow', () => {
	const workflows = readdirSync(join(root, 'workflows'), { recursive: true })
		.map((path) => String(path).replaceAll('\\', '/'))
		.filter((path) => path.endsWith('.json'))
		.map((path) => `workflows/${path}`);
	expect([...paths]).toEqual(
		expect.arrayContaining(['README.md', 'CHANGELOG.md', 'LICENSE', 'docs/errors.md', ...workflows]),
	);
});

it('every link of the README to unpkg leads to a file of the tarball', () => {
	for (const page of ['README.md', 'README.zh-CN.md']) {
		const links = [...readFileSync(join(root, page), 'utf8').matchAll(/https:\/\/unpkg\.com\/[^\s`)]+/g)];
		expect(links.length).toBeGreaterThan(0);
		for (const [link] of links) expect(paths).toContain(link.replace(base, ''));
	}
});

it('pages and pictures take less than 6 MB, and no test, tool or secret is among them', () => {
	const bytes = shipped.reduce((sum, { size }) => sum + size, 0);
	expect(bytes).toBeLessThan(6_000_000);
	expect([...paths].filter((path) => /\.(ts|mjs|env|log|tgz)$|node_modules|(^|\/)\.[^/]+$/.test(path))).toEqual([]);
});

it('the top of the tarball has exactly these files and folders', () => {
	const top = new Set(shipped.map(({ path }) => path.split('/')[0]));
	expect([...top].sort()).toEqual([
		'CHANGELOG.md',
		'LICENSE',
		'README.md',
		'README.zh-CN.md',
		'docs',
		'llms.txt',
		'package.json',
		'providers',
		'workflows',
	]);
});

it('package.json has no script that npm would run at an installation', () => {
	expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare|pack|publish)/.test(name))).toEqual([]);
});
