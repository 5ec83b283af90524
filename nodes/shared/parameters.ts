import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';

/** A text field of an item, trimmed; an expression may give a number, and anything that is no text counts as empty. */
export function textParameter(context: Pick<IExecuteFunctions, 'getNodeParameter'>, name: string, itemIndex: number): string {
	const value: unknown = context.getNodeParameter(name, itemIndex, '');
	return typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Max Wait in ms. Throws an n8n error where it is no number of seconds above 0. */
export function readMaxWait(context: IExecuteFunctions, itemIndex: number, preset: number): number {
	const seconds = Number(context.getNodeParameter('maxWait', itemIndex, preset));
	if (seconds > 0 && Number.isFinite(seconds)) return seconds * 1000;
	throw new NodeOperationError(context.getNode(), `Max Wait is ${seconds}; a number of seconds above 0 is allowed`, { itemIndex });
}
