import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { INodeTypeDescription } from 'n8n-workflow';
import { n8nBin } from '../../scripts/lib/paths';

/** A node type as the server sends it to the editor. */
export type ShownType = INodeTypeDescription & { codex?: { categories?: string[]; alias?: string[] } };

interface PanelItem {
	key: string;
	properties: { displayName: string; codex?: { alias?: string[] } };
}

type Scored = Array<{ score: number; item: PanelItem }>;

/** The functions with which the editor searches. They are bundled into the editor from this package. */
const n8nRequire = createRequire(n8nBin);
const { sublimeSearch } = n8nRequire('@n8n/utils/search/sublime-search') as {
	sublimeSearch: (text: string, items: readonly PanelItem[]) => Scored;
};
const { reRankSearchResults } = n8nRequire('@n8n/utils/search/re-rank-search-results') as {
	reRankSearchResults: (results: Scored, factors: Record<string, Record<string, number>>) => Scored;
};

/** The list of popular nodes in the editor's code. The editor adds up to 100 points for it. */
export function popularity(): Record<string, number> {
	const assets = join(n8nRequire.resolve('n8n-editor-ui/package.json'), '..', 'dist', 'assets');
	const chunks = readdirSync(assets).filter((name) => name.endsWith('.js'));
	const entries = chunks.flatMap((name) =>
		[...readFileSync(join(assets, name), 'utf8').matchAll(/\{id:`([^`]+)`,popularity:([\d.]+)\}/g)].map(
			([, id = '', points]): [string, number] => [id, Number(points) * 100],
		),
	);
	return Object.fromEntries(entries);
}

/**
 * The nodes that the panel searches when a user adds a node behind another: the newest version of each visible type,
 * and of AI only what works by itself (no models or tools of an agent). A trigger is merged into the node whose name it
 * extends. The panel shows triggers without the word "Trigger", but searches their whole names.
 */
export function panelItems(types: readonly ShownType[]): PanelItem[] {
	const newest = new Map<string, ShownType>();
	for (const type of types) {
		if (type.hidden) continue;
		const known = newest.get(type.name);
		if (!known || versionOf(known) < versionOf(type)) newest.set(type.name, type);
	}
	return [...newest.values()]
		.filter(({ name, group }) => !group.includes('trigger') || !newest.has(name.replace(/Trigger$/, '')))
		.filter(
			({ codex }) => !codex?.categories?.includes('AI') || codex.subcategories?.['AI']?.includes('Root Nodes'),
		)
		.map((type) => ({ key: type.name, properties: type }));
}

const versionOf = ({ version }: ShownType) => (Array.isArray(version) ? Math.max(...version) : version);

/** The panel's search: the names of the nodes that it lists for a text, best first. */
export function searchPanel(text: string, items: readonly PanelItem[], points: Record<string, number>): string[] {
	return reRankSearchResults(sublimeSearch(text.toLowerCase(), items), { popularity: points }).map(
		({ item }) => item.key,
	);
}

/** The texts of the actions that the panel offers for a node, from the lists that the editor reads. */
export function actionsOf({ properties }: ShownType): string[] {
	const optionsOf = (list: (typeof properties)[number] | undefined) =>
		((list?.options ?? []) as Array<{ action?: string; name: string; value: string }>).filter(
			({ value }) => value !== '__CUSTOM_API_CALL__',
		);
	const resource = properties.find(({ name }) => name === 'resource');
	const lists = resource
		? optionsOf(resource).map(({ value }) =>
				properties.find(
					({ name, displayOptions }) =>
						name === 'operation' && displayOptions?.show?.['resource']?.includes(value),
				),
			)
		: [properties.find(({ name }) => name === 'operation') ?? properties.find(({ name }) => name === 'mode')];
	return lists.flatMap((list) => optionsOf(list).map(({ action, name }) => action ?? name));
}
