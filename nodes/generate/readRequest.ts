import type { IExecuteFunctions } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import type { Extra, ImageRequest } from '../../model/request';
import { parseJson } from '../../http/json';
import type { ExtraField, ProviderDefinition } from '../../providers/provider';
import { textParameter } from '../parameters/parameters';
import { formField, type MovedField, pathOf } from '../parameters/formFields';
import type { GenerateOptions } from './task';

/** The request of one item, from the fields of the node. An empty field is left out of the request. */
export function readRequest(
	context: IExecuteFunctions,
	provider: ProviderDefinition,
	itemIndex: number,
	options: GenerateOptions,
): ImageRequest {
	const text = (name: string) => textParameter(context, name, itemIndex);
	const moved = (field: MovedField) => text(pathOf(context, field));
	const model = text('model');
	const negativePrompt = moved('negativePrompt');
	const aspectRatio = moved('aspectRatio');
	const resolution = moved('resolution');
	const seed = moved('seed');
	const extras = Object.fromEntries(
		provider.capabilities.extras.flatMap((field) => {
			const value = extraOf(field, options[field.name]);
			return value === undefined ? [] : [[field.name, value]];
		}),
	);
	return {
		prompt: text('prompt'),
		count: Number(formField(context, 'count', itemIndex, 1)),
		...(negativePrompt ? { negativePrompt } : {}),
		...(model ? { model } : {}),
		...(aspectRatio ? { aspectRatio } : {}),
		...(resolution ? { resolution } : {}),
		...(seed ? { seed: Number(seed) } : {}),
		...(options.referenceUrl ? { references: [{ kind: 'url' as const, url: options.referenceUrl }] } : {}),
		...(Object.keys(extras).length > 0 ? { extras } : {}),
	};
}

/** The value of an extra field in the provider's type; undefined if the field is empty. */
function extraOf({ type, displayName }: ExtraField, value: unknown): Extra | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	if (type === 'number') return Number(value);
	if (type === 'boolean') return value === true || value === 'true';
	if (type !== 'json')
		return typeof value === 'object' ? JSON.stringify(value) : `${value as string | number | boolean}`;
	const object = typeof value === 'string' ? parseJson(value) : value;
	if (typeof object === 'object' && object !== null && !Array.isArray(object))
		return object as Record<string, unknown>;
	throw new ImageError('invalidRequest', {
		message: `${displayName} is not a JSON object`,
		hint: 'Write it as {"name": value}',
		delivery: 'notSent',
	});
}
