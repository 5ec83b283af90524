import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Stage } from '../n8n/instance';
import { kits } from '../support/conformanceKits';
import { artifacts, openBrowser, openPage } from './editorPage';

/** A real n8n and a browser for the tests of one file. */
export interface EditorBench {
	readonly stage: Stage;
	/** The page of the running test. */
	readonly page: Page;
}

/** Size of the screenshots of whole workflows. */
const large = { width: 1600, height: 1000 };

/**
 * Starts n8n and a browser before the tests of the file. Each test has a new page of a signed-in editor.
 * @param providers whether every provider has its sandbox, or Image SaaS alone
 */
export function editorBench({
	viewport = large,
	providers = 'all',
}: {
	viewport?: typeof large;
	providers?: 'all' | 'one';
} = {}): EditorBench {
	const stage = new Stage();
	let browser: Browser | undefined;
	let page: Page | undefined;

	beforeAll(async () => {
		await stage.open();
		if (providers === 'all') for (const kit of kits) if (kit.backend.id !== 'imageSaas') await stage.add(kit);
		browser = await openBrowser();
	}, 120_000);

	afterAll(async () => {
		await browser?.close();
		await stage.close();
	});

	beforeEach(async () => {
		if (!browser) throw new Error('There is no browser');
		page = await openPage(browser, stage, viewport);
	});

	afterEach(async () => {
		await page?.screenshot({ path: join(artifacts, 'last.png') }).catch(() => undefined);
		await page?.context().close();
	});

	return {
		stage,
		get page() {
			if (!page) throw new Error('No test is running');
			return page;
		},
	};
}

/** Opens a new workflow with a manual trigger. */
export async function newWorkflow({ page, stage }: EditorBench): Promise<void> {
	await page.goto(`${stage.n8n.url}/workflow/new`);
	await page.getByText('Add first step').waitFor();
	await page.getByTestId('node-creator-plus-button').click();
	await page.getByText('Trigger manually').first().click();
	await page.getByTestId('canvas-trigger-node').waitFor();
}

/** Opens the node panel and searches it. */
export async function searchPanel({ page }: EditorBench, text: string): Promise<void> {
	await page.getByTestId('node-creator-plus-button').click();
	await page.getByTestId('node-creator-search-bar').fill(text);
}

/** Adds a node of the pack to a new workflow from the panel. Its form opens. */
export async function addNode(bench: EditorBench, name: string): Promise<void> {
	await newWorkflow(bench);
	await searchPanel(bench, name);
	await bench.page.getByTestId('node-creator-item-name').filter({ hasText: name }).first().click();
	await bench.page.getByText('Add to workflow').click();
	await bench.page.getByTestId('parameter-input-provider').waitFor();
}
