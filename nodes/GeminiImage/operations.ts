import type { INodeProperties } from 'n8n-workflow';
import { capabilities } from '../../providers/gemini/capabilities';
import { includeRawOption, listFields } from '../operations/fields';
import type { OperationDescription, Resource } from '../operations/operation';

export const resources: readonly Resource[] = [
	{ value: 'content', name: 'Content' },
	{ value: 'batch', name: 'Batch' },
	{ value: 'model', name: 'Model' },
];

const batchId: INodeProperties = {
	displayName: 'Batch ID',
	name: 'batchId',
	type: 'string',
	required: true,
	default: '={{ $json.job.id }}',
	placeholder: 'e.g. batches/abc123',
	description: 'ID of a batch, or of a job that Image Generate made with the Batch API',
};
const model: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'options',
	options: capabilities.models.map((name) => ({ name, value: name })),
	default: 'gemini-2.5-flash-image',
	description: 'The model to use; an expression may name another',
};
const choice = (
	displayName: string,
	name: string,
	values: readonly string[],
	description: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'options',
	options: [{ name: 'Default', value: '' }, ...values.map((value) => ({ name: value, value }))],
	default: '',
	description,
});
const download: INodeProperties = {
	displayName: 'Download',
	name: 'download',
	type: 'boolean',
	default: true,
	description: 'Whether to add the images as binary data: image_0, image_1 and so on',
};
const sizes = [
	choice('Aspect Ratio', 'aspectRatio', capabilities.aspectRatios, 'Width to height'),
	choice('Resolution', 'resolution', capabilities.resolutions, 'Only Gemini 3 takes one'),
];
const seed: INodeProperties = {
	displayName: 'Seed',
	name: 'seed',
	type: 'number',
	default: 0,
	description: 'The same seed with the same prompt gives similar images',
};
const numbers = capabilities.extras.flatMap((extra): INodeProperties[] =>
	extra.type === 'number'
		? [
				{
					displayName: extra.displayName,
					name: extra.name,
					type: 'number',
					default: extra.default,
					description: extra.description,
				},
			]
		: [],
);

export const operations: readonly OperationDescription[] = [
	{
		resource: 'content',
		operation: 'generate',
		name: 'Generate',
		description: 'Generate text and images in one answer, from text and images',
		action: 'Generate content',
		endpoints: ['POST /v1beta/models/{model}:generateContent', 'GET /storage/{file}'],
		fields: [
			{
				displayName: 'Prompt',
				name: 'prompt',
				type: 'string',
				typeOptions: { rows: 4 },
				required: true,
				default: '',
				placeholder: 'e.g. Explain how bread is baked, with a picture for each step',
				description: 'What to answer',
			},
			model,
			{
				displayName: 'Input Binary Fields',
				name: 'binaryFields',
				type: 'string',
				default: '',
				placeholder: 'e.g. image_0, logo',
				description: 'Images of the incoming item to go along, separated by commas',
				hint: 'The names of the input binary fields containing the images',
			},
			download,
			{
				displayName: 'Max Wait (Seconds)',
				name: 'maxWait',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 300,
				description: 'Longest time given to the answer. The model goes on, and charges, when it is over.',
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [...sizes, ...(includeRawOption.options as INodeProperties[]), seed, ...numbers].sort((a, b) =>
					a.displayName.localeCompare(b.displayName),
				),
			},
		],
	},
	{
		resource: 'batch',
		operation: 'create',
		name: 'Create',
		description: 'Queue several prompts as one batch, for half the price; Image Poll finishes it',
		action: 'Create a batch',
		endpoints: ['POST /v1beta/models/{model}:batchGenerateContent'],
		fields: [
			{
				displayName: 'Prompts',
				name: 'prompts',
				type: 'string',
				typeOptions: { rows: 6 },
				required: true,
				default: '',
				placeholder: 'e.g. A red fox\nA blue whale',
				description: 'One a line, or an array from an expression. Each makes one image.',
			},
			model,
			{
				displayName: 'Name',
				name: 'name',
				type: 'string',
				default: 'n8n',
				description: 'By which you know the batch again',
			},
			...sizes,
		],
	},
	{
		resource: 'batch',
		operation: 'getAll',
		name: 'Get Many',
		description: 'List the batches of the key, newest first',
		action: 'Get many batches',
		endpoints: ['GET /v1beta/batches'],
		fields: [...listFields(), includeRawOption],
	},
	{
		resource: 'batch',
		operation: 'get',
		name: 'Get',
		description: 'Get a batch, with its images once it has ended',
		action: 'Get a batch',
		endpoints: ['GET /v1beta/batches/{batch}', 'GET /download/v1beta/files/{file}:download'],
		fields: [batchId, download, includeRawOption],
	},
	{
		resource: 'batch',
		operation: 'cancel',
		name: 'Cancel',
		description: 'Cancel a batch',
		action: 'Cancel a batch',
		endpoints: ['POST /v1beta/batches/{batch}:cancel'],
		fields: [batchId],
	},
	{
		resource: 'batch',
		operation: 'delete',
		name: 'Delete',
		description: 'Delete a batch with its results',
		action: 'Delete a batch',
		endpoints: ['DELETE /v1beta/batches/{batch}'],
		fields: [batchId],
	},
	{
		resource: 'model',
		operation: 'getAll',
		name: 'Get Many',
		description: 'List the models the key may use',
		action: 'Get many models',
		endpoints: ['GET /v1beta/models'],
	},
	{
		resource: 'model',
		operation: 'get',
		name: 'Get',
		description: 'Get what a model can do',
		action: 'Get a model',
		endpoints: ['GET /v1beta/models/{model}'],
		fields: [
			{
				displayName: 'Model Name',
				name: 'modelName',
				type: 'string',
				required: true,
				default: 'gemini-2.5-flash-image',
				placeholder: 'e.g. gemini-3-pro-image-preview',
				description: 'As Get Many lists it',
			},
		],
	},
];
