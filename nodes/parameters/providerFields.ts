import type { INodeCredentialDescription, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Capabilities, ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';

/** Value of *Provider* for the provider in the item. */
export const fromInput = 'fromInput';

/** Value of *Provider* for a list of several providers. */
export const several = 'several';

const options = (list: readonly ProviderDefinition[]): INodePropertyOptions[] =>
	[...list]
		.sort((a, b) => a.displayName.localeCompare(b.displayName))
		.map(({ id, displayName }) => ({ name: displayName, value: id }));

export function providerField(
	supports: (capabilities: Capabilities) => boolean,
	first: INodePropertyOptions[] = [],
): INodeProperties {
	const list = providers.filter(({ capabilities }) => supports(capabilities));
	return {
		displayName: 'Provider',
		name: 'provider',
		type: 'options',
		options: [...first, ...options(list)],
		default: list[0]?.id ?? '',
		description: 'The image backend to use',
	};
}

/** A row with a provider and its model. */
export function modelRow(list: readonly ProviderDefinition[]): INodeProperties[] {
	return [
		{
			displayName: 'Provider',
			name: 'provider',
			type: 'options',
			options: options(list),
			default: list[0]?.id ?? '',
		},
		{
			displayName: 'Model',
			name: 'model',
			type: 'string',
			default: '',
			description: "The provider's name of the model. If empty, the provider chooses.",
		},
	];
}

/** One provider, or a list of them. */
export function providerFields(supports: (capabilities: Capabilities) => boolean = () => true): INodeProperties[] {
	const list = providers.filter(({ capabilities }) => supports(capabilities));
	return [
		providerField(supports, [
			{
				name: 'Several, in Order',
				value: several,
				description: 'The first provider of a list that supports the request and accepts it',
			},
		]),
		{
			displayName: 'Providers',
			name: 'providers',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true },
			default: {},
			placeholder: 'Add Provider',
			displayOptions: { show: { provider: [several] } },
			description:
				'The preferred provider first. A request fails over to the next one if a provider does not support ' +
				'it, is overloaded, out of quota or unreachable. It never does so after a request that may have been ' +
				'paid for.',
			options: [
				{
					displayName: 'Provider',
					name: 'row',
					values: modelRow(list),
				},
			],
		},
	];
}

export const providerOrInputField: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	options: [
		{ name: 'From Input', value: fromInput, description: 'The provider that the item names in job.provider' },
		...options(providers),
	],
	default: fromInput,
	description: 'The image backend that runs the job',
};

export const jobIdField: INodeProperties = {
	displayName: 'Job ID',
	name: 'jobId',
	type: 'string',
	required: true,
	default: '={{ $json.job.id }}',
	placeholder: 'e.g. cmkuz35wf00034rk15ycgzvce',
	description: "The provider's ID of the job. Items of Image Generate contain it.",
};

/**
 * One credential per provider, shown with the provider. If items name their provider, only the credentials of those
 * providers are needed.
 * The path from the root (`/provider`) matters: if a credential depends on a field's plain name, the editor treats that
 * field as a choice of authentication and hides it, so the user could not choose the provider.
 */
export function credentialFields(
	choice: 'fixed' | 'several' | 'fromInput',
	list: readonly ProviderDefinition[] = providers,
): INodeCredentialDescription[] {
	return list.map(({ id, credential }) => ({
		name: credential,
		// A list needs only some of the credentials. n8n has only two settings, all or none.
		required: choice === 'fixed',
		displayOptions: {
			show: { '/provider': choice === 'fixed' ? [id] : [choice === 'several' ? several : fromInput, id] },
		},
	}));
}
