import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { root } from './providerFiles';

/** Folders that hold no pages of this project. */
const others = ['node_modules', 'dist', '.git', '.n8n', '.build', '.bench', 'fixtures', 'artifacts'];

/** Every page of the project, from its root: Markdown, and the page for language models. */
export function pages(folder = root): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		if (entry.isDirectory()) return others.includes(entry.name) ? [] : pages(join(folder, entry.name));
		return /\.md$|^llms\.txt$/.test(entry.name) ? [relative(root, join(folder, entry.name))] : [];
	});
}

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** The text of a page without its code. */
const proseOf = (page: string) =>
	textOf(page)
		.replace(/^```.*?^```$/gms, '')
		.replace(/`[^`\n]*`/g, '');

/** Links and pictures of a page that lead nowhere: the file is missing, or it has no such heading. */
export function brokenLinks(page: string): string[] {
	const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
	return targets.filter((target) => !/^(https?|mailto):/.test(target) && !leadsSomewhere(page, target));
}

function leadsSomewhere(page: string, target: string): boolean {
	const [path = '', anchor] = decodeURI(target).split('#');
	const file = path === '' ? page : normalize(join(dirname(page), path));
	if (!existsSync(join(root, file))) return false;
	if (anchor === undefined) return true;
	return statSync(join(root, file)).isFile() && anchorsOf(file).includes(anchor);
}

/** The anchors of a page's headings, as GitHub and npm make them. */
export function anchorsOf(page: string): string[] {
	const seen = new Map<string, number>();
	return [
		...textOf(page)
			.replace(/^```.*?^```$/gms, '')
			.matchAll(/^#+ (.+)$/gm),
	].map(([, heading = '']) => {
		const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
		const anchor = plain
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
			.replace(/ /g, '-');
		const times = seen.get(anchor) ?? 0;
		seen.set(anchor, times + 1);
		return times === 0 ? anchor : `${anchor}-${times}`;
	});
}

/** The scripts of package.json that a page tells its readers to run. */
export const scriptsIn = (page: string): string[] => [
	...[...textOf(page).matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name),
	...[...textOf(page).matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name),
];

/** The labels of the editor that a page quotes: its words in italics. */
export const labelsIn = (page: string): string[] =>
	[...proseOf(page).matchAll(/(?<![*\w])\*([^*\s][^*\n]*?)\*(?![*\w])/g)].map(([, label = '']) => label);
