import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { optionsField } from '../parameters/commonFields';
import { extraFields } from '../parameters/extraFields';
import { credentialFields, fromInput, providerFields, several } from '../parameters/providerFields';
import { requestFields } from '../parameters/requestFields';
import { resultOptions } from '../parameters/resultFields';
import { linkOptions } from '../parameters/linkFields';
import { providerSubtitle } from '../parameters/subtitles';
import { type CommonDescription, TwoForms, type VersionDescription } from '../parameters/versions';
import { makerCredentials, makerProperties, makerSubtitle } from '../generate/form';
import { submitOptions, waitFields } from '../generate/fields';
import { getModels } from '../endpoints/loadModels';

/** The providers that accept a reference by its URL. */
const takingUrls = providers
	.filter(({ capabilities }) => capabilities.references?.kinds.includes('url'))
	.map(({ id }) => id);

const referenceOption = (shownFor: readonly string[]): INodeProperties => ({
	displayName: 'Reference Image URL',
	name: 'referenceUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://example.com/photo.jpg',
	description:
		'URL of an image to start from. The provider must be able to fetch it. For files, or for several images, use ' +
		'Image Compose.',
	displayOptions: { show: { '/provider': [...shownFor] } },
});

const common: CommonDescription = {
	displayName: 'Image Generate',
	name: 'imageGenerate',
	description: 'Generate images from a prompt, on any image backend',
	nameOnCanvas: 'Image Generate',
};

const first: VersionDescription = {
	subtitle: providerSubtitle('($parameter["wait"] ? "generate" : "submit")'),
	credentials: credentialFields('several'),
	properties: [
		...providerFields(),
		...requestFields(),
		...waitFields,
		optionsField([
			...submitOptions,
			...extraFields(),
			referenceOption(takingUrls),
			...resultOptions,
			...linkOptions,
		]),
	],
};

const current: VersionDescription = {
	subtitle: makerSubtitle('generate'),
	credentials: makerCredentials(providers),
	properties: makerProperties({
		list: providers,
		referenceOptions: [referenceOption([...takingUrls, several, fromInput])],
	}),
};

export class ImageGenerate extends TwoForms {
	constructor() {
		super(
			common,
			{ first, current },
			{
				methods: { loadOptions: { getModels } },
				async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
					const [{ generate }, { readRequest }] = await Promise.all([
						import('../generate/generate'),
						import('../generate/readRequest'),
					]);
					return await generate(this, { read: readRequest });
				},
			},
		);
	}
}
