import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { parseJson } from '../../http/json';
import { ImageError } from '../../model/errors';
import { textParameter } from '../parameters/parameters';

/** The source of a field's value: the parameters of one item. */
export interface FieldSource {
	context: IExecuteFunctions;
	itemIndex: number;
	/** A parameter's value; `fallback` if the workflow has none. */
	parameter: (name: string, fallback: unknown) => unknown;
}

/** A field of an operation: how the editor shows it, and how the value of an item is read. */
export interface Field<Name extends string = string, Value = unknown> {
	/** The operation's `run` receives the value under this name. */
	name: Name;
	/** The editor's fields. Workflows save their names and defaults. */
	properties: readonly INodeProperties[];
	/** Throws `invalidRequest` that names the field. */
	read: (source: FieldSource) => Value;
}

/** The values of fields, by their names. */
export type Values<F extends Field> = { [Each in F as Each['name']]: ReturnType<Each['read']> };

/** A property whose name TypeScript knows. */
export type Property<Name extends string> = Omit<INodeProperties, 'name'> & { name: Name };

/** Reads the values of an item before anything is sent for it. Throws if a value is invalid. */
export function valuesOf<F extends Field>(
	fields: readonly F[],
	{ context, itemIndex }: Pick<FieldSource, 'context' | 'itemIndex'>,
): Values<F> {
	const source: FieldSource = {
		context,
		itemIndex,
		parameter: (name, fallback): unknown => context.getNodeParameter(name, itemIndex, fallback as object),
	};
	return Object.fromEntries(fields.map((field) => [field.name, field.read(source)])) as Values<F>;
}

/**
 * A text or a choice, trimmed.
 * @param isRequired whether an empty value is an error although the editor does not mark the field as required
 */
export function textField<Name extends string>(
	property: Property<Name>,
	{ isRequired = property.required ?? false } = {},
): Field<Name, string> {
	return {
		name: property.name,
		properties: [property],
		read: ({ parameter, itemIndex }) => {
			const reader = {
				getNodeParameter: (name: string, _item: number, fallback: unknown) => parameter(name, fallback),
			};
			const text = textParameter(reader, property.name, itemIndex);
			if (isRequired && text === '') throw invalid(`${property.displayName} is empty`);
			return text;
		},
	};
}

/** A value that is on or off. */
export function booleanField<Name extends string>(property: Property<Name>): Field<Name, boolean> {
	return {
		name: property.name,
		properties: [property],
		read: ({ parameter }) => Boolean(parameter(property.name, property.default)),
	};
}

/** A number, unchanged from the workflow. */
export function numberField<Name extends string>(property: Property<Name>): Field<Name, number> {
	return {
		name: property.name,
		properties: [property],
		read: ({ parameter }) => parameter(property.name, property.default) as number,
	};
}

/** A JSON object; an empty value is `{}`. */
export function jsonField<Name extends string>(property: Property<Name>): Field<Name, Record<string, unknown>> {
	return {
		name: property.name,
		properties: [property],
		read: ({ parameter }) => {
			const value = parameter(property.name, {});
			if (value === '' || value === null || value === undefined) return {};
			const object = typeof value === 'string' ? parseJson(value) : value;
			if (typeof object === 'object' && object !== null && !Array.isArray(object))
				return object as Record<string, unknown>;
			throw invalid(`${property.displayName} is not a JSON object`, 'Write it as {"name": value}');
		},
	};
}

/** Names separated by commas, or an array from an expression. */
export function namesField<Name extends string>(property: Property<Name>): Field<Name, string[]> {
	return {
		name: property.name,
		properties: [property],
		read: ({ parameter }) => {
			const names = namesIn(parameter(property.name, ''));
			if (property.required && names.length === 0)
				throw invalid(`${property.displayName} is empty`, 'Separate IDs by commas');
			return names;
		},
	};
}

function namesIn(value: unknown): string[] {
	return (Array.isArray(value) ? (value as unknown[]) : [value])
		.flatMap((entry) => (typeof entry === 'string' ? entry.split(',') : []))
		.map((name) => name.trim())
		.filter((name) => name !== '');
}

/** Prompts, one per line, or an array from an expression; the array may also be written as JSON. Never empty. */
export function promptsField<Name extends string>(property: Property<Name>): Field<Name, string[]> {
	return {
		name: property.name,
		properties: [property],
		read: ({ parameter }) => {
			const value = parameter(property.name, '');
			const parsed: unknown = typeof value === 'string' ? parseJson(value) : value;
			const lines = typeof value === 'string' ? value.split('\n') : [];
			const prompts = (Array.isArray(parsed) ? (parsed as unknown[]) : lines).flatMap((prompt) =>
				typeof prompt === 'string' && prompt.trim() !== '' ? [prompt.trim()] : [],
			);
			if (prompts.length === 0) throw invalid(`${property.displayName} is empty`, 'Write one prompt per line');
			return prompts;
		},
	};
}

/** A collection of optional fields. Its value contains only the fields that the user added. */
export function collectionField<Name extends string, Member extends Field>(
	property: Property<Name>,
	members: readonly Member[],
): Field<Name, Partial<Values<Member>>> {
	return {
		name: property.name,
		properties: [{ ...property, options: members.flatMap(({ properties }) => properties) }],
		read: (source) => {
			const added = (source.parameter(property.name, {}) ?? {}) as Record<string, unknown>;
			const inside: FieldSource = { ...source, parameter: (name, fallback) => added[name] ?? fallback };
			return Object.fromEntries(
				members
					.filter(({ name }) => added[name] !== undefined)
					.map((member) => [member.name, member.read(inside)]),
			) as Partial<Values<Member>>;
		},
	};
}

/** The error of an invalid value; nothing was sent. */
export function invalid(message: string, hint?: string): ImageError {
	return new ImageError('invalidRequest', { message, delivery: 'notSent', ...(hint === undefined ? {} : { hint }) });
}
