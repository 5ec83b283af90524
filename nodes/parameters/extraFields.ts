import type { INodeProperties } from 'n8n-workflow';
import type { ExtraField, ProviderDefinition } from '../../providers/provider';
import { providers } from '../../providers/registry';

/** Options of the request that only some providers have. */
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
