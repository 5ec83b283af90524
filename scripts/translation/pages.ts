import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectRoot } from '../lib/paths';

/** A Chinese page and the English page that it translates. Paths are relative to the project. */
export interface PagePair {
	english: string;
	chinese: string;
}

/** Folders of Chinese pages and generated workflows, and the folders of the English ones. */
const folders: ReadonlyArray<readonly [chinese: string, english: string]> = [
	['docs/zh/', 'docs/'],
	['workflows/zh-CN/', 'workflows/'],
];

/** All Chinese pages that translate an English one. `docs/zh/README.md`, the list of them, translates none. */
export function translatedPages(): PagePair[] {
	const pages = chinesePages().map((chinese) => ({ chinese, english: englishPath(chinese) }));
	return pages.filter(({ english }) => english !== 'docs/README.md');
}

/** All Chinese pages. */
export function chinesePages(): string[] {
	const inFolders = folders.flatMap(([folder]) =>
		readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
			.filter((path) => path.endsWith('.md') && !path.includes('texts'))
			.map((path) => `${folder}${path}`),
	);
	return ['README.zh-CN.md', ...inFolders].filter((path) => existsSync(join(projectRoot, path)));
}

/** What a translation must not change. The words, and the order of the links in a sentence, may differ. */
export function outlineOf(page: string): Record<string, unknown> {
	const { prose, codeBlocks } = partsOf(page);
	const lines = prose.split('\n');
	return {
		headings: lines.flatMap((line) => /^#+(?= )/.exec(line)?.[0] ?? []),
		code: codeBlocks.map(({ language, lines: count }) => `${language}: ${count} lines`),
		lists: lines.flatMap((line) => /^\s*(?:\d+\.|-)(?= )/.exec(line)?.[0] ?? []),
		tables: lines.filter((line) => line.startsWith('|')).map((line) => line.split(/(?<!\\)\|/).length - 2),
		images: linksOf(page)
			.filter(({ image }) => image)
			.map(({ path }) => path),
		links: linksOf(page)
			.filter(({ image }) => !image)
			.map(({ path, anchor }) => (anchor ? `${englishPath(path)}#` : englishPath(path)))
			.sort(),
	};
}

/**
 * What a reader has to find in both languages, because n8n and the code show it in English: labels of the editor
 * (in italics, with a capital letter) and code. The names of workflows, which are headings, are translated.
 */
export function quotesOf(page: string): string[] {
	const { prose } = partsOf(page);
	const headings = prose.split('\n').filter((line) => line.startsWith('#'));
	const labels = [...prose.matchAll(/(?<![*\w])\*([A-Z][^*\n]*)\*(?!\*)/g)]
		.map(([, label = '']) => label)
		.filter((label) => !headings.some((heading) => heading.endsWith(` ${label}`)));
	// The Chinese workflows have addresses of their own.
	const code = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, quoted = '']) => quoted.replaceAll(/-zh\b|zh-CN\//g, ''));
	return [...new Set([...labels, ...code])];
}

/**
 * Bold texts of Chinese Markdown that no reader would see in bold: after a full stop or a colon, two asterisks end it
 * only if a space or a punctuation mark follows.
 */
export function brokenBold(markdown: string): string[] {
	return markdown.split('\n').flatMap((line) => {
		const parts = line.split('**');
		return parts.filter(
			(part, index) =>
				index % 2 === 1 && /[\p{P}\p{S}]$/u.test(part) && /^[^\s\p{P}\p{S}]/u.test(parts[index + 1] ?? ''),
		);
	});
}

interface Link {
	/** Relative to the project, or a whole URL. */
	path: string;
	anchor: string | undefined;
	image: boolean;
}

function linksOf(page: string): Link[] {
	return [...partsOf(page).prose.matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, mark, target = '']) => {
		const [path = '', anchor] = target.split('#');
		const resolved = path === '' ? page : normalize(join(dirname(page), path));
		return { path: path.includes('://') ? path : resolved, anchor, image: mark === '!' };
	});
}

function partsOf(page: string): { prose: string; codeBlocks: Array<{ language: string; lines: number }> } {
	const codeBlocks: Array<{ language: string; lines: number }> = [];
	const text = readFileSync(join(projectRoot, page), 'utf8');
	const prose = text.replaceAll(/^```(\w*)\n(.*?)^```$/gms, (_all, language: string, code: string) => {
		codeBlocks.push({ language, lines: code.split('\n').length - 1 });
		return '';
	});
	return { prose, codeBlocks };
}

/** The English file for a Chinese one. Other paths stay. */
function englishPath(path: string): string {
	if (path === 'README.zh-CN.md') return 'README.md';
	const [chinese, english] = folders.find(([folder]) => path.startsWith(folder)) ?? ['', ''];
	return english + path.slice(chinese.length);
}
