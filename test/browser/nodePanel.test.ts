import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Workflow } from '../../scripts/lib/n8nInstance';
import { editorBench, newWorkflow } from './editorBench';
import { artifacts } from './editorPage';

const bench = editorBench({ providers: 'one' });
const { stage } = bench;
let page: Page;
beforeEach(() => {
	page = bench.page;
});

/** `test/n8n/nodePanel.test.ts` has the whole table. This shows that the editor ranks as that test does. */
it('the editor lists the node that belongs to what was typed first', async () => {
	await newWorkflow(bench);
	await page.getByTestId('node-creator-plus-button').click();
	const names = page.getByTestId('node-creator-item-name');
	for (const [text, first] of [
		['image', 'Image Generate'],
		['generate image', 'Image Generate'],
		['dall-e', 'Image Generate'],
		['nano banana', 'Image Generate'],
		['Jimeng', 'Image Generate'],
		['文生图', 'Image Generate'],
		['图生图', 'Image Composer'],
		['combine images', 'Image Composer'],
		['export images zip', 'Image Export (ZIP, Contact Sheet)'],
		['jimeng video', 'More from Jimeng / Dreamina (Chat, Video)'],
	] as const) {
		await page.getByTestId('node-creator-search-bar').fill(text);
		await names.first().filter({ hasText: first }).waitFor({ timeout: 10_000 });
	}
	await page.getByTestId('node-creator-search-bar').fill('image');
	await names.first().filter({ hasText: 'Image Generate' }).waitFor();
	await page.screenshot({ path: join(artifacts, 'node-panel.png') });
}, 90_000);

const aiBatch = (parameters: Record<string, unknown>): Workflow => ({
	name: 'AI Batch',
	settings: {},
	connections: {},
	nodes: [
		{
			id: '1',
			name: 'AI Batch',
			type: 'n8n-nodes-image-pipelines.aiBatch',
			typeVersion: 1,
			position: [0, 0],
			parameters,
		},
	],
});
const field = (name: string) => page.getByTestId(`parameter-input-${name}`);
const openAiBatch = async (parameters: Record<string, unknown>) => {
	const { id } = await stage.client.importWorkflow(aiBatch(parameters));
	await page.goto(`${stage.n8n.url}/workflow/${id}`);
	await page.getByTestId('canvas-node').filter({ hasText: 'AI Batch' }).dblclick();
	await field('resource').waitFor();
};
const listed = async (name: string): Promise<string[]> => {
	await field(name).click();
	const options = page.getByRole('option');
	await options.first().waitFor();
	const texts = (await options.allInnerTexts()).map((text) => text.split('\n')[0]?.trim() ?? '');
	await page.keyboard.press('Escape');
	return texts;
};

it('guessed operations of AI Batch are listed when the switch is on', async () => {
	await openAiBatch({ resource: 'monitoring', operation: 'getHealth' });
	expect(await listed('resource')).not.toContain('Model');
	await field('showGuessedOperations').click();
	expect(await listed('resource')).toEqual(expect.arrayContaining(['Auth', 'Model', 'Monitoring']));
}, 60_000);

it('a workflow with a guessed operation from before the switch opens as it was saved', async () => {
	await openAiBatch({ resource: 'model', operation: 'runLocal', bodyJson: '{}' });
	expect(await field('resource').locator('input').inputValue()).toBe('Model');
	expect(await field('operation').locator('input').inputValue()).toBe('Run Local (Experimental)');
	expect(await page.getByText('is not supported').count()).toBe(0);
	await page.screenshot({ path: join(artifacts, 'guessed.png') });
}, 60_000);
