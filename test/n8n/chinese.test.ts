import sharp from 'sharp';
import { nodeOutput } from '../../scripts/lib/n8nInstance';
import { kits } from '../support/conformanceKits';
import { Stage } from './instance';
import { waitingPage } from '../support/waitingPage';

const stage = new Stage();

beforeAll(async () => {
	await stage.open();
	for (const kit of kits) if (kit.backend.id === 'nanoBananaPro') await stage.add(kit);
}, 120_000);
afterAll(() => stage.close());

it.each(['batch', 'compose', 'export', 'image-links', 'webhook-driven'])(
	'%s can be published in both languages in one n8n',
	async (name) => {
		for (const path of [name, `zh-CN/${name}`])
			await stage.client.publishWorkflow((await stage.installBundled(path)).id);
	},
	60_000,
);

it('the form of Batch has Chinese labels, and expressions find its answers under the English names', async () => {
	const { id, nodes } = await stage.installBundled('zh-CN/batch');
	await stage.client.publishWorkflow(id);
	const { webhookId = '' } = nodes.find(({ name }) => name === 'Upload a table') ?? {};
	const url = `${stage.n8n.url}/form/${webhookId}`;
	const page = await (await fetch(url)).text();
	for (const text of ['批量生成图片', '运行名称']) expect(page).toContain(text);

	const form = new FormData();
	form.append('field-0', new Blob(['prompt\n雪地里的狐狸\n'], { type: 'text/csv' }), 'table.csv');
	form.append('field-1', '春季目录');
	expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
	const execution = await stage.client.waitForExecution(
		await stage.client.waitForNewExecution(id, [], 20_000),
		60_000,
	);
	expect(execution.status).toBe('success');
	expect(nodeOutput(execution, 'Row')).toMatchObject([
		{ json: { prompt: '雪地里的狐狸', rowKey: '春季目录 / table.csv / 1' } },
	]);
	expect(stage.sandbox.books().jobs.map(({ prompt }) => prompt)).toEqual(['雪地里的狐狸']);
}, 120_000);

it('the pages of Compose are in Chinese, and the choice reaches its node', async () => {
	const { id, nodes } = await stage.installBundled('zh-CN/compose');
	await stage.client.publishWorkflow(id);
	const { webhookId = '' } = nodes.find(({ name }) => name === 'Upload pictures') ?? {};
	const image = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'red' } })
		.png()
		.toBuffer();
	const form = new FormData();
	for (const [field, name] of Object.entries({ 'field-0': '杯子.png', 'field-1': '冬天.png' }))
		form.append(field, new Blob([new Uint8Array(image)], { type: 'image/png' }), name);
	const submitted = await fetch(`${stage.n8n.url}/form/${webhookId}`, { method: 'POST', body: form });
	const { formWaitingUrl } = (await submitted.json()) as { formWaitingUrl: string };
	const pageWith = (text: string) => waitingPage(formWaitingUrl, text);
	const page = await pageWith('挑选最佳图片');
	for (const text of ['最佳图片', '就选这张', '1. 杯子 · 冬天 · 版本 1']) expect(page).toContain(text);
	const choice = new FormData();
	// A page sends the choice of a radio button as a JSON list.
	choice.append('field-1', JSON.stringify(['2. 杯子 · 冬天 · 版本 2']));
	expect((await fetch(formWaitingUrl, { method: 'POST', body: choice })).status).toBe(200);
	expect(await pageWith('已保存为')).toContain('2. 杯子 · 冬天 · 版本 2');
}, 120_000);

it('Quick start runs in Chinese as in English', async () => {
	const { id } = await stage.installBundled('zh-CN/quick-start');
	expect((await stage.run(id)).status).toBe('success');
}, 60_000);
