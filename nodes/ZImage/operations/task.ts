import type { ZImageSession } from '../../../providers/zImage/adapter';
import { textField } from '../../operations/field';
import { defineOperation, type Resource } from '../../operations/operation';
import { absoluteUrls, type Call } from './answers';

const taskIdField = textField({
	displayName: 'Task ID',
	name: 'taskId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. b0e4aaf0bfa7421b9cb94c624c7fd139',
	description: 'One image of a batch: <code>task_id</code> of Get Batch',
});

const get = defineOperation({
	operation: 'get',
	name: 'Get',
	description: 'Get the status and the result of one task',
	action: 'Get a task',
	endpoints: ['GET /v1/tasks/{task_id}'],
	fields: [taskIdField],
	run: async ({ taskId }, call: Call) => {
		const withUrl = await absoluteUrls(call);
		return [call.item(withUrl(await call.read(({ client }) => client.task(taskId, call))))];
	},
});

const cancel = defineOperation({
	operation: 'cancel',
	name: 'Cancel',
	description: 'Cancel one task, or get the final status of an ended one',
	action: 'Cancel a task',
	endpoints: ['POST /v1/tasks/{task_id}/cancel'],
	fields: [taskIdField],
	// A second cancel request changes nothing, so it may be repeated like a read request.
	run: async ({ taskId }, call: Call) => [call.item(await call.read(({ client }) => client.cancel(taskId, call)))],
});

export const task: Resource<ZImageSession> = { value: 'task', name: 'Task', operations: [get, cancel] };
