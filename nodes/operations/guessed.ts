import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import type { Session } from '../../providers/provider';
import type { Resource } from './operation';

/**
 * The operations that a provider's document only guesses stand behind a switch, so that the lists of the editor show
 * what the server really offers.
 *
 * n8n hides an option by its own `displayOptions`, and reports a selected option that is hidden as not supported. So
 * the switch is on by default wherever the selected operation is a guessed one: a workflow from before the switch keeps
 * its selection, and turning the switch off says what is wrong.
 */
const name = 'showGuessedOperations';

/** `displayOptions` of an option that is listed only with the switch on. */
export const behindSwitch = { displayOptions: { show: { [name]: [true] } } };

/** Whether the document only guesses every operation of a resource. */
export const isGuessed = <S extends Session>({ operations }: Resource<S>): boolean =>
	operations.every(({ experimental }) => experimental === true);

/**
 * When the list of a resource's operations is shown. n8n's node panel makes its actions from the lists whose condition
 * names the resource. It does not read a condition like this one, so guessed operations are no actions.
 */
export const showOperationsOf = <S extends Session>(resource: Resource<S>): IDisplayOptions => ({
	show: { resource: isGuessed(resource) ? [{ _cnd: { eq: resource.value } }] : [resource.value] },
});

/** The switch, for each default; nothing if no operation is guessed. */
export function guessedSwitch<S extends Session>(resources: readonly Resource<S>[]): INodeProperties[] {
	const guessed = resources.filter(isGuessed).map(({ value }) => value);
	const mixed = resources
		.filter((resource) => !isGuessed(resource))
		.map(({ value, operations }) => ({
			value,
			operations: operations.filter(({ experimental }) => experimental).map(({ operation }) => operation),
		}))
		.filter(({ operations }) => operations.length > 0);
	if (guessed.length === 0 && mixed.length === 0) return [];
	const others = resources
		.map(({ value }) => value)
		.filter((value) => !guessed.includes(value) && !mixed.some((one) => one.value === value));
	return [
		...(others.length > 0 ? [{ ...off, displayOptions: { show: { resource: others } } }] : []),
		...(guessed.length > 0 ? [{ ...on, displayOptions: { show: { resource: guessed } } }] : []),
		...mixed.flatMap(({ value, operations }) => [
			{ ...off, displayOptions: { show: { resource: [value] }, hide: { operation: operations } } },
			{ ...on, displayOptions: { show: { resource: [value], operation: operations } } },
		]),
	];
}

const off: INodeProperties = {
	displayName: 'Show Guessed Operations',
	name,
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description:
		"Whether to list also the operations that the provider's document only guesses; your server may not offer them",
};

const on: INodeProperties = { ...off, default: true };
