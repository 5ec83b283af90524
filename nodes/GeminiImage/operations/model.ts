import type { GeminiSession } from '../../../providers/gemini/adapter';
import { textField } from '../../operations/field';
import { defineOperation, type Resource } from '../../operations/operation';
import type { Call } from './call';

const getAll = defineOperation({
	operation: 'getAll',
	name: 'Get Many',
	description: 'List the models that the key may use',
	action: 'Get many models',
	endpoints: ['GET /v1beta/models'],
	run: async (_values, call: Call) => {
		const models = await call.read(({ client }) => client.models(call));
		return models.map((model) => call.item(model));
	},
});

const get = defineOperation({
	operation: 'get',
	name: 'Get',
	description: 'Get the abilities and limits of a model',
	action: 'Get a model',
	endpoints: ['GET /v1beta/models/{model}'],
	fields: [
		textField({
			displayName: 'Model Name',
			name: 'modelName',
			type: 'string',
			required: true,
			default: 'gemini-2.5-flash-image',
			placeholder: 'e.g. gemini-3-pro-image-preview',
			description: 'A name from Get Many',
		}),
	],
	run: async ({ modelName }, call: Call) => [
		call.item(await call.read(({ client }) => client.model(modelName, call))),
	],
});

export const model: Resource<GeminiSession> = { value: 'model', name: 'Model', operations: [getAll, get] };
