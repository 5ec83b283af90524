import { type ESLint, Linter } from 'eslint';
import type { INodeType, INodeTypeDescription, IVersionedNodeType } from 'n8n-workflow';
import tseslint from 'typescript-eslint';
import { n8n } from '../package.json';

/** The plugin has no types of its own. */
const plugin = jest.requireActual<ESLint.Plugin & { configs: { nodes: { rules: Record<string, string> } } }>(
	'eslint-plugin-n8n-nodes-base',
);

/**
 * n8n's rules for fields read plain literals in the source. Here they read the finished descriptions, so they also
 * check texts that are joined from several strings or built by functions.
 */
const nodeTypes = n8n.nodes.flatMap((path): INodeTypeDescription[] => {
	const name = /\/([^/]+)\.node\.js$/.exec(path)?.[1] ?? '';
	const module = jest.requireActual<Record<string, new () => INodeType | IVersionedNodeType>>(
		`./${name}/${name}.node`,
	);
	const NodeType = module[name];
	if (!NodeType) throw new Error(`nodes/${name}/${name}.node.ts has no class ${name}`);
	const node = new NodeType();
	return 'nodeVersions' in node
		? Object.values(node.nodeVersions).map(({ description }) => description)
		: [node.description];
});

const notChecked = [
	// This rule concerns the source, not the texts.
	'node-param-array-type-assertion',
	'node-param-required-false',
	// Our order carries meaning: sizes ascend, and the usual choice comes first.
	'node-param-collection-type-unsorted-items',
	'node-param-fixed-collection-type-unsorted-items',
	'node-param-multi-options-type-unsorted-items',
	'node-param-options-type-unsorted-items',
	// Some texts contain names of products, the name of the page Settings, or "Get Many (Experimental)".
	'node-param-operation-option-action-miscased',
	'node-param-option-name-wrong-for-get-many',
	'node-param-resource-with-plural-option',
].map((rule) => `n8n-nodes-base/${rule}`);
const fieldRules = Object.keys(plugin.configs.nodes.rules).filter(
	(rule) => rule.startsWith('n8n-nodes-base/node-param-') && !notChecked.includes(rule),
);

it.each(nodeTypes)('the fields of $displayName, version $version, follow the conventions of n8n', (description) => {
	const source = `const description: INodeTypeDescription = ${JSON.stringify(description, null, '\t')};`;
	// The rules find keys by their names, so they need `type:` instead of `"type":`.
	const code = source.replace(/^(\t+)"(\w+)":/gm, '$1$2:');
	const problems = new Linter().verify(code, {
		languageOptions: { parser: tseslint.parser },
		plugins: { 'n8n-nodes-base': plugin },
		rules: Object.fromEntries(fieldRules.map((rule) => [rule, 'error'])),
	});
	const lines = code.split('\n');
	const found = problems.map(({ ruleId, line, message }) => `${ruleId ?? message}: ${lines[line - 1]?.trim() ?? ''}`);
	expect(found).toEqual([]);
});

/** Every object of a description that looks like a field: fields, options of collections, values of rows. */
function fieldsIn(value: unknown): Array<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null) return [];
	const inside = Object.values(value).flatMap(fieldsIn);
	return 'displayName' in value && 'type' in value ? [value, ...inside] : inside;
}

it.each(nodeTypes)(
	'the placeholders of $displayName, version $version, are examples, or say what a button adds',
	({ properties }) => {
		const wrong = fieldsIn(properties).filter(({ type, placeholder }) => {
			if (typeof placeholder !== 'string') return false;
			const isButton = type === 'collection' || type === 'fixedCollection';
			return !placeholder.startsWith(isButton ? 'Add ' : 'e.g. ');
		});
		expect(wrong.map(({ displayName, placeholder }) => `${String(displayName)}: ${String(placeholder)}`)).toEqual(
			[],
		);
	},
);
