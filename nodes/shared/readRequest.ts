import type { IExecuteFunctions } from 'n8n-workflow';
import type { ImageRequest } from '../../model/request';
import type { ProviderDefinition } from '../../providers/provider';
import { textParameter } from './parameters';

/** Options of Image Generate, as n8n gives them. */
export interface GenerateOptions extends Record<string, unknown> {
	idempotencyKey?: string;
	includeRaw?: boolean;
	maxImageSize?: number;
	splitImages?: boolean;
	cancelOnStop?: boolean;
	referenceUrl?: string;
}

/** The request of one item, from the fields of the node. What is empty was not asked for. */
export function readRequest(context: IExecuteFunctions, provider: ProviderDefinition, itemIndex: number, options: GenerateOptions): ImageRequest {
	const text = (name: string) => textParameter(context, name, itemIndex);
	const negativePrompt = text('negativePrompt');
	const model = text('model');
	const aspectRatio = text('aspectRatio');
	const resolution = text('resolution');
	const seed = text('seed');
	const extras = Object.fromEntries(
		provider.capabilities.extras.flatMap(({ name }) => {
			const value = options[name];
			return typeof value === 'string' && value !== '' ? [[name, value]] : [];
		}),
	);
	return {
		prompt: text('prompt'),
		count: Number(context.getNodeParameter('count', itemIndex, 1)),
		...(negativePrompt ? { negativePrompt } : {}),
		...(model ? { model } : {}),
		...(aspectRatio ? { aspectRatio } : {}),
		...(resolution ? { resolution } : {}),
		...(seed ? { seed: Number(seed) } : {}),
		...(options.referenceUrl ? { references: [{ kind: 'url' as const, url: options.referenceUrl }] } : {}),
		...(Object.keys(extras).length > 0 ? { extras } : {}),
	};
}
