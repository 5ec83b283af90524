import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { providers } from '../../providers/registry';
import { choiceTable, priceTable } from './choiceTables';
import { inChinese } from './inChinese';
import { credentialOf, filesOf, nodeNames, root, tableRow } from './providerFiles';

/** Heading of the one-row table on each provider's page: what the backend can do. */
export const overviewHeading = [
	'jobs',
	'images per job',
	'references',
	'cancel',
	'how the pack avoids a second charge',
	'authentication',
] as const;

/** Files with parts that are generated from the registry, and their complete expected content. */
export function generatedFiles(): Map<string, string> {
	const pages = [
		'README.md',
		'README.zh-CN.md',
		'docs/choosing-a-provider.md',
		'docs/costs.md',
		'docs/coverage.md',
		'docs/design.md',
		'sandbox/README.md',
	];
	return new Map([
		['package.json', packageJson()],
		...pages.map((page): [string, string] => [page, withBlocks(page)]),
	]);
}

/** The text between `<!-- generated: name -->` and `<!-- /generated -->`, by name. */
const blocks: Record<string, () => string> = {
	backends: () =>
		table(
			['backend', ...overviewHeading.slice(0, -1)],
			providers.map((provider) => {
				const { page } = filesOf(provider);
				return [`[${provider.displayName}](docs/${page})`, ...tableRow(`docs/${page}`, overviewHeading)].slice(
					0,
					-1,
				);
			}),
		),
	backendsInChinese: () =>
		table(
			['后端', '任务', '每个任务的图片数', '参考图', '取消', '如何避免重复扣费'],
			providers.map((provider) => {
				const { page } = filesOf(provider);
				const cells = tableRow(`docs/${page}`, overviewHeading).slice(0, -1);
				return [`[${provider.displayName}](docs/${page})`, ...cells.map((cell) => inChinese[cell] ?? cell)];
			}),
		),
	nodes: () => providers.map((provider) => `[${provider.displayName}](docs/${filesOf(provider).page})`).join(', '),
	notes: () => providers.map(({ id, displayName }) => `[${displayName}](providers/${id}/notes.md)`).join(', '),
	providers: () =>
		table(
			['provider id', 'display name', 'credential', 'default base URL', 'authentication'],
			providers.map((provider) => [
				`\`${provider.id}\``,
				provider.displayName,
				`\`${provider.credential}\``,
				baseUrlOf(provider),
				tableRow(`docs/${filesOf(provider).page}`, overviewHeading).at(-1) ?? '',
			]),
		),
	coverage: () => lines(providers.map(({ id, displayName }) => `- [${displayName}](../providers/${id}/coverage.md)`)),
	choices: () => wholeTable(choiceTable()),
	prices: () => wholeTable(priceTable()),
	standIns: () =>
		table(
			['stand-in', 'settings, markers and decisions of its own'],
			providers.map(({ id }) => [`\`${id}\``, `[README](${id}/README.md)`]),
		),
};

function baseUrlOf(provider: (typeof providers)[number]): string {
	const { default: url } = credentialOf(filesOf(provider)).properties.find(({ name }) => name === 'baseUrl') ?? {};
	return typeof url === 'string' && url !== '' ? url : 'that of the chosen endpoint';
}

function withBlocks(page: string): string {
	const text = readFileSync(join(root, page), 'utf8');
	return text.replace(
		/(<!-- generated: (\w+) -->).*?(<!-- \/generated -->)/gs,
		(_all, begin: string, name: string, end: string) => {
			const block = blocks[name];
			if (!block) throw new Error(`${page} has a generated part "${name}"; there is none of this name`);
			return `${begin}${block()}${end}`;
		},
	);
}

/** package.json with n8n's lists of the existing nodes and credentials, in their present order. */
function packageJson(): string {
	const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		n8n: Record<'nodes' | 'credentials', string[]>;
	};
	whole.n8n.nodes = inKeptOrder(
		whole.n8n.nodes,
		nodeNames().map((name) => `dist/nodes/${name}/${name}.node.js`),
	);
	whole.n8n.credentials = inKeptOrder(
		whole.n8n.credentials,
		readdirSync(join(root, 'credentials'))
			.filter((file) => file.endsWith('.credentials.ts'))
			.map((file) => `dist/credentials/${file.replace(/ts$/, 'js')}`),
	);
	return `${JSON.stringify(whole, null, 2)}\n`;
}

/** Existing entries: first those already in the list, in their order, then the others by name. */
function inKeptOrder(listed: readonly string[], present: readonly string[]): string[] {
	return [
		...listed.filter((path) => present.includes(path)),
		...present.filter((path) => !listed.includes(path)).sort(),
	];
}

const lines = (all: readonly string[]) => `\n${all.join('\n')}\n`;

const table = (heading: readonly string[], rows: ReadonlyArray<readonly string[]>) =>
	lines([heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`));

const wholeTable = ([heading = [], ...rows]: ReadonlyArray<readonly string[]>) => table(heading, rows);
