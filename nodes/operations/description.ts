import type { INodeProperties } from 'n8n-workflow';
import type { Session } from '../../providers/provider';
import { behindSwitch, guessedSwitch, isGuessed, showOperationsOf } from './guessed';
import { endpointResource, type Operation, type Resource } from './operation';

/** A node's own resources, and the resource that all provider nodes have. */
export function withEndpoint<S extends Session>(resources: readonly Resource<S>[]): ReadonlyArray<Resource<S>> {
	return [...resources, endpointResource];
}

/** The `resource` and `operation` parameters of a provider node, and the fields of each operation. */
export function operationProperties<S extends Session>(own: readonly Resource<S>[]): INodeProperties[] {
	const resources = withEndpoint(own);
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources
				.map((one) => ({ name: one.name, value: one.value, ...(isGuessed(one) ? behindSwitch : {}) }))
				.sort(byName),
			default: resources[0]?.value ?? '',
		},
		...resources.map(operationProperty),
		...guessedSwitch(resources),
		...resources.flatMap(({ value, operations }) => operations.flatMap((operation) => fieldsOf(value, operation))),
	];
}

/** The node's subtitle. It uses the text of the node panel: `Get many jobs`. */
export function operationSubtitle<S extends Session>(own: readonly Resource<S>[]): string {
	const actions = withEndpoint(own).flatMap(({ value, operations }) =>
		operations.map(({ operation, action }): [string, string] => [`${value}:${operation}`, action]),
	);
	const table = JSON.stringify(Object.fromEntries(actions));
	return `={{ (${table})[$parameter["resource"] + ":" + $parameter["operation"]] }}`;
}

function operationProperty<S extends Session>(resource: Resource<S>): INodeProperties {
	const { operations } = resource;
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: showOperationsOf(resource),
		options: operations
			.map(({ operation, name, description, action, experimental }) => ({
				name: experimental ? `${name} (Experimental)` : name,
				value: operation,
				action,
				description: experimental ? `${description}. The document only guesses that this exists.` : description,
				...(experimental ? behindSwitch : {}),
			}))
			.sort(byName),
		default: operations[0]?.operation ?? '',
	};
}

/** The fields of one operation, shown only with this operation. */
function fieldsOf<S extends Session>(resource: string, { operation, fields }: Operation<S>): INodeProperties[] {
	return fields
		.flatMap(({ properties }) => properties)
		.map((property) => ({
			...property,
			displayOptions: {
				...property.displayOptions,
				show: { ...property.displayOptions?.show, resource: [resource], operation: [operation] },
			},
		}));
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
