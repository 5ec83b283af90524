import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type INode, type INodeTypes, NodeHelpers, Workflow } from 'n8n-workflow';
import { readWorkflow } from '../../scripts/lib/workflow';
import { nodeNames, nodeOf, root } from '../support/providerFiles';

const folder = join(root, 'docs', 'recipes');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const pack = 'n8n-nodes-image-pipelines.';
const names = new Map(nodeNames().map((name) => [`${pack}${nodeOf(name).description.name}`, name]));
const nodeTypes = {
	getByNameAndVersion: (type: string, version?: number) => {
		const found = names.get(type);
		return found === undefined ? undefined : nodeOf(found, version);
	},
} as unknown as INodeTypes;

describe.each(files)('%s', (file) => {
	const { id, name, nodes, connections } = readWorkflow(join(folder, file));
	const own = nodes.filter(({ type }) => type.startsWith(pack));

	it('is on the index, and on a page of its own', () => {
		const pages = ['README.md', ...readdirSync(folder).filter((page) => page.endsWith('.md'))];
		const naming = pages.filter((page) => readFileSync(join(folder, page), 'utf8').includes(`(${file})`));
		expect(naming.length).toBeGreaterThanOrEqual(2);
	});

	it('holds no credentials, and has a note that explains it', () => {
		expect(nodes.filter((node) => node.credentials !== undefined)).toEqual([]);
		expect(nodes.some(({ type }) => type.endsWith('.stickyNote'))).toBe(true);
	});

	it('connects every node, from a trigger on', () => {
		const workflow = new Workflow({
			...(id !== undefined && { id }),
			name,
			nodes: structuredClone(nodes) as unknown as INode[],
			connections: connections as Workflow['connectionsBySourceNode'],
			active: false,
			nodeTypes,
		});
		const [trigger = ''] = nodes.filter(({ type }) => /trigger/i.test(type)).map((node) => node.name);
		const reached = [trigger, ...workflow.getChildNodes(trigger)];
		const real = nodes.filter(({ type }) => !type.endsWith('.stickyNote')).map((node) => node.name);
		expect(reached.sort()).toEqual(real.sort());
	});

	it('its nodes of this pack have every required field, and only values that exist', () => {
		expect(own.length).toBeGreaterThan(0);
		for (const node of own) {
			const { description } = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			const filled = node as unknown as INode;
			// n8n drops the values of fields that do not exist or are not shown.
			const kept = NodeHelpers.getNodeParameters(
				description.properties,
				filled.parameters,
				true,
				false,
				filled,
				description,
			);
			const issues = NodeHelpers.getNodeParametersIssues(
				description.properties,
				{ ...filled, parameters: kept ?? {} },
				description,
			);
			expect({ node: node.name, issues: issues?.parameters ?? {} }).toEqual({ node: node.name, issues: {} });
			expect(Object.keys(kept ?? {})).toEqual(expect.arrayContaining(Object.keys(node.parameters)));
			expect(optionsOf(kept)).toEqual(optionsOf(node.parameters));
		}
	});

	it('gives every request the key of its item', () => {
		for (const { parameters, type } of own.filter(({ type }) => /image(Generate|Compose)$/.test(type)))
			expect({ type, key: (parameters['options'] as { idempotencyKey?: string }).idempotencyKey }).toEqual({
				type,
				key: expect.stringMatching(/^=\{\{/) as string,
			});
	});
});

const optionsOf = (parameters: object | null) =>
	Object.keys((parameters as { options?: object } | null)?.options ?? {}).sort();
