import type { Workflow, WorkflowNode } from '../lib/workflow';
import { brokenBold } from './pages';
import { headingOf, parseTexts } from './texts';
import { type Language, translate } from './translate';
import { visibleTexts } from './visible';

const language: Language = { tag: 'xx', suffix: 'xx', note: 'note' };
const node = (name: string, type: string, parameters: Record<string, unknown>, typeVersion = 1): WorkflowNode => ({
	name,
	type: `n8n-nodes-base.${type}`,
	typeVersion,
	position: [0, 0],
	parameters,
});
const workflow = (...nodes: WorkflowNode[]): Workflow => ({ id: 'imgOne', name: 'One', nodes, connections: {} });
const translated = (original: Workflow, texts: Record<string, string>): Workflow => {
	const pairs = Object.entries(texts).map(([key, text]): [string, { hash: string; text: string }] => [
		key,
		{ hash: '', text },
	]);
	return translate(original, new Map(pairs), language, ['imgOne', 'imgOther']);
};
const parametersOf = (result: Workflow, name: string) => result.nodes.find((one) => one.name === name)?.parameters;

it('a file of texts has a heading for each text, and each text once', () => {
	const file = `${headingOf('Note | content', 'Hello')}\n## 你好\n\n世界\n\n${headingOf('name', 'One')}\n一\n`;
	expect([...parseTexts(file)]).toEqual([
		['Note | content', { hash: '185f8db3', text: '## 你好\n\n世界' }],
		['name', { hash: expect.stringMatching(/^[0-9a-f]{8}$/) as string, text: '一' }],
	]);
	expect(() => parseTexts(file + file)).toThrow('"Note | content" is translated twice');
});

it('a person reads notes, forms and messages; expressions only where they hold a phrase', () => {
	const keys = visibleTexts(
		workflow(
			node('Note', 'stickyNote', { content: 'Hello' }),
			node('Form', 'form', {
				options: { formTitle: 'Title' },
				completionMessage: "={{ $('The best').first().json.path }}",
				completionTitle: "={{ 'Saved as ' + $json.path + ' by hand' }}",
			}),
			node('Other', 'set', { value: 'not shown', fieldLabel: 'not shown' }),
		),
	).map(({ key }) => key);
	expect(keys).toEqual(['name', 'Note | content', 'Form | options.formTitle', 'Form | completionTitle']);
});

it('a part of an expression is replaced; a part that is not there is an error', () => {
	const form = workflow(node('Form', 'form', { completionTitle: "={{ 'Saved as ' + $json.path }}" }));
	expect(parametersOf(translated(form, { 'Form | completionTitle': "'Saved as ' => '已保存为 '" }), 'Form')).toEqual({
		completionTitle: "={{ '已保存为 ' + $json.path }}",
	});
	expect(() => translated(form, { 'Form | completionTitle': 'Kept => 已保存' })).toThrow(
		'"Form | completionTitle" has no "Kept" to translate',
	);
});

it('a field with another label keeps its name, in a version of the node that knows names', () => {
	const form = workflow(node('Form', 'formTrigger', { formFields: { values: [{ fieldLabel: 'Table' }] } }, 2.2));
	const result = translated(form, { 'Form | formFields.values.0.fieldLabel': '表格' });
	expect(result.nodes[0]).toMatchObject({
		typeVersion: 2.5,
		parameters: { formFields: { values: [{ fieldLabel: '表格', fieldName: 'Table' }] } },
	});
});

it('IDs and addresses are those of the language, also where a text or another workflow names them', () => {
	const result = translated(
		workflow(
			{ ...node('GET', 'webhook', { path: 'images/:ref' }), webhookId: 'w' },
			node('Call', 'executeWorkflow', { workflowId: 'imgOther', url: '/webhook/images?x=1 /webhook/images-old' }),
		),
		{},
	);
	expect(result.id).toBe('imgOnexx');
	expect(result.nodes[0]?.webhookId).not.toBe('w');
	expect(parametersOf(result, 'GET')).toEqual({ path: 'images-xx/:ref' });
	expect(parametersOf(result, 'Call')).toEqual({
		workflowId: 'imgOtherxx',
		url: '/webhook/images-xx?x=1 /webhook/images-old',
	});
});

it('finds bold texts that Markdown does not end', () => {
	expect(brokenBold('**演示：**在这里\n**演示**：在这里\n**完成。** 下一步')).toEqual(['演示：']);
});
