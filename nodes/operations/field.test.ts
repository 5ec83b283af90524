import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import {
	booleanField,
	collectionField,
	jsonField,
	namesField,
	numberField,
	promptsField,
	textField,
	valuesOf,
} from './field';
import { limitField, optionalFileField } from './fields';

/** An item with these parameters. */
const item = (parameters: IDataObject, binary = {}) => ({
	context: {
		getNodeParameter: (name: string, _itemIndex: number, fallback: unknown) => parameters[name] ?? fallback,
		getInputData: () => [{ json: {}, binary }],
		helpers: {},
	} as unknown as IExecuteFunctions,
	itemIndex: 0,
});

const prompt = textField({ displayName: 'Prompt', name: 'prompt', type: 'string', required: true, default: '' });
const style = textField({ displayName: 'Style', name: 'style', type: 'string', default: '' });
const seed = numberField({ displayName: 'Seed', name: 'seed', type: 'number', default: 7 });
const raw = booleanField({ displayName: 'Raw', name: 'raw', type: 'boolean', default: false });
const extra = jsonField({ displayName: 'Extra', name: 'extra', type: 'json', default: '{}' });

it('values have the names and types of their fields', () => {
	const values = valuesOf([prompt, style, seed, raw, extra], item({ prompt: ' A cat ', extra: '{"a":1}' }));
	const text: string = values.prompt;
	const flag: boolean = values.raw;
	// @ts-expect-error -- a field that the operation does not declare
	expect(values.other).toBeUndefined();
	expect([text, flag]).toEqual(['A cat', false]);
	expect(values).toEqual({ prompt: 'A cat', style: '', seed: 7, raw: false, extra: { a: 1 } });
});

it('a text that an expression made a number is a text', () => {
	expect(valuesOf([prompt], item({ prompt: 12 }))).toEqual({ prompt: '12' });
});

it.each([
	['a required text that is blank', prompt, { prompt: ' ' }, 'Prompt is empty'],
	['JSON that is an array', extra, { extra: '[1]' }, 'Extra is not a JSON object'],
	['a limit of 0', limitField, { limit: 0 }, 'Limit is 0; a number from 1 is allowed'],
	[
		'a binary field that is missing',
		optionalFileField,
		{ binaryField: 'logo' },
		'The item has no binary field "logo"',
	],
])('%s is an error that names the field, and nothing was sent', (_case, field, parameters, message) => {
	expect(() => valuesOf([field], item(parameters))).toThrow(
		expect.objectContaining({ code: 'invalidRequest', delivery: 'notSent', message }) as Error,
	);
});

it('Return All wins over Limit', () => {
	expect(valuesOf([limitField], item({ returnAll: true, limit: 3 })).limit).toBe(Infinity);
	expect(valuesOf([limitField], item({ limit: 3 })).limit).toBe(3);
	expect(valuesOf([limitField], item({})).limit).toBe(50);
});

it('a collection holds only what the user added', () => {
	const options = collectionField(
		{ displayName: 'Options', name: 'options', type: 'collection', placeholder: 'Add option', default: {} },
		[style, seed, raw],
	);
	expect(options.properties[0]?.options).toHaveLength(3);
	expect(valuesOf([options], item({}))).toEqual({ options: {} });
	expect(valuesOf([options], item({ options: { style: ' oil ', raw: false } }))).toEqual({
		options: { style: 'oil', raw: false },
	});
});

it.each([
	['lines', 'A lake\n\n Street art ', ['A lake', 'Street art']],
	['JSON', '["A lake", " ", "Street art"]', ['A lake', 'Street art']],
	['an array', ['A lake', 3], ['A lake']],
])('prompts come from %s', (_form, given, expected) => {
	const prompts = promptsField({ displayName: 'Prompts', name: 'prompts', type: 'string', default: '' });
	expect(valuesOf([prompts], item({ prompts: given })).prompts).toEqual(expected);
	expect(() => valuesOf([prompts], item({ prompts: ' \n ' }))).toThrow('Prompts is empty');
});

it('names come from a text with commas or from an array, and a required list is not empty', () => {
	const ids = namesField({ displayName: 'IDs', name: 'ids', type: 'string', required: true, default: '' });
	expect(valuesOf([ids], item({ ids: 'a, b,,' })).ids).toEqual(['a', 'b']);
	expect(valuesOf([ids], item({ ids: ['a', 'b, c'] })).ids).toEqual(['a', 'b', 'c']);
	expect(() => valuesOf([ids], item({ ids: ' ,' }))).toThrow('IDs is empty');
});
