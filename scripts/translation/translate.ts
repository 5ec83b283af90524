import { createHash } from 'node:crypto';
import type { Workflow, WorkflowNode } from '../lib/workflow';
import type { Translation } from './texts';
import { isForm, keyOf, nameKey, notesField, stickyNote } from './visible';

/** What all translated workflows of a language have in common. */
export interface Language {
	tag: string;
	/** Follows the IDs of workflows and the paths of webhooks, so that both languages can be active in one n8n. */
	suffix: string;
	/** Content of the sticky note that is added to each workflow. */
	note: string;
}

/** From this version on, a field of n8n's forms has a name beside its label. */
const formVersion = 2.5;

/**
 * The workflow in another language. Only texts change, and what must differ for both to be in one n8n: the IDs and
 * the paths of webhooks. Names of nodes stay, because expressions quote them.
 * @param ids the IDs of all workflows that are translated, for workflows that call each other
 * @throws if a text of an expression is not there
 */
export function translate(
	workflow: Workflow,
	texts: ReadonlyMap<string, Translation>,
	language: Language,
	ids: readonly string[],
): Workflow {
	const translated = {
		...workflow,
		name: texts.get(nameKey)?.text ?? workflow.name,
		nodes: [...workflow.nodes.map((node) => translateNode(node, texts)), languageNote(workflow, language)],
	};
	return withOwnAddresses(translated, language, ids);
}

function translateNode(node: WorkflowNode, texts: ReadonlyMap<string, Translation>): WorkflowNode {
	const visit = (value: unknown, path: readonly string[]): unknown => {
		if (typeof value === 'string') return translateText(value, texts.get(keyOf(node, path)), keyOf(node, path));
		if (Array.isArray(value)) return value.map((inner, index) => visit(inner, [...path, String(index)]));
		if (typeof value !== 'object' || value === null) return value;
		const fields = Object.fromEntries(
			Object.entries(value).map(([name, inner]) => [name, visit(inner, [...path, name])]),
		);
		const { fieldLabel } = value as { fieldLabel?: string };
		if (fieldLabel === undefined || fieldLabel === fields['fieldLabel']) return fields;
		// Expressions read the answer by the English label.
		return { fieldName: fieldLabel, ...fields };
	};
	const parameters = visit(node.parameters, []) as WorkflowNode['parameters'];
	const hasFieldNames = isForm(node) && JSON.stringify(parameters).includes('fieldName');
	return {
		...node,
		parameters,
		...(hasFieldNames && { typeVersion: Math.max(node.typeVersion ?? 0, formVersion) }),
		...(node.notes && { notes: texts.get(keyOf(node, [notesField]))?.text ?? node.notes }),
	};
}

function translateText(english: string, translation: Translation | undefined, key: string): string {
	if (!translation) return english;
	if (!english.startsWith('=')) return translation.text;
	return translation.text.split('\n').reduce((expression, line) => {
		const [from, to] = line.split(' => ');
		if (!from || to === undefined || !expression.includes(from))
			throw new Error(`"${key}" has no "${from}" to translate; write "part of the expression => translation"`);
		return expression.replaceAll(from, to);
	}, english);
}

/** A sticky note below all nodes that says where the workflow comes from. */
function languageNote({ nodes }: Workflow, { note, tag }: Language): WorkflowNode {
	const corner = (axis: 0 | 1) => nodes.map(({ position }) => position?.[axis] ?? 0);
	// Only sticky notes have a size; other nodes may have a parameter of the same name.
	const heightOf = ({ type, parameters: { height } }: WorkflowNode) =>
		type === stickyNote && typeof height === 'number' ? height : 100;
	const bottoms = nodes.map((node) => (node.position?.[1] ?? 0) + heightOf(node));
	return {
		parameters: { content: note, height: 140, width: 460, color: 7 },
		type: stickyNote,
		typeVersion: 1,
		position: [Math.min(...corner(0)), Math.max(...bottoms) + 60],
		id: derivedId(tag, nodes.map(({ id }) => id).join()),
		name: 'Note: language',
	};
}

function withOwnAddresses(workflow: Workflow, { suffix, tag }: Language, ids: readonly string[]): Workflow {
	const paths = new Set(workflow.nodes.flatMap(({ type, parameters: { path } }) => (isWebhook(type) ? [path] : [])));
	const starts = [...paths].map((path) => String(path).split('/')[0] ?? '');
	const nodes = workflow.nodes.map((node) => ({
		...node,
		...(node.webhookId && { webhookId: derivedId(tag, node.webhookId) }),
		...(isWebhook(node.type) && {
			parameters: {
				...node.parameters,
				path: String(node.parameters['path']).replace(/^[^/]*/, `$&-${suffix}`),
			},
		}),
	}));
	let json = JSON.stringify({ ...workflow, nodes });
	// Texts and expressions quote the addresses: /webhook/images, and /webhook/…/images/:ref with an ID between.
	for (const start of starts)
		json = json.replaceAll(new RegExp(`(webhook(?:-test)?/(?:…/)?${start})(?![\\w-])`, 'g'), `$1-${suffix}`);
	for (const id of ids) json = json.replaceAll(id, `${id}${suffix}`);
	const { versionId } = workflow;
	return { ...(JSON.parse(json) as Workflow), ...(versionId && { versionId: derivedId(tag, versionId) }) };
}

const isWebhook = (type: string): boolean => type === 'n8n-nodes-base.webhook';

/** A UUID that is the same at each run. */
function derivedId(...parts: readonly string[]): string {
	const digits = createHash('sha256').update(parts.join('/')).digest('hex');
	return [digits.slice(0, 8), digits.slice(8, 12), `5${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`]
		.concat(digits.slice(20, 32))
		.join('-');
}
