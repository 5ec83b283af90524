import { serverOperation, type ServerResource } from '../serverCall';

const getAll = serverOperation({
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many workflows',
	description: 'List workflows of the server',
	method: 'GET',
	path: '/api/workflow',
	experimental: true,
});

const create = serverOperation({
	operation: 'create',
	name: 'Create',
	action: 'Create a workflow',
	description: 'Make or run a workflow of the server',
	method: 'POST',
	path: '/api/workflow',
	experimental: true,
	isPaid: true,
	hasFreeBody: true,
});

export const workflow: ServerResource = {
	value: 'workflow',
	name: 'Workflow',
	operations: [getAll, create],
};
