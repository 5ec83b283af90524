import type { ZImageSession } from '../../../providers/zImage/adapter';
import { defineOperation, type Resource } from '../../operations/operation';
import type { Call } from './answers';

const getHealth = defineOperation({
	operation: 'getHealth',
	name: 'Get Health',
	description: 'Check whether the service is healthy',
	action: 'Get the health of the service',
	endpoints: ['GET /health'],
	run: async (_values, call: Call) => [call.item(await call.read(({ client }) => client.health(call)))],
});

const getStatus = defineOperation({
	operation: 'getStatus',
	name: 'Get Status',
	description: 'Check whether the API runs',
	action: 'Get the status of the service',
	endpoints: ['GET /'],
	run: async (_values, call: Call) => [call.item(await call.read(({ client }) => client.root(call)))],
});

export const service: Resource<ZImageSession> = {
	value: 'service',
	name: 'Service',
	operations: [getHealth, getStatus],
};
