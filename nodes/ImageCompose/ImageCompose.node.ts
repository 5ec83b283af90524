import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { extraFields } from '../parameters/extraFields';
import { credentialFields, providerFields, several } from '../parameters/providerFields';
import { requestFields } from '../parameters/requestFields';
import { resultOptions } from '../parameters/resultFields';
import { linkOptions } from '../parameters/linkFields';
import { providerSubtitle } from '../parameters/subtitles';
import { submitOptions, waitFields } from '../generate/fields';
import { getModels } from '../endpoints/loadModels';

const composers = providers.filter(({ capabilities }) => capabilities.references !== null);
const withStrength = composers.filter(({ capabilities }) => capabilities.strength).map(({ id }) => id);
const [promptField, ...otherFields] = requestFields(composers);

export class ImageCompose implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Image Composer',
		name: 'imageCompose',
		icon: { light: 'file:imageCompose.svg', dark: 'file:imageCompose.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: providerSubtitle('($parameter["wait"] ? "compose" : "submit")'),
		description: 'Make images from a prompt and other images, on any image backend that supports it',
		defaults: { name: 'Image Compose' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialFields('several', composers),
		properties: [
			...providerFields(({ references }) => references !== null),
			...(promptField ? [promptField] : []),
			{
				displayName: 'References',
				name: 'references',
				type: 'string',
				default: '',
				placeholder: 'e.g. image_0, https://example.com/photo.jpg',
				description:
					'The images to start from, in this order: names of binary fields and URLs, separated by commas ' +
					'or lines. If empty, all images among the binary data of the item are used.',
			},
			...(withStrength.length > 0
				? [
						{
							displayName: 'Strength',
							name: 'strength',
							type: 'number' as const,
							typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
							default: 0.5,
							displayOptions: { show: { provider: [...withStrength, several] } },
							description: 'How far the result may differ from the references, from 0 to 1',
						},
					]
				: []),
			...otherFields,
			...waitFields,
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					...submitOptions,
					...extraFields(composers),
					{
						displayName: 'Fit References',
						name: 'fitReferences',
						type: 'boolean',
						default: false,
						description:
							'Whether to scale down references that are too large for the provider, and to convert ' +
							'those of a type it does not support. Otherwise they are an error.',
					},
					...resultOptions,
					...linkOptions,
				],
			},
		],
	};

	methods = { loadOptions: { getModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { compose } = await import('./compose');
		return await compose(this);
	}
}
