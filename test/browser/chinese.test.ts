import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { editorBench } from './editorBench';
import { artifacts } from './editorPage';

const root = join(__dirname, '..', '..');
const bench = editorBench({ providers: 'one' });
const { stage } = bench;
let page: Page;
beforeEach(() => {
	page = bench.page;
});

/** The machine that tests may have no Chinese font, and its squares are narrower: the notes get one of the pack. */
async function showChinese(): Promise<void> {
	const font = join(root, 'node_modules', '@fontsource-variable', 'noto-sans-sc');
	await page.route('**/chinese-font/*', (route) =>
		route.fulfill({ path: join(font, 'files', basename(new URL(route.request().url()).pathname)) }),
	);
	const faces = readFileSync(join(font, 'index.css'), 'utf8').replaceAll('./files/', '/chinese-font/');
	const rule = "[data-test-id='sticky'] :not(code) { font-family: 'Noto Sans SC Variable' !important }";
	await page.addStyleTag({ content: `${faces}\n${rule}` });
	await page.evaluate('document.fonts.ready');
}

/** For each note on the canvas, by how much of the note's height its text is too long. */
const overflows = `[...document.querySelectorAll('[data-test-id="sticky"]')].map((note) => {
	const { bottom, height } = note.getBoundingClientRect();
	const ends = [...note.querySelectorAll('h2, p, li')].map((part) => part.getBoundingClientRect().bottom);
	return { text: note.textContent.slice(0, 40), over: (Math.max(...ends) - bottom) / height };
})`;

const workflows = readdirSync(join(root, 'workflows', 'zh-CN'))
	.filter((name) => name.endsWith('.json'))
	.map((name) => name.replace(/\.json$/, ''));

it.each(workflows)(
	'the Chinese workflow %s shows every note completely',
	async (name) => {
		const { id, nodes } = await stage.installBundled(`zh-CN/${name}`);
		await page.goto(`${stage.n8n.url}/workflow/${id}`);
		const notes = nodes.filter(({ type }) => type.endsWith('.stickyNote')).length;
		await page
			.getByTestId('sticky')
			.nth(notes - 1)
			.waitFor();
		await page.getByTestId('zoom-to-fit').click();
		await showChinese();
		const measured = await page.evaluate<Array<{ text: string; over: number }>>(overflows);
		await page.screenshot({ path: join(artifacts, `zh-${name}.png`) });
		expect(measured).toHaveLength(notes);
		expect(measured.filter(({ over }) => over > 0)).toEqual([]);
	},
	120_000,
);
