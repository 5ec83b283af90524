import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';

/** Reads a parameter of an item. */
export interface ParameterReader {
	getNodeParameter(name: string, itemIndex: number, fallback: unknown): unknown;
}

/**
 * Reads the parameters of many items. n8n needs up to a millisecond for each value. A parameter without an expression
 * is read only once, because its value is the same for all items.
 */
export function readerOf(context: Pick<IExecuteFunctions, 'getNode' | 'getNodeParameter'>): ParameterReader {
	const { parameters } = context.getNode();
	const constants = new Map<string, unknown>();
	return {
		getNodeParameter: (name, itemIndex, fallback) => {
			if (constants.has(name)) return constants.get(name);
			const value: unknown = context.getNodeParameter(name, itemIndex, fallback as object);
			if (!hasExpression(parameters[name])) constants.set(name, value);
			return value;
		},
	};
}

function hasExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/** A text field of an item, trimmed. An expression may give a number or boolean; any other value counts as empty. */
export function textParameter(
	context: ParameterReader | Pick<IExecuteFunctions, 'getNodeParameter'>,
	name: string,
	itemIndex: number,
): string {
	const value: unknown = context.getNodeParameter(name, itemIndex, '');
	return typeof value === 'string'
		? value.trim()
		: typeof value === 'number' || typeof value === 'boolean'
			? String(value)
			: '';
}

/** Max Wait in ms. Throws an n8n error if it is not a number of seconds above 0. */
export function readMaxWait(context: IExecuteFunctions, itemIndex: number, preset: number): number {
	const seconds = Number(context.getNodeParameter('maxWait', itemIndex, preset));
	if (seconds > 0 && Number.isFinite(seconds)) return seconds * 1000;
	throw new NodeOperationError(context.getNode(), `Max Wait is ${seconds}; a number of seconds above 0 is allowed`, {
		itemIndex,
	});
}

/** The names in the value of a parameter: separated by commas, or an array. */
export function namesIn(value: unknown): string[] {
	return (Array.isArray(value) ? (value as unknown[]) : [value])
		.flatMap((entry) => (typeof entry === 'string' ? entry.split(',') : []))
		.map((name) => name.trim())
		.filter((name) => name !== '');
}
