import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { Endpoint } from '../../jobs/endpoint/endpoint';
import { ImageError } from '../../model/errors';
import type { Session } from '../../providers/provider';
import type { PaidOperations } from './paid';

/** One item's call of an operation. */
export interface OperationCall<S extends Session> {
	context: IExecuteFunctions;
	endpoint: Endpoint<S>;
	itemIndex: number;
	signal: AbortSignal | undefined;
	/** For what costs money. */
	paid: PaidOperations;
}

/** What an operation of a provider node is to the editor. */
export interface OperationDescription {
	resource: string;
	/** Value of the `operation` parameter; saved workflows depend on it. */
	operation: string;
	/** As the drop-down shows it, e.g. `Get Many`. */
	name: string;
	description: string;
	/** As the node panel lists it, e.g. `Get many jobs`. */
	action: string;
	/**
	 * The endpoints of the provider's document it reaches, as `METHOD /path/{param}`. docs/coverage.md is checked
	 * against it.
	 */
	endpoints: readonly string[];
	/** Fields shown with this operation only; `displayOptions` are added. */
	fields?: readonly INodeProperties[];
	/** The document only guesses that this exists. */
	experimental?: boolean;
}

/** What an operation does; loaded with the node's first execution. Throws ImageError. */
export type OperationRun<S extends Session> = (call: OperationCall<S>) => Promise<INodeExecutionData[]>;

/** A failure after something had come: an item that goes on with its error has it as `details.came`. */
export class PartialAnswer extends ImageError {
	constructor(
		error: ImageError,
		readonly came: IDataObject,
	) {
		const { code, message, hint, retryable, httpStatus, retryAfterMs, delivery, outcome } = error;
		super(code, { message, hint, retryable, httpStatus, retryAfterMs, delivery, outcome, cause: error });
	}
}

export interface Resource {
	value: string;
	name: string;
}

/** What every provider node can tell of its credential without asking anybody. */
export const endpointHealth: OperationDescription = {
	resource: 'endpoint',
	operation: 'getHealth',
	name: 'Get Health',
	description:
		'How the endpoints of the credential stand: in use or left alone after failures, jobs in flight, requests that wait. Nothing is sent.',
	action: 'Get the health of the endpoints',
	endpoints: [],
};

/**
 * The `resource`, `operation` and further parameters of a provider node, from its table of operations. The first
 * operation of a resource is its default.
 */
export function operationFields(own: readonly Resource[], table: readonly OperationDescription[]): INodeProperties[] {
	const resources = [...own, { value: endpointHealth.resource, name: 'Endpoint' }];
	const operations = [...table, endpointHealth];
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources.map(({ name, value }) => ({ name, value })).sort(byName),
			default: resources[0]?.value ?? '',
		},
		...resources.map(({ value: resource }): INodeProperties => {
			const own = operations.filter((operation) => operation.resource === resource);
			return {
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: [resource] } },
				options: own
					.map(({ operation, name, description, action, experimental }) => ({
						name: experimental ? `${name} (Experimental)` : name,
						value: operation,
						action,
						description: experimental
							? `${description}. The document only guesses that this exists.`
							: description,
					}))
					.sort(byName),
				default: own[0]?.operation ?? '',
			};
		}),
		...operations.flatMap(({ resource, operation, fields = [] }) =>
			fields.map(
				(field): INodeProperties => ({
					...field,
					displayOptions: {
						...field.displayOptions,
						show: { ...field.displayOptions?.show, resource: [resource], operation: [operation] },
					},
				}),
			),
		),
	];
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
