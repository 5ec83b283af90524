import type { JimengSession } from '../../../providers/jimeng/adapter';
import { defineOperation, type OperationCall, type Resource } from '../../operations/operation';

const getAll = defineOperation({
	operation: 'getAll',
	name: 'Get Many',
	description: 'List the models that the server offers',
	action: 'Get many models',
	endpoints: ['GET /v1/models'],
	run: async (_values, call: OperationCall<JimengSession>) => {
		const models = await call.read(({ client }) => client.models(call));
		return models.map((id) => call.item({ id }));
	},
});

export const model: Resource<JimengSession> = { value: 'model', name: 'Model', operations: [getAll] };
