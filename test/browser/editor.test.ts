import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { waitUntil } from '../../scripts/lib/n8nInstance';
import { nodeNames, nodeOf } from '../support/providerFiles';
import { addNode, editorBench, newWorkflow, searchPanel } from './editorBench';
import { artifacts, pictureFile } from './editorPage';

const bench = editorBench();
const { stage } = bench;
let page: Page;
beforeEach(() => {
	page = bench.page;
});

/** The panel lists triggers in another section, under shorter names. */
const nodes = nodeNames()
	.map((name) => nodeOf(name).description)
	.filter(({ group }) => !group.includes('trigger'));

it.each(nodes.map(({ displayName }) => displayName))(
	'%s is found in the node panel',
	async (name) => {
		await newWorkflow(bench);
		await searchPanel(bench, name);
		await page.getByTestId('node-creator-item-name').filter({ hasText: name }).first().waitFor();
	},
	60_000,
);

it('Image Webhook Trigger is found among the triggers', async () => {
	await page.goto(`${stage.n8n.url}/workflow/new`);
	await page.getByText('Add first step').waitFor();
	await searchPanel(bench, 'image webhook');
	// In the list of triggers, the panel shows the name without the word "Trigger".
	await page
		.getByTestId('node-creator-item-name')
		.filter({ hasText: /^\s*Image Webhook\b/ })
		.first()
		.waitFor();
}, 60_000);

// The panel does not let a user drag community nodes: a click opens their details first. So the drag is on the canvas.
it('Image Generate is added from the panel, filled in, executed and moved, and shows the image', async () => {
	await addNode(bench, 'Image Generate');

	const provider = page.getByTestId('parameter-input-provider').locator('input');
	await provider.waitFor();
	expect(await provider.inputValue()).toBe('Google Gemini');
	await page.getByTestId('parameter-input-prompt').locator('textarea').fill('A lighthouse in the fog');
	await page.getByTestId('node-execute-button').click();
	await page.getByTestId('ndv-view-binary-data').click({ timeout: 30_000 });
	const picture = page.getByTestId('ndv').locator('img[src*="/rest/binary-data"]').first();
	await picture.waitFor();
	expect(
		await picture.evaluate(async (image) => {
			await (image as unknown as { decode(): Promise<void> }).decode();
			return (image as unknown as { naturalWidth: number }).naturalWidth;
		}),
	).toBe(1024);
	await page.screenshot({ path: pictureFile('image-generate') });
	// The editor chose the credential: that of the default provider.
	expect(stage.other('gemini').books().requests).not.toEqual({});
	expect(stage.sandbox.books().jobs).toEqual([]);

	await page.getByTestId('ndv-close-button').click();
	const node = page.getByTestId('canvas-node').filter({ hasText: 'Image Generate' });
	const before = await node.boundingBox();
	if (!before) throw new Error('The node is not on the canvas');
	await page.mouse.move(before.x + 40, before.y + 40);
	await page.mouse.down();
	await page.mouse.move(before.x + 40, before.y + 240, { steps: 10 });
	await page.mouse.up();
	const after = await node.boundingBox();
	expect((after?.y ?? 0) - before.y).toBeGreaterThan(100);
	await page.screenshot({ path: join(artifacts, 'canvas.png') });
}, 90_000);

it('another provider is one choice away, and brings the fields it knows', async () => {
	await addNode(bench, 'Image Generate');
	const field = (name: string) => page.getByTestId(`parameter-input-${name}`);
	await field('prompt').locator('textarea').fill('A lighthouse in the fog');
	const choose = async (provider: string) => {
		await field('provider').click();
		await page.getByRole('option', { name: provider }).click();
	};
	/** Whether the options of the form have one of this name. The list closes again. */
	const offers = async (option: string) => {
		await page.getByPlaceholder('Add option').click();
		await page.getByRole('option', { name: 'Count', exact: true }).waitFor();
		const found = await page.getByRole('option', { name: option, exact: true }).count();
		await page.keyboard.press('Escape');
		return found > 0;
	};
	await field('model').waitFor();
	expect([await offers('Negative Prompt'), await offers('Seed')]).toEqual([false, true]);
	await choose('Z-Image');
	await field('model').waitFor({ state: 'detached' });
	expect([await offers('Negative Prompt'), await offers('Seed')]).toEqual([true, true]);
	await choose('Jimeng / Dreamina');
	await field('model').waitFor();
	expect(await offers('Seed')).toBe(false);
	// The text that the user typed is kept.
	expect(await field('prompt').locator('textarea').inputValue()).toBe('A lighthouse in the fog');
	await page.screenshot({ path: join(artifacts, 'provider-choice.png') });
}, 90_000);

const workflows = readdirSync(join(__dirname, '..', '..', 'workflows'))
	.filter((name) => name.endsWith('.json'))
	.map((name) => name.replace(/\.json$/, ''));

it.each(workflows)(
	'the bundled workflow %s opens on the canvas with every node known, and fits it',
	async (name) => {
		const { id, nodes } = await stage.installBundled(name);
		await page.goto(`${stage.n8n.url}/workflow/${id}`);
		const real = nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		await page
			.getByTestId('canvas-node')
			.filter({ hasText: real.at(-1)?.name ?? '' })
			.first()
			.waitFor();
		await page.getByTestId('zoom-to-fit').click();
		expect(await page.getByText('Install this node').count()).toBe(0);
		expect(await page.getByText('Unrecognized node type').count()).toBe(0);
		await waitUntil({ for: 'every node to be on the screen', withinMs: 10_000 }, async () => {
			const boxes = await Promise.all(
				(await page.getByTestId('canvas-node').all()).map((node) => node.boundingBox()),
			);
			return (
				boxes.every(
					(box) => box && box.x >= 0 && box.y >= 0 && box.x + box.width <= 1600 && box.y + box.height <= 1000,
				) || undefined
			);
		});
		await page.screenshot({ path: pictureFile(name) });
	},
	60_000,
);
