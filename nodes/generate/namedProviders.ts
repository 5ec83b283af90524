import type { IExecuteFunctions } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import { providerById } from '../../providers/registry';
import { unlistedProvider } from '../parameters/chosenProviders';
import { namesIn, textParameter } from '../parameters/parameters';
import { fromInput, several } from '../parameters/providerFields';
import { isFirstForm } from '../parameters/versions';

/** A provider that an item names. In a list, `model` is the model for it; empty: the provider chooses. */
export interface NamedProvider {
	provider: string;
	model?: string;
}

interface ModelRow {
	provider: string;
	model?: string;
}

/** The providers that an item names, the preferred one first. Throws if it names none, or one without a credential. */
export function namedProviders(context: IExecuteFunctions, itemIndex: number): NamedProvider[] {
	const choice = textParameter(context, 'provider', itemIndex);
	if (choice === several)
		return isFirstForm(context.getNode()) ? rowsOf(context, itemIndex) : listOf(context, itemIndex);
	if (choice !== fromInput) return [{ provider: choice }];
	const named = textParameter(context, 'providerId', itemIndex);
	if (named === '') throw noProviders('Provider ID is empty', 'Name a provider in each item, for example gemini');
	const unlisted = unlistedProvider(context, context, providerById(named), itemIndex);
	if (unlisted) throw unlisted;
	return withModels(context, itemIndex, [named]);
}

/** Version 1: rows of a provider and a model. */
function rowsOf(context: IExecuteFunctions, itemIndex: number): NamedProvider[] {
	const rows = context.getNodeParameter('providers.row', itemIndex, []) as ModelRow[];
	if (rows.length > 0) return rows.map(({ provider, model = '' }) => ({ provider, model: model.trim() }));
	throw noProviders();
}

function listOf(context: IExecuteFunctions, itemIndex: number): NamedProvider[] {
	const ids = namesIn(context.getNodeParameter('providers', itemIndex, []));
	if (ids.length > 0) return withModels(context, itemIndex, ids);
	throw noProviders();
}

/** The providers with their models from the options. Several models of one provider are tried in their order. */
function withModels(context: IExecuteFunctions, itemIndex: number, ids: readonly string[]): NamedProvider[] {
	const rows = context.getNodeParameter('options.models.row', itemIndex, []) as ModelRow[];
	return ids.flatMap((provider) => {
		const models = rows.filter((row) => row.provider === provider).map(({ model = '' }) => model.trim());
		return (models.length > 0 ? models : ['']).map((model) => ({ provider, model }));
	});
}

function noProviders(
	message = 'Providers is empty',
	hint = 'Add the providers to use in "Providers", the preferred one first',
): ImageError {
	return new ImageError('invalidRequest', { message, hint, delivery: 'notSent' });
}
