import type { NanoBananaProSession } from '../../../providers/nanoBananaPro/adapter';
import { readJobId } from '../../../providers/nanoBananaPro/jobId';
import { namesField, textField } from '../../operations/field';
import { includeRawOption, limitField } from '../../operations/fields';
import { defineOperation, type Resource } from '../../operations/operation';
import type { Call } from './call';
import { deleteTasks } from './deleteTasks';
import { listTasks, pageSize, taskById } from './tasks';

const taskIdField = textField({
	displayName: 'Task ID',
	name: 'taskId',
	type: 'string',
	required: true,
	default: '={{ $json.job.id }}',
	placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000',
	description: 'ID of a task, or of a job of Image Generate',
});

const getAll = defineOperation({
	operation: 'getAll',
	name: 'Get Many',
	description: 'List the tasks of the history, newest first',
	action: 'Get many tasks',
	endpoints: ['GET /api/v1/history', 'GET /api/v1/images'],
	fields: [limitField, includeRawOption],
	run: async ({ limit, options }, call: Call) => {
		const tasks = await listTasks(call, limit, ({ clients }, page) =>
			clients.api === 'v1.6'
				? clients.client.history({ page, pageSize }, call)
				: clients.client.images({ page, page_size: pageSize }, call),
		);
		return await call.jobItems(tasks, options);
	},
});

const get = defineOperation({
	operation: 'get',
	name: 'Get',
	description: 'Get a task of the history with all its images',
	action: 'Get a task',
	endpoints: ['GET /api/v1/history/{id}', 'GET /api/v1/tasks/{task_id}'],
	fields: [taskIdField, includeRawOption],
	run: async ({ taskId, options }, call: Call) =>
		await call.jobItems([await taskById(call, taskId, (client, id) => client.detail(id, call))], options),
});

const getStatus = defineOperation({
	operation: 'getStatus',
	name: 'Get Status',
	description: 'Get the status and the progress of a task',
	action: 'Get the status of a task',
	endpoints: ['GET /api/v1/generate/status/{taskId}', 'GET /api/v1/tasks/{task_id}'],
	fields: [taskIdField, includeRawOption],
	run: async ({ taskId, options }, call: Call) =>
		await call.jobItems([await taskById(call, taskId, (client, id) => client.status(id, call))], options),
});

const search = defineOperation({
	operation: 'search',
	name: 'Search',
	description: 'Find tasks by words of their prompts, also Chinese words',
	action: 'Search tasks',
	endpoints: ['GET /api/v1/history/search', 'GET /api/v1/images'],
	fields: [
		textField({
			displayName: 'Keyword',
			name: 'keyword',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 油画女孩',
			description: 'The words to search for. The server separates them.',
		}),
		limitField,
		includeRawOption,
	],
	run: async ({ keyword, limit, options }, call: Call) => {
		const tasks = await listTasks(call, limit, ({ clients }, page) =>
			clients.api === 'v1.6'
				? clients.client.search({ keyword, page, pageSize }, call)
				: clients.client.images({ page, page_size: pageSize, keyword }, call),
		);
		return await call.jobItems(tasks, options);
	},
});

const deleteTask = defineOperation({
	operation: 'delete',
	name: 'Delete',
	description: 'Delete a task with its images',
	action: 'Delete a task',
	endpoints: ['DELETE /api/v1/history/{id}', 'DELETE /api/v1/images/{id}'],
	fields: [taskIdField],
	// A job of Image Generate has one task or several.
	run: async ({ taskId }, call: Call) => await deleteTasks(call, [...readJobId(taskId).taskIds]),
});

const deleteMany = defineOperation({
	operation: 'deleteMany',
	name: 'Delete Many',
	description: 'Delete several tasks with their images. An unknown ID does not stop the others.',
	action: 'Delete many tasks',
	endpoints: ['DELETE /api/v1/history/batch', 'DELETE /api/v1/images/{id}'],
	fields: [
		namesField({
			displayName: 'Task IDs',
			name: 'taskIds',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. task-001, task-002',
			description: 'Separated by commas, or an array from an expression',
		}),
	],
	run: async ({ taskIds }, call: Call) => await deleteTasks(call, taskIds),
});

export const task: Resource<NanoBananaProSession> = {
	value: 'task',
	name: 'Task',
	operations: [getAll, get, getStatus, search, deleteTask, deleteMany],
};
