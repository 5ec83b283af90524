import type { IExecuteFunctions } from 'n8n-workflow';

/** A text field of an item, trimmed; an expression may give a number, and anything that is no text counts as empty. */
export function textParameter(context: Pick<IExecuteFunctions, 'getNodeParameter'>, name: string, itemIndex: number): string {
	const value: unknown = context.getNodeParameter(name, itemIndex, '');
	return typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
