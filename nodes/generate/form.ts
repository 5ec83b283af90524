import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { ProviderDefinition } from '../../providers/provider';
import {
	chosenCredentials,
	chosenProviderField,
	inputProviders,
	inputProvidersField,
	providerChoices,
	providerListField,
} from '../parameters/chosenProviders';
import { optionsField } from '../parameters/commonFields';
import { extraFields } from '../parameters/extraFields';
import { linkOptions } from '../parameters/linkFields';
import { fromInput, modelRow, several } from '../parameters/providerFields';
import { firstChoice } from '../parameters/providerLine';
import { leadingFields, requestOptions } from '../parameters/requestFields';
import { binaryFieldOption, downloadField, resultOptions } from '../parameters/resultFields';
import { providerSubtitle } from '../parameters/subtitles';
import { submitOptions, waitFields } from './fields';

/** The form of version 1.1 of a node that makes images: provider, model, prompt, wait; the rest are options. */
export interface MakerForm {
	/** The providers to choose from. */
	list: readonly ProviderDefinition[];
	/** The provider of a new node; without it, the one that a newcomer can have. */
	preset?: string;
	/** Fields behind the prompt. */
	references?: INodeProperties[];
	/** Options about references. */
	referenceOptions: INodeProperties[];
}

export function makerProperties({ list, preset, references = [], referenceOptions }: MakerForm): INodeProperties[] {
	return [
		...providerChoice(list, preset),
		...leadingFields(list),
		...references,
		...waitAndLimit,
		optionsField([
			...requestOptions(list),
			...referenceOptions,
			...extraFields(list),
			modelsOption(list),
			{ ...downloadField, displayOptions: { show: { '/wait': [true] } } },
			binaryFieldOption,
			...resultOptions,
			...linkOptions,
			...submitOptions,
			submitTimeOption,
		]),
	];
}

/** The subtitle of the form: `Google Gemini: generate and wait`. */
export function makerSubtitle(verb: string): string {
	const action = `($parameter["wait"] ? "${verb} and wait" : "${verb}, do not wait")`;
	return providerSubtitle(action, `"provider of each item: " + ${action}`);
}

/** The credentials of the form: those of the chosen providers. */
export const makerCredentials = (list: readonly ProviderDefinition[]) =>
	chosenCredentials(list, [
		{ choice: several, name: 'providers' },
		{ choice: fromInput, name: inputProviders },
	]);

const listChoices: INodePropertyOptions[] = [
	{
		name: 'Several, in Order',
		value: several,
		description: 'The first provider of a list that supports the request and accepts it',
	},
	{ name: 'From Input', value: fromInput, description: 'The provider that each item names' },
];

function providerChoice(list: readonly ProviderDefinition[], preset = firstChoice(list)): INodeProperties[] {
	return [
		{
			...chosenProviderField(list, preset),
			options: [...providerChoices(list), ...listChoices],
			description: 'The service or server that makes the images',
		},
		providerListField(list, {
			name: 'providers',
			choice: several,
			description:
				'In the order in which you choose them, the preferred provider first. A request fails over to the ' +
				'next one if a provider does not support it, is overloaded, out of quota or unreachable. It never ' +
				'does so after a request that may have been paid for.',
		}),
		inputProvidersField(list),
		{
			displayName: 'Provider ID',
			name: 'providerId',
			type: 'string',
			required: true,
			default: '={{ $json.provider }}',
			placeholder: 'e.g. gemini',
			displayOptions: { show: { provider: [fromInput] } },
			description: `The provider of the item: ${list.map(({ id }) => id).join(', ')}`,
		},
	];
}

function modelsOption(list: readonly ProviderDefinition[]): INodeProperties {
	return {
		displayName: 'Models',
		name: 'models',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		default: {},
		placeholder: 'Add Model',
		displayOptions: { show: { '/provider': [several, fromInput] } },
		description:
			'The model for each provider. A provider without a row chooses its own. With several rows, a provider ' +
			'tries its models in their order.',
		options: [{ displayName: 'Model', name: 'row', values: modelRow(list) }],
	};
}

const waitAndLimit: INodeProperties[] = waitFields
	.filter(({ name }) => name !== 'download')
	.map((field) => (field.name === 'maxWait' ? { ...field, displayOptions: { show: { wait: [true] } } } : field));

/** The limit for a node that does not wait for its jobs. */
const submitTimeOption: INodeProperties = {
	displayName: 'Max Time to Submit (Seconds)',
	name: 'maxWait',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 300,
	displayOptions: { show: { '/wait': [false] } },
	description:
		'Longest time for the provider to accept a job or to answer. It includes the time that the job waits for ' +
		'"Requests per Minute" and "Jobs in Flight".',
};
