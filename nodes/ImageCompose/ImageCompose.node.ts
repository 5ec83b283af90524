import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { providers } from '../../providers/registry';
import { optionsField } from '../parameters/commonFields';
import { extraFields } from '../parameters/extraFields';
import { credentialFields, fromInput, providerFields, several } from '../parameters/providerFields';
import { requestFields } from '../parameters/requestFields';
import { resultOptions } from '../parameters/resultFields';
import { linkOptions } from '../parameters/linkFields';
import { firstChoice } from '../parameters/providerLine';
import { providerSubtitle } from '../parameters/subtitles';
import { type CommonDescription, TwoForms, type VersionDescription } from '../parameters/versions';
import { makerCredentials, makerProperties, makerSubtitle } from '../generate/form';
import { submitOptions, waitFields } from '../generate/fields';
import { getModels } from '../endpoints/loadModels';

const composers = providers.filter(({ capabilities }) => capabilities.references !== null);
const takingFiles = composers.filter(({ capabilities }) => capabilities.references?.kinds.includes('binary'));
const withStrength = composers.filter(({ capabilities }) => capabilities.strength).map(({ id }) => id);
const [promptField, ...otherFields] = requestFields(composers);

const referencesField: INodeProperties = {
	displayName: 'References',
	name: 'references',
	type: 'string',
	default: '',
	placeholder: 'e.g. image_0, https://example.com/photo.jpg',
	description:
		'The images to start from, in this order: names of binary fields and URLs, separated by commas or lines. If ' +
		'empty, all images among the binary data of the item are used.',
};

/** @param path of the field *Provider* */
const strengthField = (path: string, shownFor: readonly string[]): INodeProperties[] =>
	shownFor.length === 0
		? []
		: [
				{
					displayName: 'Strength',
					name: 'strength',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
					default: 0.5,
					displayOptions: { show: { [path]: [...shownFor] } },
					description: 'How far the result may differ from the references, from 0 to 1',
				},
			];

const fitOption: INodeProperties = {
	displayName: 'Fit References',
	name: 'fitReferences',
	type: 'boolean',
	default: false,
	description:
		'Whether to scale down references that are too large for the provider, and to convert those of a type it ' +
		'does not support. Otherwise they are an error.',
};

const fromOption: INodeProperties = {
	displayName: 'References From',
	name: 'referencesFrom',
	type: 'options',
	options: [
		{ name: 'This Item', value: 'item', description: 'Each item makes a request with its own references' },
		{
			name: 'All Items',
			value: 'all',
			description:
				'All items together make one request with the references of all items, in their order. The first ' +
				'item gives the other fields.',
		},
	],
	default: 'item',
	description: 'The items whose images one request starts from',
};

const common: CommonDescription = {
	displayName: 'Image Composer',
	name: 'imageCompose',
	description: 'Make images from a prompt and other images, on any image backend that supports it',
	nameOnCanvas: 'Image Compose',
};

const first: VersionDescription = {
	subtitle: providerSubtitle('($parameter["wait"] ? "compose" : "submit")'),
	credentials: credentialFields('several', composers),
	properties: [
		...providerFields(({ references }) => references !== null),
		...(promptField ? [promptField] : []),
		referencesField,
		...strengthField('provider', withStrength.length > 0 ? [...withStrength, several] : []),
		...otherFields,
		...waitFields,
		optionsField([...submitOptions, ...extraFields(composers), fitOption, ...resultOptions, ...linkOptions]),
	],
};

const current: VersionDescription = {
	subtitle: makerSubtitle('compose'),
	credentials: makerCredentials(composers),
	properties: makerProperties({
		list: composers,
		preset: firstChoice(takingFiles.length > 0 ? takingFiles : composers),
		references: [referencesField],
		referenceOptions: [
			fromOption,
			fitOption,
			...strengthField('/provider', withStrength.length > 0 ? [...withStrength, several, fromInput] : []),
		],
	}),
};

export class ImageCompose extends TwoForms {
	constructor() {
		super(
			common,
			{ first, current },
			{
				methods: { loadOptions: { getModels } },
				async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
					const { compose } = await import('./compose');
					return await compose(this);
				},
			},
		);
	}
}
