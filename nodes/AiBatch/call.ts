import type { INodeProperties } from 'n8n-workflow';
import { inputBinaryField } from '../operations/fields';
import type { OperationDescription } from '../operations/operation';

/** One path of the document: what it is to the editor, and how it is called. */
export interface Call extends OperationDescription {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	/** `{param}` is the parameter of that name. */
	path: string;
	/** Where other releases have the same. */
	alternativePath?: string;
	/** Parameters that go into the query, by their names there. */
	query?: readonly string[];
	/** Parameters that go into the body, and what they are called there. */
	body?: Readonly<Record<string, string>>;
	/** Adds the parameter *Body (JSON)*, whose fields go into the body as they are. */
	hasFreeBody?: boolean;
	/** Takes a file of the item, where there is one; the body's fields then go along in the form. */
	takesFile?: boolean;
	/** The upstream of the credential and its key go along. */
	withUpstream?: boolean;
	/** The upstream may charge for it. */
	isPaid?: boolean;
	/** Statuses besides 2xx that are good answers. */
	accept?: readonly number[];
}

type Given = Pick<Call, 'resource' | 'operation' | 'name' | 'action' | 'description' | 'method' | 'path'> &
	Partial<Call>;

const freeBody: INodeProperties = {
	displayName: 'Body (JSON)',
	name: 'bodyJson',
	type: 'json',
	default: '{}',
	description: 'Fields of the request as a JSON object; the document does not say which there are',
};
const fileFields: INodeProperties[] = [
	{
		...inputBinaryField,
		required: false,
		default: '',
		placeholder: 'e.g. image_0',
		description: 'The field of the incoming item that holds the file; empty to send JSON alone',
	},
	{
		displayName: 'Name of the Form Field',
		name: 'formField',
		type: 'string',
		default: 'image',
		description: 'What the file is called in the form',
	},
];

/** A call with the fields and the coverage that follow from how it is sent. */
export function call(given: Given): Call {
	const { method, path, alternativePath: alternativePath, fields = [], hasFreeBody, takesFile } = given;
	return {
		...given,
		endpoints: [path, ...(alternativePath ? [alternativePath] : [])].map((one) => `${method} ${asDocumented(one)}`),
		fields: [...fields, ...(takesFile ? fileFields : []), ...(hasFreeBody ? [freeBody] : [])],
	};
}

/** The document writes `{batch_id}` where our parameter is `batchId`. */
const asDocumented = (path: string) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A text parameter. */
export const text = (
	name: string,
	displayName: string,
	description: string,
	more: Partial<INodeProperties> = {},
): INodeProperties => ({ displayName, name, type: 'string', default: '', description, ...more });
