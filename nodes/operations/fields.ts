import type { INodeProperties } from 'n8n-workflow';
import { optionsField } from '../parameters/commonFields';
import { readMaxWait } from '../parameters/parameters';
import { type InputFile, inputFile } from '../pictures/inputFile';
import { booleanField, collectionField, type Field, invalid } from './field';

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	displayOptions: { show: { returnAll: [false] } },
	default: 50,
	description: 'Max number of results to return',
};

/**
 * *Return All* and *Limit*, as in n8n's own nodes. The value is the maximum number of rows, Infinity for all. Throws
 * `invalidRequest` for a limit below 1.
 */
export const limitField: Field<'limit', number> = {
	name: 'limit',
	properties: [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		limit,
	],
	read: ({ parameter }) => {
		if (parameter('returnAll', false)) return Number.POSITIVE_INFINITY;
		const rows = parameter('limit', limit.default) as number;
		if (rows >= 1) return rows;
		throw invalid(`Limit is ${rows}; a number from 1 is allowed`);
	},
};

export const includeRawField = booleanField({
	displayName: "Include Provider's Answer",
	name: 'includeRaw',
	type: 'boolean',
	default: false,
	description: "Whether to add the provider's own answer as <code>raw</code>",
});

/** The collection *Options* of an operation. */
export const optionsCollection = <Member extends Field>(members: readonly Member[]) =>
	collectionField(optionsField([]), members);

/** A collection of options with only *Include Provider's Answer*. */
export const includeRawOption = optionsCollection([includeRawField]);

/** The value is in milliseconds. Throws an n8n error if the field is not a number of seconds above 0. */
export function maxWaitField(seconds: number, description: string): Field<'maxWait', number> {
	return {
		name: 'maxWait',
		properties: [
			{
				displayName: 'Max Wait (Seconds)',
				name: 'maxWait',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: seconds,
				description,
			},
		],
		read: ({ context, itemIndex }) => readMaxWait(context, itemIndex, seconds),
	};
}

/** An optional file of the incoming item. The value is undefined if no binary field is named. */
export const optionalFileField: Field<'file', InputFile | undefined> = {
	name: 'file',
	properties: [
		{
			displayName: 'Input Binary Field',
			name: 'binaryField',
			type: 'string',
			default: '',
			placeholder: 'e.g. image_0',
			description: 'The field of the incoming item that holds the file; empty to send JSON alone',
			hint: 'The name of the input binary field containing the file',
		},
	],
	read: (source) => {
		const name = source.parameter('binaryField', '');
		return typeof name === 'string' && name.trim() !== ''
			? inputFile(source.context, source.itemIndex, name.trim())
			: undefined;
	},
};
