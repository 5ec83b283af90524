import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { nodeNames, nodeOf } from '../support/providerFiles';
import { editorBench } from './editorBench';
import { pictureFile } from './editorPage';

const bench = editorBench({ viewport: { width: 1280, height: 900 } });
const { stage } = bench;
let page: Page;
beforeEach(() => {
	page = bench.page;
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
