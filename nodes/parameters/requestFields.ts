import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Capabilities, ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';
import { promptField } from './commonFields';
import { fromInput, several } from './providerFields';

/** Value of an option field if the provider chooses. */
export const providerDefault = '';

/** The fields of a request in version 1, each shown for the providers that support it, with the values they support. */
export function requestFields(definitions: readonly ProviderDefinition[] = providers): INodeProperties[] {
	const shown = shownAt('provider', [...definitions, { id: several, capabilities: together(definitions) }]);
	return [
		imagePromptField,
		...negativePromptField(shown),
		...modelField(shown),
		...countField(shown),
		...choiceFields(shown, () => providersOwnChoice),
		...seedField(shown),
	];
}

/** What a request needs first: the model, of a provider with a choice of models, and the prompt. */
export function leadingFields(definitions: readonly ProviderDefinition[] = providers): INodeProperties[] {
	return [...modelField(shownAt('provider', definitions)), imagePromptField];
}

/** The other fields of a request, as options: in one order for all providers. */
export function requestOptions(definitions: readonly ProviderDefinition[] = providers): INodeProperties[] {
	const capabilities = together(definitions);
	const shown = shownAt('/provider', [
		...definitions,
		{ id: several, capabilities },
		{ id: fromInput, capabilities },
	]);
	return [
		...countField(shown),
		...choiceFields(shown, (known) => defaultChoice(known)),
		...negativePromptField(shown),
		...seedField(shown),
	];
}

/** The choice that leaves a field out of the request. It names the value if the pack knows it. */
export function defaultChoice(known: string | undefined, note?: string): INodePropertyOptions {
	return {
		...providersOwnChoice,
		name: `Default (${known ?? "Server's Choice"})`,
		...(note === undefined ? {} : { description: note }),
	};
}

const providersOwnChoice: INodePropertyOptions = {
	name: 'Default',
	value: providerDefault,
	description: "The provider's own choice",
};

const imagePromptField = promptField('What the image should show', 'e.g. A photorealistic cat sitting on a couch');

function negativePromptField(shown: Shown): INodeProperties[] {
	return shown.where(({ negativePrompt }) => negativePrompt, {
		displayName: 'Negative Prompt',
		name: 'negativePrompt',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. blurry, low quality',
		description: 'What the image should not show',
	});
}

function modelField(shown: Shown): INodeProperties[] {
	return shown.where(({ models }) => models.length > 0, {
		displayName: 'Model Name or ID',
		name: 'model',
		// The rule does not see joined strings; editorTexts.test.ts applies it to the finished description.
		// eslint-disable-next-line n8n-nodes-base/node-param-description-missing-from-dynamic-options -- see above
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getModels', loadOptionsDependsOn: ['provider'] },
		default: providerDefault,
		description:
			'The model that makes the image. Choose from the list, or specify an ID using an ' +
			'<a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	});
}

function countField(shown: Shown): INodeProperties[] {
	return shown.perValues(
		({ maxCount }) => [maxCount],
		({ maxCount }) => ({
			displayName: 'Count',
			name: 'count',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: maxCount, numberPrecision: 0 },
			default: 1,
			description: `How many images to make in one job, at most ${maxCount}`,
		}),
	);
}

function choiceFields(shown: Shown, first: (known: string | undefined) => INodePropertyOptions): INodeProperties[] {
	const choices = (values: readonly string[], known: string | undefined) => [
		first(known),
		...values.map((value) => ({ name: value, value })),
	];
	return [
		...shown.perValues(
			({ aspectRatios, defaults }) => (aspectRatios.length > 0 ? [...aspectRatios, defaults?.aspectRatio] : []),
			({ aspectRatios, defaults }) => ({
				displayName: 'Aspect Ratio',
				name: 'aspectRatio',
				type: 'options',
				options: choices(aspectRatios, defaults?.aspectRatio),
				default: providerDefault,
				description: 'Ratio of width to height; some models support only one ratio',
			}),
		),
		...shown.perValues(
			({ resolutions, defaults }) => (resolutions.length > 0 ? [...resolutions, defaults?.resolution] : []),
			({ resolutions, defaults }) => ({
				displayName: 'Resolution',
				name: 'resolution',
				type: 'options',
				options: choices(resolutions, defaults?.resolution),
				default: providerDefault,
				description: 'Length of the longer side; some models support only one length',
			}),
		),
	];
}

function seedField(shown: Shown): INodeProperties[] {
	return shown.where(({ seed }) => seed, {
		displayName: 'Seed',
		name: 'seed',
		type: 'string',
		default: '',
		placeholder: 'e.g. 42',
		description: 'The same seed and prompt make the same image. If empty, the seed is random.',
	});
}

/**
 * What a list of providers supports: everything that at least one of them supports. The model is chosen for each
 * provider.
 */
function together(list: readonly ProviderDefinition[]): RequestCapabilities {
	const all = list.map(({ capabilities }) => capabilities);
	return {
		negativePrompt: all.some(({ negativePrompt }) => negativePrompt),
		seed: all.some(({ seed }) => seed),
		models: [],
		maxCount: Math.max(...all.map(({ maxCount }) => maxCount)),
		aspectRatios: [...new Set(all.flatMap(({ aspectRatios }) => aspectRatios))],
		resolutions: [...new Set(all.flatMap(({ resolutions }) => resolutions))],
		defaults: { aspectRatio: "Each Provider's Choice", resolution: "Each Provider's Choice" },
	};
}

type RequestCapabilities = Pick<
	Capabilities,
	'negativePrompt' | 'seed' | 'models' | 'maxCount' | 'aspectRatios' | 'resolutions' | 'defaults'
>;
type Described = ReadonlyArray<{ id: string; capabilities: RequestCapabilities }>;

/** Makes fields that depend on the chosen provider. */
interface Shown {
	/** A field shown for the providers that support it; left out if no provider does. */
	where(supports: (capabilities: RequestCapabilities) => boolean, field: INodeProperties): INodeProperties[];
	/** A field whose values differ by provider: one variant for all providers with the same values. */
	perValues(
		valuesOf: (capabilities: RequestCapabilities) => ReadonlyArray<string | number | undefined>,
		field: (capabilities: RequestCapabilities) => INodeProperties,
	): INodeProperties[];
}

/** @param path of the field *Provider*, from the fields that depend on it */
function shownAt(path: 'provider' | '/provider', list: Described): Shown {
	const shownFor = (ids: string[]) => ({ displayOptions: { show: { [path]: ids } } });
	return {
		where(supports, field) {
			const ids = list.filter(({ capabilities }) => supports(capabilities)).map(({ id }) => id);
			return ids.length > 0 ? [{ ...field, ...shownFor(ids) }] : [];
		},
		perValues(valuesOf, field) {
			const variants = new Map<string, { ids: string[]; capabilities: RequestCapabilities }>();
			for (const { id, capabilities } of list) {
				const values = valuesOf(capabilities);
				if (values.length === 0) continue;
				const key = JSON.stringify(values);
				const variant = variants.get(key) ?? { ids: [], capabilities };
				variant.ids.push(id);
				variants.set(key, variant);
			}
			return [...variants.values()].map(({ ids, capabilities }) => ({
				...field(capabilities),
				...shownFor(ids),
			}));
		},
	};
}
