import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { credentialFields, extraFields, providerFields, requestFields, resultOptions } from '../parameters/fields';
import { submitOptions, waitFields } from '../generate/fields';
import { getModels } from '../endpoints/loadModels';

/** Where a reference can be given by its address alone. */
const takingUrls = providers
	.filter(({ capabilities }) => capabilities.references?.kinds.includes('url'))
	.map(({ id }) => id);

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
		credentials: credentialFields('several'),
		properties: [
			...providerFields(),
			...requestFields(),
			...waitFields,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					...submitOptions,
					...extraFields(),
					{
						displayName: 'Reference Image URL',
						name: 'referenceUrl',
						type: 'string',
						default: '',
						placeholder: 'e.g. https://example.com/photo.jpg',
						description:
							'An image to start from, which the provider can fetch from this address. For files, and for several, use Image Compose.',
						displayOptions: { show: { '/provider': takingUrls } },
					},
					...resultOptions,
				],
			},
		],
	};

	methods = { loadOptions: { getModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [{ generate }, { readRequest }] = await Promise.all([
			import('../generate/generate'),
			import('../generate/readRequest'),
		]);
		return await generate(this, { read: readRequest });
	}
}
