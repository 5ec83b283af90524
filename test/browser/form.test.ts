import type { Page } from 'playwright-core';
import { name as packageName } from '../../package.json';
import { waitUntil } from '../../scripts/lib/n8nInstance';
import { addNode, editorBench } from './editorBench';

const bench = editorBench();
const { stage } = bench;
let page: Page;
beforeEach(() => {
	page = bench.page;
});

const field = (name: string) => page.getByTestId(`parameter-input-${name}`);
/** Names of the fields at the top of the form. The page also has the hidden tab *Settings*, and wrappers of fields. */
async function fields(): Promise<string[]> {
	const boxes = await page.locator('[data-test-id^="parameter-input-"]:visible').all();
	const ids = await Promise.all(boxes.map((box) => box.getAttribute('data-test-id')));
	return ids
		.flatMap((id) => /^parameter-input-(\w+)$/.exec(id ?? '')?.[1] ?? [])
		.filter((name) => name !== 'field' && name !== 'item');
}

async function choose(parameter: string, option: string): Promise<void> {
	await field(parameter).click();
	await page.getByRole('option', { name: option }).first().click();
}

/** The boxes of credentials in the form, each with the chosen credential. */
async function credentials(): Promise<string[]> {
	const boxes = page.getByTestId('node-credentials-select');
	return await Promise.all((await boxes.all()).map(async (box) => (await box.locator('input').inputValue()).trim()));
}

/** Waits until the form shows these boxes. The editor loads credentials after it has drawn the form. */
async function seeCredentials(wanted: readonly string[]): Promise<void> {
	let seen: string[] = [];
	await waitUntil(
		{
			for: `the credentials "${wanted.join('", "')}"`,
			withinMs: 10_000,
			context: () => `Seen: "${seen.join('", "')}"`,
		},
		async () => {
			seen = await credentials();
			return seen.join() === wanted.join() || undefined;
		},
	);
}

it('the top of the form is provider, model, prompt and wait; the options begin with Count', async () => {
	await addNode(bench, 'Image Generate');
	expect(await field('provider').locator('input').inputValue()).toBe('Google Gemini');
	expect(await fields()).toEqual(['provider', 'model', 'prompt', 'wait', 'maxWait']);
	await field('wait').locator('.el-switch').click();
	await field('maxWait').waitFor({ state: 'detached' });
	await page.getByPlaceholder('Add option').click();
	const [first] = await page.getByRole('option').allInnerTexts();
	expect(first).toBe('Count');
}, 90_000);

it('a new node has the only credential of its provider', async () => {
	await addNode(bench, 'Image Compose');
	await seeCredentials(['Google Gemini']);
}, 90_000);

it('another provider shows only its own credential, and is marked until one is chosen', async () => {
	await addNode(bench, 'Image Generate');
	await seeCredentials(['Google Gemini']);
	await choose('provider', 'Z-Image');
	// n8n chooses a credential only for a node that has none, and this one still has that of Google Gemini.
	await seeCredentials(['']);
	await field('prompt').locator('textarea').fill('A lighthouse');
	await page.getByTestId('ndv-close-button').click();
	await page.getByTestId('node-issues').first().waitFor();
}, 90_000);

it('Image Poll shows the credentials of the providers that items may name', async () => {
	const poll = { id: 'poll', name: 'Image Poll', type: `${packageName}.imagePoll`, typeVersion: 1.1 };
	const { id } = await stage.client.importWorkflow({
		name: 'Poll',
		nodes: [{ ...poll, position: [0, 0], parameters: {} }],
		connections: {},
		settings: {},
	});
	await page.goto(`${stage.n8n.url}/workflow/${id}`);
	await page.getByTestId('canvas-node').filter({ hasText: 'Image Poll' }).dblclick();
	await field('provider').waitFor();
	await seeCredentials(['Google Gemini']);
	await choose('inputProviders', 'Z-Image');
	await page.keyboard.press('Escape');
	await seeCredentials(['', 'Google Gemini']);
	await choose('provider', 'Z-Image');
	await seeCredentials(['']);
	// The list is gone, and it hides nothing.
	expect(await field('inputProviders').count()).toBe(0);
}, 90_000);
