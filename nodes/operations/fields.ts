import type { INodeProperties } from 'n8n-workflow';

/** `Return All` and `Limit`, as n8n's own nodes have them. */
export function listFields(preset = 50): INodeProperties[] {
	return [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { returnAll: [false] } },
			default: preset,
			description: 'Max number of results to return',
		},
	];
}

export const includeRawOption: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: "Include Provider's Answer",
			name: 'includeRaw',
			type: 'boolean',
			default: false,
			description: "Whether to add the provider's own answer as <code>raw</code>",
		},
	],
};

/** The name of the binary field of an incoming item. */
export const inputBinaryField: INodeProperties = {
	displayName: 'Input Binary Field',
	name: 'binaryField',
	type: 'string',
	required: true,
	default: 'image_0',
	placeholder: 'e.g. image_0',
	description: 'The field of the incoming item that holds the file',
	hint: 'The name of the input binary field containing the file',
};
