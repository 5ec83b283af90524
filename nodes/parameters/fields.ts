import type { INodeCredentialDescription, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Capabilities, ExtraField, ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';

/** The word for "let the provider choose" in option fields. */
export const providerDefault = '';

/** The word for "whichever provider the item names". */
export const fromInput = 'fromInput';

/** The word for "the first of a list that can". */
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

/** One provider, or a list of them. */
export function providerFields(supports: (capabilities: Capabilities) => boolean = () => true): INodeProperties[] {
	const list = providers.filter(({ capabilities }) => supports(capabilities));
	return [
		providerField(supports, [
			{
				name: 'Several, in Order',
				value: several,
				description: 'The first of a list that can do what is asked and takes it',
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
				'The preferred one first. A request goes to the next where one cannot do what is asked, is overloaded, out of quota or not there; never where it may have been paid already.',
			options: [
				{
					displayName: 'Provider',
					name: 'row',
					values: [
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
							description: "The provider's name of a model; empty for its own choice",
						},
					],
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
		{ name: 'From Input', value: fromInput, description: 'Each item says which provider its job belongs to' },
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
	description: "The provider's ID of the job; items of Image Generate bring theirs along",
};

/**
 * A credential a provider, shown with it. Where items name their provider only those they name are needed.
 * The path from the root matters: the editor hides a field on whose plain name a credential depends, taking it for
 * a choice of authentication, and nobody could choose the provider.
 */
export function credentialFields(
	choice: 'fixed' | 'several' | 'fromInput',
	list: readonly ProviderDefinition[] = providers,
): INodeCredentialDescription[] {
	return list.map(({ id, credential }) => ({
		name: credential,
		// Of those that are drawn for a list only some are needed, and n8n knows no middle way.
		required: choice === 'fixed',
		displayOptions: {
			show: { '/provider': choice === 'fixed' ? [id] : [choice === 'several' ? several : fromInput, id] },
		},
	}));
}

/** The fields of a request, each shown for the providers that take it and with the values they take. */
export function requestFields(definitions: readonly ProviderDefinition[] = providers): INodeProperties[] {
	const list = [...definitions, { id: several, capabilities: together(definitions) }];
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
		...shownFor(list, ({ models }) => models.length > 0, {
			displayName: 'Model Name or ID',
			name: 'model',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getModels', loadOptionsDependsOn: ['provider'] },
			default: providerDefault,
			description:
				'The model that makes the image. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		}),
		...perProvider(
			list,
			({ maxCount }) => [String(maxCount)],
			([most]) => ({
				displayName: 'Count',
				name: 'count',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: Number(most), numberPrecision: 0 },
				default: 1,
				description: `How many images to make in one job, at most ${most}`,
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
				description: 'Width to height; some models have only one',
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
				description: 'Length of the longer side; some models have only one',
			}),
		),
		...shownFor(list, ({ seed }) => seed, {
			displayName: 'Seed',
			name: 'seed',
			type: 'string',
			default: '',
			placeholder: 'e.g. 42',
			description: 'The same seed and prompt make the same image; empty for a random one',
		}),
	];
}

/** What a list of providers can do: whatever one of them can. The model is chosen for each by itself. */
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

/** Options of the request that only some providers know. */
export function extraFields(list: readonly ProviderDefinition[] = providers): INodeProperties[] {
	const variants = new Map<string, { extra: ExtraField; ids: string[] }>();
	for (const { id, capabilities } of list) {
		for (const extra of capabilities.extras) {
			const variant = variants.get(JSON.stringify(extra)) ?? { extra, ids: [] };
			variant.ids.push(id);
			variants.set(JSON.stringify(extra), variant);
		}
	}
	return [...variants.values()]
		.map(({ extra, ids }) => extraField(extra, ids))
		.sort((a, b) => a.displayName.localeCompare(b.displayName));
}

function extraField(extra: ExtraField, providerIds: string[]): INodeProperties {
	const common = {
		displayName: extra.displayName,
		name: extra.name,
		description: extra.description,
		default: extra.default,
		displayOptions: { show: { '/provider': providerIds } },
	};
	switch (extra.type) {
		case 'options':
			return {
				...common,
				type: 'options',
				options: extra.options.map(({ value, name, description }) => ({
					name,
					value,
					...(description ? { description } : {}),
				})),
			};
		case 'number': {
			const { min, max, integer } = extra;
			return {
				...common,
				type: 'number',
				typeOptions: {
					...(min === undefined ? {} : { minValue: min }),
					...(max === undefined ? {} : { maxValue: max }),
					numberPrecision: integer ? 0 : 3,
				},
			};
		}
		case 'text':
			return { ...common, type: 'string', ...(extra.placeholder ? { placeholder: extra.placeholder } : {}) };
		case 'boolean':
			return { ...common, type: 'boolean' };
		case 'json':
			return { ...common, type: 'json' };
	}
}

type RequestCapabilities = Pick<
	Capabilities,
	'negativePrompt' | 'seed' | 'models' | 'maxCount' | 'aspectRatios' | 'resolutions'
>;
type Drawn = ReadonlyArray<{ id: string; capabilities: RequestCapabilities }>;

const choices = (values: readonly string[]): INodePropertyOptions[] => [
	{ name: 'Default', value: providerDefault, description: "The provider's own choice" },
	...values.map((value) => ({ name: value, value })),
];

/** A field shown for the providers that can; left out where none can. */
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

export const downloadField: INodeProperties = {
	displayName: 'Download Images',
	name: 'download',
	type: 'boolean',
	default: true,
	description: 'Whether to fetch the finished images as binary data: image_0, image_1 and so on',
};

/** Options of every verb that gives finished jobs. */
export const resultOptions: INodeProperties[] = [
	{
		displayName: "Include Provider's Answer",
		name: 'includeRaw',
		type: 'boolean',
		default: false,
		description: "Whether to add the provider's own last answer as <code>raw</code>",
	},
	{
		displayName: 'Max Image Size (MB)',
		name: 'maxImageSize',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 64,
		description: 'Larger images are not downloaded',
	},
	{
		displayName: 'One Item per Image',
		name: 'splitImages',
		type: 'boolean',
		default: false,
		description: 'Whether to give each image an item of its own, its picture in image_0, instead of one item a job',
	},
];
