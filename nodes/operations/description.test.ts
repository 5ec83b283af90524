import { runInNewContext } from 'node:vm';
import { operationProperties, operationSubtitle } from './description';
import { textField } from './field';
import { defineOperation, type Resource } from './operation';

const idField = textField({
	displayName: 'ID',
	name: 'id',
	type: 'string',
	default: '',
	displayOptions: { show: { byId: [true] } },
});

const operation = (name: string, experimental = false) =>
	defineOperation({
		operation: name.toLowerCase(),
		name,
		description: `${name} it`,
		action: `${name} a job`,
		endpoints: [],
		...(experimental ? { experimental } : {}),
		fields: [idField],
		run: async ({ id }, call) => [call.item({ id })],
	});

const resources: readonly Resource[] = [
	{ value: 'job', name: 'Job', operations: [operation('Stop'), operation('Cancel', true)] },
];

const properties = operationProperties(resources);

it('the first resource and its first operation are the defaults, and lists are in alphabetical order', () => {
	const [resource, ofJob] = properties;
	expect(resource).toMatchObject({ default: 'job', options: [{ value: 'endpoint' }, { value: 'job' }] });
	expect(ofJob).toMatchObject({ default: 'stop', options: [{ value: 'cancel' }, { value: 'stop' }] });
});

it('a field is shown with its operation only, under its own conditions too', () => {
	expect(properties.filter(({ name }) => name === 'id').map(({ displayOptions }) => displayOptions)).toEqual([
		{ show: { byId: [true], resource: ['job'], operation: ['stop'] } },
		{ show: { byId: [true], resource: ['job'], operation: ['cancel'] } },
	]);
});

it('an operation that the document only guesses has a note about it', () => {
	expect(properties[1]?.options?.[0]).toMatchObject({
		name: 'Cancel (Experimental)',
		description: 'Cancel it. The document only guesses that this exists.',
	});
});

it('the subtitle is the action in words, for every operation and the health of the endpoints', () => {
	const code = /^=\{\{ (.+) \}\}$/.exec(operationSubtitle(resources))?.[1] ?? '';
	const subtitle = ($parameter: object): unknown => runInNewContext(code, { $parameter });
	expect(subtitle({ resource: 'job', operation: 'cancel' })).toBe('Cancel a job');
	expect(subtitle({ resource: 'endpoint', operation: 'getHealth' })).toBe('Get the health of the endpoints');
});
