import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { Stage } from '../n8n/instance';
import { kits } from '../support/conformanceKits';
import { nodeNames, nodeOf } from '../support/providerFiles';
import { openBrowser, openPage, pictureFile } from './editorPage';

const stage = new Stage();
let browser: Browser | undefined;
let page: Page;

beforeAll(async () => {
	await stage.open();
	for (const kit of kits) if (kit.backend.id !== 'imageSaas') await stage.add(kit);
	browser = await openBrowser();
	page = await openPage(browser, stage, { width: 1280, height: 900 });
}, 120_000);

afterAll(async () => {
	await browser?.close();
	await stage.close();
});

/** `ImageJobs` gives `form-image-jobs`, the name of the picture on the page of the node. */
const pictureOf = (name: string) => `form${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

it.each(nodeNames())(
	'the form of %s opens, and the docs show it as it is',
	async (name) => {
		const { description } = nodeOf(name);
		const node = {
			id: randomUUID(),
			name: String(description.defaults.name),
			type: `n8n-nodes-image-pipelines.${description.name}`,
			typeVersion: description.defaultVersion ?? Math.max(...[description.version].flat()),
			position: [0, 0] as [number, number],
			parameters: {},
		};
		const { id } = await stage.install({ name: `Form of ${node.name}`, nodes: [node], connections: {} });
		await page.goto(`${stage.n8n.url}/workflow/${id}/${node.id}`);
		const form = page.getByTestId('ndv');
		await form.getByTestId('parameter-item').first().waitFor({ timeout: 30_000 });
		await form.getByTestId('node-parameters').screenshot({ path: pictureFile(pictureOf(name)) });
	},
	90_000,
);
