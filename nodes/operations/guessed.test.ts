import { type INode, type INodeParameters, type INodePropertyOptions, NodeHelpers } from 'n8n-workflow';
import { AiBatch } from '../AiBatch/AiBatch.node';
import { resources } from '../AiBatch/resources';
import { ImageSaas } from '../ImageSaas/ImageSaas.node';

const { description } = new AiBatch();
const name = 'showGuessedOperations';
const guessed = resources.flatMap(({ value: resource, operations }) =>
	operations.filter(({ experimental }) => experimental).map(({ operation }) => ({ resource, operation })),
);
const documented = resources.flatMap(({ value: resource, operations }) =>
	operations.filter(({ experimental }) => !experimental).map(({ operation }) => ({ resource, operation })),
);

/** What the editor shows for a node with these saved parameters, decided by n8n's own functions. */
function editorOf(saved: INodeParameters) {
	const node = { name: 'N', type: 'aiBatch', typeVersion: 1, parameters: saved } as unknown as INode;
	const parameters = NodeHelpers.getNodeParameters(description.properties, saved, true, false, node, description);
	if (!parameters) throw new Error('n8n could not read the parameters');
	const listed = (field: string) =>
		description.properties
			.filter((property) => property.name === field)
			.filter((property) => NodeHelpers.displayParameter(parameters, property, node, description))
			.flatMap((property) => property.options as INodePropertyOptions[])
			.filter((option) =>
				// The types want a property of a node here, but the editor passes options too.
				NodeHelpers.displayParameter(parameters, option as never, node, description),
			)
			.map(({ value }) => value);
	return { isOn: parameters[name], resources: listed('resource'), operations: listed('operation') };
}

it('a new node lists what the document shows, and nothing that it only guesses', () => {
	const { isOn, resources: listed } = editorOf({});
	expect(isOn).toBe(false);
	expect(listed).toEqual(expect.arrayContaining(['batch', 'monitoring', 'endpoint']));
	for (const resource of ['auth', 'user', 'key', 'model', 'image', 'workflow'])
		expect(listed).not.toContain(resource);
	expect(editorOf({ resource: 'monitoring', operation: 'getHealth' }).operations).not.toContain('getServiceHealth');
});

it('with the switch on, the guessed operations are in the lists', () => {
	const { resources: listed } = editorOf({ [name]: true });
	for (const { resource } of guessed) expect(listed).toContain(resource);
	const { operations } = editorOf({ [name]: true, resource: 'monitoring', operation: 'getHealth' });
	expect(operations).toEqual(expect.arrayContaining(['getHealth', 'getServiceHealth']));
});

it.each(guessed)('a workflow saved with $resource: $operation before the switch shows its selection', (selected) => {
	const { isOn, resources: listed, operations } = editorOf(selected);
	expect(isOn).toBe(true);
	expect(listed).toContain(selected.resource);
	expect(operations).toContain(selected.operation);
});

it.each(documented)('$resource: $operation is listed without the switch', (selected) => {
	const { isOn, resources: listed, operations } = editorOf(selected);
	expect(isOn).toBe(false);
	expect(listed).toContain(selected.resource);
	expect(operations).toContain(selected.operation);
});

it('a provider node without guessed operations has no switch', () => {
	expect(new ImageSaas().description.properties.map((property) => property.name)).not.toContain(name);
});
