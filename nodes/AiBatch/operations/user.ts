import { serverOperation, type ServerResource } from '../serverCall';

const get = serverOperation({
	operation: 'get',
	name: 'Get',
	action: 'Get the user',
	description: 'Get the profile',
	method: 'GET',
	path: '/api/user',
	experimental: true,
});

const update = serverOperation({
	operation: 'update',
	name: 'Update',
	action: 'Update the user',
	description: 'Change the profile',
	method: 'PUT',
	path: '/api/user',
	experimental: true,
	hasFreeBody: true,
});

export const user: ServerResource = {
	value: 'user',
	name: 'User',
	operations: [get, update],
};
