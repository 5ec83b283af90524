import { readFileSync } from 'node:fs';

/** A step of a tutorial: what the page says, in the words of the page. */
export interface Step {
	number: number;
	title: string;
	/** The contents of its code blocks, in their order. */
	blocks: readonly string[];
	/** The files of its pictures, as the page names them. */
	pictures: readonly string[];
}

/** The numbered sections of a page: `## 3. Add Image Generate`. */
export function stepsOf(file: string): Step[] {
	const [, ...sections] = readFileSync(file, 'utf8').split(/^(?=## )/m);
	return sections.flatMap((section) => {
		const [, number, title] = /^## (\d+)\. (.+)$/m.exec(section) ?? [];
		if (number === undefined || title === undefined) return [];
		const groups = (pattern: RegExp) => [...section.matchAll(pattern)].map(([, content]) => content ?? '');
		return [
			{
				number: Number(number),
				title,
				blocks: groups(/^```\w*\n(.*?)\n```$/gms),
				pictures: groups(/^!\[[^\]]+\]\(([^)]+)\)$/gm),
			},
		];
	});
}
