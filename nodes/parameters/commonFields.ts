import type { INodeProperties } from 'n8n-workflow';

/** The collection *Options*, which is the last field of a form. */
export const optionsField = (options: INodeProperties[]): INodeProperties & { name: 'options' } => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options,
});

/**
 * The field *Prompt*.
 * @param placeholder an example: `e.g. …`
 */
export const promptField = (description: string, placeholder: string): INodeProperties & { name: 'prompt' } => ({
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder,
	description,
});
