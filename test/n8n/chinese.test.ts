import { nodeOutput } from '../../scripts/lib/n8nInstance';
import { Stage } from './instance';

const stage = new Stage();

beforeAll(() => stage.open(), 120_000);
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

it('Quick start runs in Chinese as in English', async () => {
	const { id } = await stage.installBundled('zh-CN/quick-start');
	expect((await stage.run(id)).status).toBe('success');
}, 60_000);
