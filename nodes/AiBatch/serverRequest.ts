import type { AiBatchSession } from '../../providers/aiBatch/adapter';
import type { OperationCall } from '../operations/operation';
import type { InputFile } from '../pictures/inputFile';

export type Call = OperationCall<AiBatchSession>;

/** One call of the document: how it is sent. */
export interface ServerCall {
	method: 'GET' | 'POST' | 'PUT' | 'DELETE';
	/** `{param}` is replaced by the value of the field with that name. */
	path: string;
	/** The path of the same call in other releases. */
	alternativePath?: string;
	/** Adds the field *Body (JSON)*; its fields go into the body unchanged. */
	hasFreeBody?: boolean;
	/** Can send a file of the item. The body's fields are then fields of the form. */
	takesFile?: boolean;
	/** Sends the upstream of the credential and its key. */
	withUpstream?: boolean;
	/** Whether the upstream may charge for it. */
	isPaid?: boolean;
	/** Statuses other than 2xx that also count as success. */
	accept?: readonly number[];
}

/** What one item sends. */
export interface ServerRequest {
	/** The paths to call. The second is called only if the server does not have the first. */
	paths: readonly [string, string | undefined];
	query: Record<string, string> | undefined;
	/** The body without keys. */
	body: Record<string, unknown>;
	/** The body with the upstream of the credential and its key. */
	bodyWithKeys: Record<string, unknown>;
	file: InputFile | undefined;
	/** Name of the file's part in the form. */
	formField: string;
	/** Number of images that it may make, for the budget. */
	images: number;
}
