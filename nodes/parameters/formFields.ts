import type { IExecuteFunctions } from 'n8n-workflow';
import { readMaxWait } from './parameters';
import { isFirstForm } from './versions';

/**
 * The fields that version 1 has at the top of the form and version 1.1 has among the options. They are read here and
 * nowhere else.
 */
export type MovedField = 'aspectRatio' | 'count' | 'download' | 'negativePrompt' | 'resolution' | 'seed' | 'strength';

type Context = Pick<IExecuteFunctions, 'getNode' | 'getNodeParameter'>;

/** Path of a field in the form of this node. */
export function pathOf(context: Pick<Context, 'getNode'>, field: MovedField): string {
	return isFirstForm(context.getNode()) ? field : `options.${field}`;
}

export function formField(context: Context, field: MovedField, itemIndex: number, fallback: unknown): unknown {
	return context.getNodeParameter(pathOf(context, field), itemIndex, fallback as object);
}

/**
 * *Max Wait* of an item in ms, or *Max Time to Submit* of an item that does not wait. Throws an n8n error if it is not
 * a number of seconds above 0.
 */
export function formMaxWait(context: IExecuteFunctions, itemIndex: number, wait: boolean): number {
	const isOption = !isFirstForm(context.getNode()) && !wait;
	return isOption
		? readMaxWait(context, itemIndex, 300, { path: 'options.maxWait', label: 'Max Time to Submit' })
		: readMaxWait(context, itemIndex, 300);
}
