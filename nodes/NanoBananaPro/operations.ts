import type { INodeProperties } from 'n8n-workflow';
import { includeRawOption, listFields } from '../shared/operations/fields';
import type { OperationDescription, Resource } from '../shared/operations/operation';

export const resources: readonly Resource[] = [
	{ value: 'task', name: 'Task' },
	{ value: 'image', name: 'Image' },
	{ value: 'service', name: 'Service' },
];

const taskId: INodeProperties = { displayName: 'Task ID', name: 'taskId', type: 'string', required: true, default: '={{ $json.job.id }}', placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000', description: 'ID of a task, or of a job of Image Generate' };
const lastOfUrl = (url: string) => `${url}.split("/").pop()`;
const imageId: INodeProperties = { displayName: 'Image ID', name: 'imageId', type: 'string', required: true, default: `={{ ${lastOfUrl('$json.images[0].url')} }}`, placeholder: 'e.g. image-001', description: 'The end of the image\'s URL' };

export const operations: readonly OperationDescription[] = [
	{ resource: 'task', operation: 'getAll', name: 'Get Many', description: 'List the tasks of the history, newest first', action: 'Get many tasks', endpoints: ['GET /api/v1/history', 'GET /api/v1/images'], fields: [...listFields(), includeRawOption] },
	{ resource: 'task', operation: 'get', name: 'Get', description: 'Get a task of the history with all its images', action: 'Get a task', endpoints: ['GET /api/v1/history/{id}', 'GET /api/v1/tasks/{task_id}'], fields: [taskId, includeRawOption] },
	{ resource: 'task', operation: 'getStatus', name: 'Get Status', description: 'Get how far a task is', action: 'Get the status of a task', endpoints: ['GET /api/v1/generate/status/{taskId}', 'GET /api/v1/tasks/{task_id}'], fields: [taskId, includeRawOption] },
	{
		resource: 'task',
		operation: 'search',
		name: 'Search',
		description: 'Find tasks by words of their prompts, Chinese ones too',
		action: 'Search tasks',
		endpoints: ['GET /api/v1/history/search', 'GET /api/v1/images'],
		fields: [{ displayName: 'Keyword', name: 'keyword', type: 'string', required: true, default: '', placeholder: 'e.g. 油画女孩', description: 'Words to look for; the server separates them' }, ...listFields(), includeRawOption],
	},
	{ resource: 'task', operation: 'delete', name: 'Delete', description: 'Delete a task with its images', action: 'Delete a task', endpoints: ['DELETE /api/v1/history/{id}', 'DELETE /api/v1/images/{id}'], fields: [taskId] },
	{
		resource: 'task',
		operation: 'deleteMany',
		name: 'Delete Many',
		description: 'Delete several tasks with their images',
		action: 'Delete many tasks',
		endpoints: ['DELETE /api/v1/history/batch', 'DELETE /api/v1/images/{id}'],
		fields: [{ displayName: 'Task IDs', name: 'taskIds', type: 'string', required: true, default: '', placeholder: 'e.g. task-001, task-002', description: 'Separated by commas, or an array from an expression' }],
	},
	{ resource: 'image', operation: 'get', name: 'Get', description: 'Get the file of an image', action: 'Get an image', endpoints: ['GET /api/v1/images/{id}'], fields: [imageId] },
	{ resource: 'image', operation: 'download', name: 'Download', description: 'Get the file of an image under its own name', action: 'Download an image', endpoints: ['GET /api/v1/images/{id}/download'], fields: [imageId] },
	{
		resource: 'image',
		operation: 'export',
		name: 'Export as ZIP',
		description: 'Get several images in one ZIP file',
		action: 'Export images as ZIP',
		endpoints: ['POST /api/v1/images/export'],
		fields: [{ displayName: 'Image IDs', name: 'imageIds', type: 'string', required: true, default: `={{ $json.images.map((image) => ${lastOfUrl('image.url')}) }}`, placeholder: 'e.g. image-001, image-002', description: 'Separated by commas, or an array from an expression' }],
	},
	{ resource: 'image', operation: 'delete', name: 'Delete', description: 'Delete one image of a task', action: 'Delete an image', endpoints: ['DELETE /api/v1/images/{id}'], fields: [imageId] },
	{ resource: 'service', operation: 'getHealth', name: 'Get Health', description: 'Ask whether the service is up', action: 'Get the health of the service', endpoints: ['GET /api/v1/health'] },
	{ resource: 'service', operation: 'getProviders', name: 'Get Providers', description: 'List the model providers of a server that speaks the tasks API, without their keys', action: 'Get the providers of the service', endpoints: ['GET /api/v1/providers'] },
];
