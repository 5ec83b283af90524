import { serverOperation, type ServerResource, text } from '../serverCall';

const getAll = serverOperation({
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many keys',
	description: 'List the keys stored on the server; the secret values are removed',
	method: 'GET',
	path: '/api/keys',
	experimental: true,
});

const create = serverOperation({
	operation: 'create',
	name: 'Create',
	action: 'Create a key',
	description: 'Store the upstream key of the credential on the server',
	method: 'POST',
	path: '/api/keys',
	experimental: true,
	hasFreeBody: true,
	withUpstream: true,
});

const deleteKey = serverOperation({
	operation: 'delete',
	name: 'Delete',
	action: 'Delete a key',
	description: 'Delete a stored key',
	method: 'DELETE',
	path: '/api/keys/{keyId}',
	experimental: true,
	fields: [text('keyId', 'Key ID', 'The stored key', { required: true })],
});

export const key: ServerResource = {
	value: 'key',
	name: 'Key',
	operations: [getAll, create, deleteKey],
};
