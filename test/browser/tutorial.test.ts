import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Stage } from '../n8n/instance';
import { kits } from '../support/conformanceKits';
import { artifacts, Editor, openBrowser, openPage, pictureFile } from './editorPage';
import { stepsOf } from './tutorialPage';

const docs = join(__dirname, '..', '..', 'docs');
const english = stepsOf(join(docs, 'tutorial.md'));
/** The tutorial in English, and its translations if there are any. */
const tutorials = [join(docs, 'tutorial.md'), join(docs, 'zh', 'tutorial.md')].filter((file) => existsSync(file));

const stage = new Stage();
let browser: Browser | undefined;
let page: Page;
let editor: Editor;

beforeAll(async () => {
	await stage.open();
	for (const kit of kits) if (kit.backend.id !== 'imageSaas') await stage.add(kit);
	for (const name of readdirSync(join(docs, '..', 'workflows')).filter((file) => file.endsWith('.json')))
		await stage.installBundled(basename(name, '.json'));
	browser = await openBrowser();
}, 120_000);

afterAll(async () => {
	await browser?.close();
	await stage.close();
});

const trigger = 'When clicking ‘Execute workflow’';
/** The number of images that the sandbox of Gemini made for money. */
const billed = () => stage.other('gemini').books().generationsBilled;

/** What a reader does in each step. What the reader types comes from the code blocks of the page. */
const walk: Record<string, (blocks: readonly string[], shot: () => Promise<void>) => Promise<void>> = {
	'Start n8n': async () => {
		await page.goto(`${stage.n8n.url}/home/workflows`);
		await page.getByTestId('resources-list-item-workflow').first().waitFor();
	},
	'Create a workflow': async () => {
		await page.getByText('Create workflow').click();
		await page.getByTestId('canvas-plus-button').click();
		await page.getByText('Trigger manually').first().click();
		await page.getByTestId('canvas-trigger-node').waitFor();
	},
	'Add Image Generate': async ([search = ''], shot) => {
		await editor.searchAfter(trigger, search);
		await page.getByTestId('node-creator-item-name').filter({ hasText: 'Image Generate' }).first().waitFor();
		await shot();
		await editor.choose('Image Generate');
	},
	'Choose the provider and write the prompt': async ([prompt = '']) => {
		await editor.chooseProvider('Google Gemini');
		await editor.fill('prompt', prompt);
	},
	'Make the first image': async () => {
		const before = billed();
		await editor.executeStep();
		await editor.view();
		expect(billed()).toBe(before + 1);
	},
	'Try another provider': async (_blocks, shot) => {
		await editor.chooseProvider('Z-Image');
		await editor.executeStep();
		await editor.view();
		await shot();
		await editor.chooseProvider('Google Gemini');
	},
	'Make several images': async () => {
		await editor.addOption('Count');
		await editor.fill('count', '4');
		await editor.executeStep();
		expect(await editor.output.getByTestId('ndv-view-binary-data').count()).toBe(4);
	},
	'Put them on a contact sheet': async ([search = '']) => {
		await editor.close();
		await editor.searchAfter('Image Generate', search);
		await editor.choose('Image Export (ZIP, Contact Sheet)', 'Make a contact sheet');
		await editor.fill('tileSize', '512');
		await editor.executeStep();
		await editor.view();
	},
	'Make one image per row of a table': async ([table = '', prompt = '', key = ''], shot) => {
		await editor.close();
		await editor.open(trigger);
		await editor.editOutput(table);
		await editor.saveOutput();
		await editor.close();
		await editor.open('Image Generate');
		const [row = { id: '', prompt: '' }] = JSON.parse(table) as Array<{ id: string; prompt: string }>;
		await editor.fill('count', '1');
		await editor.enterExpression('prompt', prompt, row.prompt);
		await editor.addOption('Idempotency Key');
		await editor.enterExpression('idempotencyKey', key, row.id);
		await editor.executeStep();
		await editor.output.getByTestId('run-data-item-count').filter({ hasText: '3 items' }).waitFor();
		await shot();
	},
	'See why a row failed': async ([code = '']) => {
		await editor.output.getByTestId('radio-button-json').click();
		await editor.output.getByTestId('ndv-search').click();
		await page.keyboard.type(code);
		await editor.output.getByText('1 of 3 items').first().waitFor();
		await editor.output.getByText('hint').first().waitFor();
	},
	'Correct the row and run the table again': async ([table = '']) => {
		await editor.close();
		await editor.open(trigger);
		await editor.editOutput(table);
		await editor.saveOutput();
		await editor.close();
		const before = billed();
		await editor.executeWorkflow();
		expect(billed()).toBe(before + 1);
		await editor.open('Image Export');
		await editor.view();
	},
	'See what was paid': async ([search = '']) => {
		await editor.close();
		await editor.searchAfter('Image Export', search);
		await editor.choose('Image Jobs (History, Spending)', 'Get spending');
		await editor.chooseProvider('Google Gemini');
		await editor.executeStep();
		await editor.output.getByText('images').first().waitFor();
	},
};

it('the walk has the steps of the page, and no other', () => {
	expect(english.map(({ title }) => title)).toEqual(Object.keys(walk));
	expect(english.map(({ number }) => number)).toEqual(english.map((_, index) => index + 1));
});

describe.each(tutorials)('%s', (file) => {
	const steps = stepsOf(file);
	const isEnglish = file === tutorials[0];
	/** Each step needs the steps before it. */
	let isPassable = true;

	beforeAll(async () => {
		if (!browser) throw new Error('There is no browser');
		page = await openPage(browser, stage);
		page.setDefaultTimeout(30_000);
		editor = new Editor(page, stage.client);
	});

	afterAll(async () => await page.context().close());

	it('has the steps of the English page', () => {
		expect(steps.map(({ number }) => number)).toEqual(english.map(({ number }) => number));
	});

	it.each(steps.map((step) => [`${step.number}. ${step.title}`, step] as const))(
		'%s',
		async (_title, { number, blocks, pictures: [picture = ''] }) => {
			const action = walk[english[number - 1]?.title ?? ''];
			if (!action || !isPassable) throw new Error(action ? 'An earlier step failed' : 'This step is not known');
			isPassable = false;
			const taken: string[] = [];
			const shot = async () => {
				const image = basename(picture, '.png');
				// The pages share the pictures, which show the English one.
				await editor.picture(isEnglish ? pictureFile(image) : join(artifacts, `translated-${image}.png`));
				taken.push(image);
			};
			try {
				await action(blocks, shot);
				if (taken.length === 0) await shot();
				isPassable = true;
			} catch (error) {
				await page.screenshot({ path: join(artifacts, `step-${number}-failed.png`) });
				throw error;
			}
		},
		120_000,
	);
});
