import { type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';
import { credentialFields, downloadField, extraFields, providerField, requestFields, resultOptions } from '../shared/fields';
import { getModels } from '../shared/loadModels';

export class ImageGenerate implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Generate',
		name: 'imageGenerate',
		icon: { light: 'file:imageGenerate.svg', dark: 'file:imageGenerate.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["provider"] + ($parameter["wait"] ? ": prompt to image" : ": prompt to job") }}',
		description: 'Generate images from a prompt, on any image backend',
		defaults: { name: 'Image Generate' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialFields('fixed'),
		properties: [
			providerField(),
			...requestFields(),
			{
				displayName: 'Wait',
				name: 'wait',
				type: 'boolean',
				default: true,
				description: 'Whether to wait for the images. Turned off, the job is given at once, for Image Poll or a webhook to finish.',
			},
			{
				displayName: 'Max Wait (Seconds)',
				name: 'maxWait',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 300,
				description: 'Longest time given to each job. A job that takes longer is not lost: its item goes on as it is, and Image Poll can finish it.',
			},
			{ ...downloadField, displayOptions: { show: { wait: [true] } } },
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					{ displayName: 'Cancel When Stopped', name: 'cancelOnStop', type: 'boolean', default: true, description: 'Whether stopping the execution also cancels its jobs at the provider, where they can still be canceled' },
					{
						displayName: 'Idempotency Key',
						name: 'idempotencyKey',
						type: 'string',
						default: '',
						placeholder: 'e.g. {{ $json.orderId }}',
						description: 'Two requests with the same key make one job. By default each item of an execution has its own, kept when n8n retries it.',
					},
					...extraFields(),
					{ displayName: 'Reference Image URL', name: 'referenceUrl', type: 'string', default: '', placeholder: 'e.g. https://example.com/photo.jpg', description: 'An image to start from, which the provider can fetch from this address' },
					...resultOptions,
				],
			},
		],
	};

	methods = { loadOptions: { getModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { generate } = await import('./generate');
		return await generate(this);
	}
}
