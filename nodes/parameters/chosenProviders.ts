import type {
	IExecuteFunctions,
	INodeCredentialDescription,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import type { ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';
import { fromInput } from './providerFields';
import { firstChoice, providerLine } from './providerLine';
import { namesIn, type ParameterReader } from './parameters';
import { isFirstForm } from './versions';

/**
 * Since version 1.1 a node shows only the credentials that it needs: that of the chosen provider, or those of the
 * providers that a list names. n8n decides this from the values of fields, so these fields hold no expressions.
 */

/** The list of providers of a node. */
export const providerChoices = (list: readonly ProviderDefinition[]): INodePropertyOptions[] =>
	[...list]
		.sort((a, b) => a.displayName.localeCompare(b.displayName))
		.map((provider) => ({ name: provider.displayName, value: provider.id, description: providerLine(provider) }));

/** *Provider* since version 1.1. */
export function chosenProviderField(
	list: readonly ProviderDefinition[],
	preset: string = firstChoice(list),
): INodeProperties {
	return {
		displayName: 'Provider',
		name: 'provider',
		type: 'options',
		noDataExpression: true,
		options: providerChoices(list),
		default: preset,
	};
}

/** The providers of a list; each needs its credential. The order in which they are chosen is kept. */
export function providerListField(
	list: readonly ProviderDefinition[],
	{ name, choice, description }: { name: string; choice: string; description: string },
): INodeProperties {
	return {
		displayName: 'Providers',
		name,
		type: 'multiOptions',
		noDataExpression: true,
		required: true,
		options: providerChoices(list),
		default: [firstChoice(list)],
		displayOptions: { show: { provider: [choice] } },
		description,
	};
}

/** Name of the field with the providers that items may name. */
export const inputProviders = 'inputProviders';

/** The providers that items may name. */
export const inputProvidersField = (list: readonly ProviderDefinition[]): INodeProperties =>
	providerListField(list, {
		name: inputProviders,
		choice: fromInput,
		description: 'The providers that the items may name. The node shows and needs only their credentials.',
	});

/**
 * The credential of each provider, shown and required if the provider is chosen or if a list contains it.
 * n8n looks a credential up by its name and takes the first entry, so there is one entry for each credential. A list
 * hides the credential if all of its values are other providers.
 */
export function chosenCredentials(
	list: readonly ProviderDefinition[],
	lists: ReadonlyArray<{ choice: string; name: string }>,
): INodeCredentialDescription[] {
	return list.map(({ id, credential }) => {
		const others = list.filter((other) => other.id !== id).map((other) => other.id);
		const isOther = { _cnd: { regex: `^(?:${others.join('|')})$` } };
		const hide = Object.fromEntries(lists.map(({ name }) => [`/${name}`, [isOther]]));
		return {
			name: credential,
			required: true,
			displayOptions: {
				show: { '/provider': [id, ...lists.map(({ choice }) => choice)] },
				// n8n's type for credentials lacks conditions, but n8n checks them in the same way as for fields.
				...(others.length > 0 ? { hide: hide as unknown as Record<string, string[]> } : {}),
			},
		};
	});
}

/** Why a provider that an item names cannot be used; undefined if it can. Version 1 has no list of providers. */
export function unlistedProvider(
	context: Pick<IExecuteFunctions, 'getNode'>,
	parameters: ParameterReader,
	provider: ProviderDefinition,
	itemIndex: number,
): ImageError | undefined {
	if (isFirstForm(context.getNode())) return undefined;
	const listed = namesIn(parameters.getNodeParameter(inputProviders, itemIndex, []));
	if (listed.includes(provider.id)) return undefined;
	const { displayName } = provider;
	const names = providers.filter(({ id }) => listed.includes(id)).map((known) => known.displayName);
	return new ImageError('invalidRequest', {
		message: `Item ${itemIndex} belongs to ${displayName}, which is not chosen in this node`,
		hint: `Choose ${displayName} in "Providers", and its credential. Now chosen: ${names.join(', ') || 'none'}`,
		delivery: 'notSent',
	});
}
