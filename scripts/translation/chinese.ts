import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../lib/paths';
import { readWorkflow, type Workflow } from '../lib/workflow';
import { headingOf, parseTexts, hashOf, type Translation } from './texts';
import { type Language, translate } from './translate';
import { allTexts, visibleTexts } from './visible';

const chinese: Language = {
	tag: 'zh-CN',
	suffix: 'zh',
	note: [
		'节点名称保留英文，因为表达式按名称引用节点。',
		'',
		'本工作流由英文版生成。两个版本的 ID 和 Webhook 路径（`-zh`）不同，可以同时使用。',
	].join('\n'),
};

/** Folders of workflows, and where their Chinese versions and texts are. */
const folders = [
	{ english: 'workflows', chinese: 'workflows/zh-CN' },
	{ english: 'docs/recipes', chinese: 'docs/zh/recipes' },
] as const;

/** A workflow and its Chinese texts. Paths are relative to the project. */
export interface Source {
	/** The English workflow. */
	path: string;
	english: Workflow;
	/** The file with the Chinese texts. */
	textsPath: string;
	texts: Map<string, Translation>;
	/** The Chinese workflow, which is generated. */
	target: string;
}

/** All workflows that have a Chinese version. */
export function chineseSources(): Source[] {
	return folders.flatMap((folder) =>
		readdirSync(join(projectRoot, folder.english))
			.filter((file) => file.endsWith('.json'))
			.map((file) => {
				const path = `${folder.english}/${file}`;
				const textsPath = `${folder.chinese}/texts/${file.replace(/json$/, 'md')}`;
				const textsFile = join(projectRoot, textsPath);
				return {
					path,
					english: readWorkflow(join(projectRoot, path)),
					textsPath,
					texts: parseTexts(existsSync(textsFile) ? readFileSync(textsFile, 'utf8') : ''),
					target: `${folder.chinese}/${file}`,
				};
			}),
	);
}

/** The content of the Chinese workflow's file. */
export function chineseFile(source: Source, all: readonly Source[]): string {
	const ids = all.flatMap(({ english: { id } }) => id ?? []);
	return `${JSON.stringify(translate(source.english, source.texts, chinese, ids), null, 2)}\n`;
}

/**
 * What is wrong with the Chinese texts of a workflow: each entry is what to write into their file, with the English
 * text to translate, or the heading to remove.
 */
export function problemsOf({ english, texts }: Source): string[] {
	const known = allTexts(english);
	const required = visibleTexts(english).map(({ key }) => key);
	const wrong = [...new Set([...required, ...texts.keys()])].filter((key) => {
		const text = known.get(key);
		return text === undefined || texts.get(key)?.hash !== hashOf(text);
	});
	return wrong.map((key) => {
		const text = known.get(key);
		if (text === undefined) return `There is no text "${key}" any more`;
		return `${texts.has(key) ? 'Out of date' : 'Missing'}:\n${headingOf(key, text)}\n${text}`;
	});
}
