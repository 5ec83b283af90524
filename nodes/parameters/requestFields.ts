import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Capabilities, ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';
import { several } from './providerFields';

/** Value of an option field if the provider chooses. */
export const providerDefault = '';

/** The fields of a request, each shown for the providers that support it, with the values they support. */
export function requestFields(definitions: readonly ProviderDefinition[] = providers): INodeProperties[] {
	const list = [...definitions, { id: several, capabilities: together(definitions) }];
	return [...promptFields(list), ...choiceFields(list), ...seedField(list)];
}

function promptFields(list: Drawn): INodeProperties[] {
	return [
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			placeholder: 'e.g. A photorealistic cat sitting on a couch',
			description: 'What the image should show',
		},
		...shownFor(list, ({ negativePrompt }) => negativePrompt, {
			displayName: 'Negative Prompt',
			name: 'negativePrompt',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. blurry, low quality',
			description: 'What the image should not show',
		}),
	];
}

function choiceFields(list: Drawn): INodeProperties[] {
	return [
		...shownFor(list, ({ models }) => models.length > 0, {
			displayName: 'Model Name or ID',
			name: 'model',
			// The rule does not see joined strings; editorTexts.test.ts checks the result.
			// eslint-disable-next-line n8n-nodes-base/node-param-description-missing-from-dynamic-options
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getModels', loadOptionsDependsOn: ['provider'] },
			default: providerDefault,
			description:
				'The model that makes the image. Choose from the list, or specify an ID using an ' +
				'<a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		}),
		...perProvider(
			list,
			({ maxCount }) => [String(maxCount)],
			([maxCount]) => ({
				displayName: 'Count',
				name: 'count',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: Number(maxCount), numberPrecision: 0 },
				default: 1,
				description: `How many images to make in one job, at most ${maxCount}`,
			}),
		),
		...perProvider(
			list,
			({ aspectRatios }) => aspectRatios,
			(ratios) => ({
				displayName: 'Aspect Ratio',
				name: 'aspectRatio',
				type: 'options',
				options: choices(ratios),
				default: providerDefault,
				description: 'Ratio of width to height; some models support only one ratio',
			}),
		),
		...perProvider(
			list,
			({ resolutions }) => resolutions,
			(resolutions) => ({
				displayName: 'Resolution',
				name: 'resolution',
				type: 'options',
				options: choices(resolutions),
				default: providerDefault,
				description: 'Length of the longer side; some models support only one length',
			}),
		),
	];
}

function seedField(list: Drawn): INodeProperties[] {
	return shownFor(list, ({ seed }) => seed, {
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
	};
}

type RequestCapabilities = Pick<
	Capabilities,
	'negativePrompt' | 'seed' | 'models' | 'maxCount' | 'aspectRatios' | 'resolutions'
>;
/** The data of providers that decide how fields are shown. */
type Drawn = ReadonlyArray<{ id: string; capabilities: RequestCapabilities }>;

const choices = (values: readonly string[]): INodePropertyOptions[] => [
	{ name: 'Default', value: providerDefault, description: "The provider's own choice" },
	...values.map((value) => ({ name: value, value })),
];

/** A field shown for the providers that support it; left out if no provider does. */
function shownFor(
	list: Drawn,
	supports: (capabilities: RequestCapabilities) => boolean,
	field: INodeProperties,
): INodeProperties[] {
	const ids = list.filter(({ capabilities }) => supports(capabilities)).map(({ id }) => id);
	return ids.length > 0 ? [{ ...field, displayOptions: { show: { provider: ids } } }] : [];
}

/** A field whose values differ by provider: one variant for all providers with the same values. */
function perProvider(
	list: Drawn,
	valuesOf: (capabilities: RequestCapabilities) => readonly string[],
	field: (values: readonly string[]) => INodeProperties,
): INodeProperties[] {
	const variants = new Map<string, { ids: string[]; values: readonly string[] }>();
	for (const { id, capabilities } of list) {
		const values = valuesOf(capabilities);
		if (values.length === 0) continue;
		const variant = variants.get(values.join()) ?? { ids: [], values };
		variant.ids.push(id);
		variants.set(values.join(), variant);
	}
	return [...variants.values()].map(({ ids, values }) => ({
		...field(values),
		displayOptions: { show: { provider: ids } },
	}));
}
