import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/lib/paths';
import { brokenBold, chinesePages, outlineOf, quotesOf, translatedPages } from '../../scripts/translation/pages';

const pairs = translatedPages();

it.each(pairs.map(({ chinese, english }) => [chinese, english]))(
	'%s has the headings, steps, tables, code, pictures and links of %s',
	(chinese, english) => {
		expect(outlineOf(chinese)).toEqual(outlineOf(english));
	},
);

it.each(pairs.map(({ chinese, english }) => [chinese, english]))(
	'%s quotes the labels and the code of %s as they are',
	(chinese, english) => {
		const quoted = quotesOf(chinese);
		expect(quotesOf(english).filter((text) => !quoted.includes(text))).toEqual([]);
	},
);

it.each(chinesePages())('%s is in Chinese, and shows its bold texts in bold', (page) => {
	const text = readFileSync(join(projectRoot, page), 'utf8');
	expect(text).toMatch(/\p{Script=Han}/u);
	expect(brokenBold(text)).toEqual([]);
});

it('every recipe, the tutorial and the README are translated', () => {
	const recipes = readdirSync(join(projectRoot, 'docs', 'recipes')).filter((name) => name.endsWith('.md'));
	expect(pairs.map(({ english }) => english)).toEqual(
		expect.arrayContaining([
			...['README.md', 'docs/tutorial.md', 'workflows/README.md'],
			...recipes.map((name) => `docs/recipes/${name}`),
		]),
	);
});
