import type { AiBatchSession } from '../../providers/aiBatch/adapter';
import { type Field, jsonField, type Property, textField, type Values, valuesOf } from '../operations/field';
import { optionalFileField } from '../operations/fields';
import type { Operation, OperationDescription, Resource } from '../operations/operation';
import type { ServerCall } from './serverRequest';

/** An operation that is one call of the document. */
export type ServerOperation = Operation<AiBatchSession> & ServerCall;

export interface ServerResource extends Resource<AiBatchSession> {
	operations: readonly ServerOperation[];
}

/** The names in `/a/{x}/b/{y}`. */
type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

type Upstream = AiBatchSession['upstream'] | Record<string, never>;

interface Given<Path extends string, F extends Field> extends ServerCall, Omit<OperationDescription, 'endpoints'> {
	/** Every `{param}` must be the name of a field. */
	path: Path & ([NamesIn<Path>] extends [F['name']] ? unknown : never);
	fields?: readonly F[];
	/** An empty value is left out. */
	query?: (values: Values<F>) => Record<string, string>;
	/** The body's own fields; an empty field is left out. */
	body?: (values: Values<F>, upstream: Upstream) => Record<string, unknown>;
	images?: (values: Values<F>) => number;
}

/** A call of the document as an operation, with the endpoints that it reaches. */
export function serverOperation<const Path extends string, F extends Field = never>(
	given: Given<Path, F>,
): ServerOperation {
	const { fields = [], query, body, images, ...shown } = given;
	const { method, path, alternativePath, takesFile, hasFreeBody } = shown;
	const paths = [path, ...(alternativePath ? [alternativePath] : [])];
	return {
		...shown,
		endpoints: paths.map((one) => `${method} ${asDocumented(one)}`),
		fields: [...fields, ...(takesFile ? fileFields : []), ...(hasFreeBody ? [freeBodyField] : [])],
		run: async (call) => {
			const { runServerCall, withValues } = await import('./runServerCall');
			const values = valuesOf(fields, call);
			const attached = takesFile ? valuesOf(fileFields, call) : undefined;
			const free = hasFreeBody ? valuesOf([freeBodyField], call) : undefined;
			const bodyWith = (upstream: Upstream) => ({
				...(shown.withUpstream ? upstream : {}),
				...free?.bodyJson,
				...filled(body?.(values, upstream) ?? {}),
			});
			return await runServerCall(call, shown, {
				paths: [withValues(path, values), alternativePath && withValues(alternativePath, values)],
				query: query && filled(query(values)),
				body: bodyWith({}),
				bodyWithKeys: bodyWith(call.endpoint.session.upstream),
				file: attached?.file,
				formField: attached?.formField || 'image',
				images: images?.(values) ?? 1,
			});
		},
	};
}

const freeBodyField = jsonField({
	displayName: 'Body (JSON)',
	name: 'bodyJson',
	type: 'json',
	default: '{}',
	description: 'Fields of the request as a JSON object; the document does not list them',
});

const fileFields = [
	optionalFileField,
	textField({
		displayName: 'Name of the Form Field',
		name: 'formField',
		type: 'string',
		default: 'image',
		description: 'Name of the form field that holds the file',
	}),
] as const;

/** The document writes `{batch_id}`; our field is called `batchId`. */
const asDocumented = (path: string) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function filled<T>(values: Record<string, T>): Record<string, T> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

/** A text field. */
export function text<Name extends string>(
	name: Name,
	displayName: string,
	description: string,
	more: Partial<Property<Name>> = {},
): Field<Name, string> {
	return textField({ displayName, name, type: 'string', default: '', description, ...more });
}
