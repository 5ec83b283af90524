import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page, selectors } from 'playwright-core';
import { type N8nClient, waitUntil } from '../../scripts/lib/n8nInstance';
import type { Stage } from '../n8n/instance';

export const artifacts = join(__dirname, '..', 'artifacts');

/** File of a picture; with `npm run pictures`, it is in the docs. */
export const pictureFile = (name: string): string =>
	join(process.env['PICTURES'] === 'docs' ? join(__dirname, '..', '..', 'docs', 'images') : artifacts, `${name}.png`);

/** A browser that sends nothing on its own. */
export async function openBrowser(): Promise<Browser> {
	selectors.setTestIdAttribute('data-test-id');
	mkdirSync(artifacts, { recursive: true });
	return await chromium.launch({
		executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

/** A page of a signed-in editor. */
export async function openPage(browser: Browser, stage: Stage, viewport = { width: 1280, height: 800 }): Promise<Page> {
	const context = await browser.newContext({ viewport });
	const { session } = stage.client;
	if (!session) throw new Error('Not signed in');
	await context.addCookies([{ ...session, url: stage.n8n.url }]);
	return await context.newPage();
}

/** What a reader does in n8n's editor. */
export class Editor {
	constructor(
		readonly page: Page,
		private readonly client: N8nClient,
	) {}

	/** A field of the open form, by its internal name. */
	field(name: string): Locator {
		return this.page.getByTestId(`parameter-input-${name}`);
	}

	/** The panel at the right of the open form. */
	get output(): Locator {
		return this.page.getByTestId('output-panel');
	}

	private node(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	/** Opens the node panel with the plus at the right of a node, and searches it. */
	async searchAfter(node: string, text: string): Promise<void> {
		await this.node(node).getByTestId('canvas-handle-plus').click();
		await this.page.getByTestId('node-creator-search-bar').fill(text);
	}

	/** Chooses a node that the search found, and then one of its actions if it has any. Its form opens. */
	async choose(node: string, action = 'Add to workflow'): Promise<void> {
		await this.page.getByTestId('node-creator-item-name').filter({ hasText: node }).first().click();
		await this.page.getByText(action, { exact: true }).click();
		await this.page.getByTestId('ndv').waitFor();
	}

	/** Opens the form of a node. */
	async open(node: string): Promise<void> {
		await this.node(node).dblclick();
		await this.page.getByTestId('ndv').waitFor();
	}

	async close(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.page.getByTestId('ndv').waitFor({ state: 'hidden' });
	}

	async chooseProvider(provider: string): Promise<void> {
		await this.field('provider').click();
		const option = this.page.getByRole('option', { name: provider }).first();
		await option.click();
		await option.waitFor({ state: 'hidden' });
		// n8n may have chosen the only credential already.
		const select = this.page.getByTestId('node-credentials-select').first();
		await select.waitFor();
		if ((await select.getByPlaceholder('Select Credential').count()) === 0) return;
		const credential = this.page.getByRole('option').filter({ visible: true }).first();
		// The list of providers closes with an animation, which takes the first click.
		await waitUntil({ for: 'the list of credentials', withinMs: 15_000, everyMs: 500 }, async () => {
			if (await credential.isVisible()) return true;
			await select.click();
			return undefined;
		});
		await credential.click();
	}

	async fill(field: string, value: string): Promise<void> {
		await this.field(field).locator('input, textarea').fill(value);
	}

	async addOption(option: string): Promise<void> {
		await this.page.getByTestId('collection-parameter-add').click();
		await this.page.getByTestId('collection-parameter-option').filter({ hasText: option }).click();
	}

	/**
	 * Switches a field to an expression, and enters it.
	 * @param value a part of its value for the first item, which the form shows as soon as it has saved the expression
	 */
	async enterExpression(field: string, expression: string, value: string): Promise<void> {
		const row = this.page
			.getByTestId('parameter-item')
			.filter({ has: this.field(field) })
			.last();
		await row.hover();
		await row.getByTestId('radio-button-expression').last().click();
		await row.locator('.cm-content').fill(expression);
		await this.page.getByTestId(`parameter-expression-preview-${field}`).getByText(value).waitFor();
	}

	/** Replaces the output of the open node. */
	async editOutput(json: string): Promise<void> {
		await this.page.getByTestId('ndv-edit-pinned-data').click();
		await this.page.getByTestId('ndv').locator('.cm-content').fill(json);
	}

	async saveOutput(): Promise<void> {
		await this.page.getByTestId('ndv').getByRole('button', { name: 'Save' }).click();
		await this.page.getByText('This data is pinned').waitFor();
	}

	/** Runs the node of the open form to its end. */
	async executeStep(): Promise<void> {
		await this.execution(() => this.page.getByTestId('node-execute-button').click());
		await this.page.getByTestId('node-execute-button').filter({ hasText: 'Execute step' }).waitFor();
	}

	async executeWorkflow(): Promise<void> {
		await this.execution(() => this.page.getByTestId('execute-workflow-button').click());
	}

	private async execution(start: () => Promise<void>): Promise<void> {
		const known = new Set((await this.client.listExecutions()).map(({ id }) => id));
		await start();
		const id = await waitUntil({ for: 'the execution to begin', withinMs: 20_000 }, async () => {
			const all = await this.client.listExecutions();
			return all.find((execution) => !known.has(execution.id))?.id;
		});
		await this.client.waitForExecution(id, 60_000);
	}

	/** Shows an image of the output panel, the first by default. */
	async view(): Promise<void> {
		await this.output.getByTestId('ndv-view-binary-data').first().click();
		await this.output.locator('img[src*="/rest/binary-data"]').first().waitFor();
	}

	/** Takes a picture without messages that disappear after some seconds. */
	async picture(file: string): Promise<void> {
		await this.page.addStyleTag({ content: '.el-notification { display: none !important; }' });
		await this.page.screenshot({ path: file });
	}
}
