import type { NanoBananaProSession } from '../../../providers/nanoBananaPro/adapter';
import { defineOperation, type Resource } from '../../operations/operation';
import { type Call, notOffered } from './call';

const getHealth = defineOperation({
	operation: 'getHealth',
	name: 'Get Health',
	description: 'Check whether the service is up',
	action: 'Get the health of the service',
	endpoints: ['GET /api/v1/health', 'GET /health'],
	run: async (_values, call: Call) => [call.item(await call.read(({ clients }) => clients.client.health(call)))],
});

const getProviders = defineOperation({
	operation: 'getProviders',
	name: 'Get Providers',
	description: 'List the model providers of a server that speaks the tasks API, without their keys',
	action: 'Get the providers of the service',
	endpoints: ['GET /api/v1/providers'],
	run: async (_values, call: Call) => {
		const found = await call.read(({ clients }) => {
			if (clients.api === 'v1.6') throw notOffered('tasks');
			return clients.client.providers(call);
		});
		return found.map((provider) => call.item(provider));
	},
});

export const service: Resource<NanoBananaProSession> = {
	value: 'service',
	name: 'Service',
	operations: [getHealth, getProviders],
};
