import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type INode, type INodeProperties, type INodeTypeDescription, NodeHelpers } from 'n8n-workflow';
import { readWorkflow } from '../../scripts/lib/workflow';
import { Stage } from './instance';

const folder = join(__dirname, '..', '..', 'docs', 'recipes');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const stage = new Stage();
let types: INodeTypeDescription[];

beforeAll(async () => {
	await stage.open();
	types = (await stage.client.nodeTypes()) as unknown as INodeTypeDescription[];
}, 120_000);

afterAll(async () => await stage.close());

const versionsOf = ({ version }: INodeTypeDescription) => (Array.isArray(version) ? version : [version]);
const isShown = (field: INodeProperties, node: INode, type: INodeTypeDescription) =>
	NodeHelpers.displayParameter(node.parameters, field, node, type);

/** The parameters after the reader has chosen what the recipe leaves open: a sheet, a channel. */
const chosen = (parameters: INode['parameters']): INode['parameters'] =>
	Object.fromEntries(
		Object.entries(parameters).map(([name, value]) => {
			const isOpen = typeof value === 'object' && value !== null && '__rl' in value && value['value'] === '';
			return [name, isOpen ? { ...value, value: 'chosen' } : value];
		}),
	);

it.each(files)('%s can be imported, and this n8n knows its nodes, their versions and their fields', async (file) => {
	const { nodes } = await stage.install(readWorkflow(join(folder, file)));
	for (const node of nodes as unknown as INode[]) {
		const type = types.find(
			({ name, ...other }) => name === node.type && versionsOf({ name, ...other }).includes(node.typeVersion),
		);
		expect({ node: node.name, isKnown: type !== undefined }).toEqual({ node: node.name, isKnown: true });
		if (!type) continue;
		// Fields with their defaults decide which other fields are shown.
		const whole = {
			...node,
			parameters:
				NodeHelpers.getNodeParameters(type.properties, chosen(node.parameters), true, false, node, type) ?? {},
		};
		const shown = type.properties.filter((field) => isShown(field, whole, type)).map(({ name }) => name);
		expect({
			node: node.name,
			unknown: Object.keys(node.parameters).filter((name) => !shown.includes(name)),
		}).toEqual({
			node: node.name,
			unknown: [],
		});
	}
});
