import type { ImageSaasSession } from '../../../providers/imageSaas/adapter';
import { defineOperation, type OperationCall, type Resource } from '../../operations/operation';

const getHealth = defineOperation({
	operation: 'getHealth',
	name: 'Get Health',
	description: 'Check whether the service is up',
	action: 'Get the health of the service',
	endpoints: ['GET /health'],
	run: async (_values, call: OperationCall<ImageSaasSession>) => [
		call.item(await call.read(({ client }) => client.health(call))),
	],
});

export const service: Resource<ImageSaasSession> = { value: 'service', name: 'Service', operations: [getHealth] };
