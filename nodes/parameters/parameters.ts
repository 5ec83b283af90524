import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { ImageError } from '../../model/errors';
import { imageFieldName } from '../../model/imageName';

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

/** Max Wait in ms, or another field of seconds. Throws an n8n error if it is not a number of seconds above 0. */
export function readMaxWait(
	context: IExecuteFunctions,
	itemIndex: number,
	preset: number,
	{ path, label } = { path: 'maxWait', label: 'Max Wait' },
): number {
	const seconds = Number(context.getNodeParameter(path, itemIndex, preset));
	if (seconds > 0 && Number.isFinite(seconds)) return seconds * 1000;
	throw new NodeOperationError(context.getNode(), `${label} is ${seconds}; a number of seconds above 0 is allowed`, {
		itemIndex,
	});
}

/**
 * The name of the images' binary fields, from the option *Output Field Name*. Throws `invalidRequest` if n8n's
 * expressions could not use it.
 */
export function binaryFieldOf({ binaryField }: { binaryField?: unknown }): string {
	const name = typeof binaryField === 'string' ? binaryField.trim() : '';
	if (binaryField === undefined || binaryField === null || name === '') return imageFieldName;
	if (/^[A-Za-z_][\w-]{0,99}$/.test(name)) return name;
	throw new ImageError('invalidRequest', {
		message: `Output Field Name is "${name}"; letters, digits, _ and - are allowed, and a letter or _ comes first`,
		delivery: 'notSent',
	});
}

/** The names in the value of a parameter: separated by commas, or an array. */
export function namesIn(value: unknown): string[] {
	return (Array.isArray(value) ? (value as unknown[]) : [value])
		.flatMap((entry) => (typeof entry === 'string' ? entry.split(',') : []))
		.map((name) => name.trim())
		.filter((name) => name !== '');
}
