import type { Workflow, WorkflowNode } from '../lib/workflow';

/** Parameters of n8n's own nodes whose values a person reads: on the canvas, in a form, in a chat or in a message. */
const visibleParameters = new Set([
	...['formTitle', 'formDescription', 'formSubmittedText', 'buttonLabel', 'completionTitle', 'completionMessage'],
	...['fieldLabel', 'placeholder', 'jsonOutput', 'html', 'initialMessages', 'title', 'subtitle', 'inputPlaceholder'],
	...['text', 'message', 'subject', 'caption', 'initialComment'],
]);

/** The strings of an expression, and the names of nodes that it quotes, which are none. */
const literal = /\$\('[^']*'\)|'([^']*)'|"([^"]*)"|`([^`]*)`/g;

/** A text of a workflow, at `Node name | path below its parameters`. */
export interface VisibleText {
	key: string;
	english: string;
}

/** All texts of a workflow that a person reads. A translation must have each of them. */
export function visibleTexts(workflow: Workflow): VisibleText[] {
	return [
		{ key: nameKey, english: workflow.name },
		...workflow.nodes.flatMap((node) => [
			...(node.notes ? [{ key: keyOf(node, [notesField]), english: node.notes }] : []),
			...strings(node.parameters)
				.filter(({ path, value }) => isVisible(node, path, value))
				.map(({ path, value }) => ({ key: keyOf(node, path), english: value })),
		]),
	];
}

/** Every text of a workflow that may be translated, by its key. */
export function allTexts(workflow: Workflow): Map<string, string> {
	return new Map([
		...visibleTexts(workflow).map(({ key, english }): [string, string] => [key, english]),
		...workflow.nodes.flatMap((node) =>
			strings(node.parameters).map(({ path, value }): [string, string] => [keyOf(node, path), value]),
		),
	]);
}

/** Type of the notes on the canvas. */
export const stickyNote = 'n8n-nodes-base.stickyNote';

/** Key of the workflow's own name. */
export const nameKey = 'name';

/** The field beside the parameters with the note that n8n shows below a node. */
export const notesField = 'notes';

/** Key of a text of a node. */
export function keyOf({ name }: WorkflowNode, path: readonly string[]): string {
	return `${name} | ${path.join('.')}`;
}

/** Whether a node shows a page with fields. */
export function isForm({ type }: WorkflowNode): boolean {
	return ['n8n-nodes-base.formTrigger', 'n8n-nodes-base.form'].includes(type);
}

function isVisible(node: WorkflowNode, path: readonly string[], value: string): boolean {
	const parameter = path.at(-1) ?? '';
	if (value.trim() === '') return false;
	if (node.type === stickyNote) return parameter === 'content';
	if (!visibleParameters.has(parameter) || (parameter === 'fieldLabel' && !isForm(node))) return false;
	return !value.startsWith('=') || hasPhrase(value);
}

/** Whether one of the strings of an expression has two or more words: then it is for a person. */
function hasPhrase(expression: string): boolean {
	const strings = [...expression.matchAll(literal)].map(([, ...quoted]) => quoted.join(''));
	return strings.some((text) => /[a-z]{2,} [a-z]+/i.test(text.replaceAll(/<[^>]*>/g, ' ')));
}

/** All strings in a value, each with the names and positions that lead to it. */
function strings(value: unknown, path: readonly string[] = []): Array<{ path: readonly string[]; value: string }> {
	if (typeof value === 'string') return [{ path, value }];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => strings(inner, [...path, name]));
}
