import type { INodeProperties } from 'n8n-workflow';
import { listFields } from '../operations/fields';
import type { OperationDescription, Resource } from '../operations/operation';

export const resources: readonly Resource[] = [
	{ value: 'batch', name: 'Batch' },
	{ value: 'task', name: 'Task' },
	{ value: 'file', name: 'File' },
	{ value: 'service', name: 'Service' },
];

const taskId: INodeProperties = {
	displayName: 'Task ID',
	name: 'taskId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. b0e4aaf0bfa7421b9cb94c624c7fd139',
	description: 'One picture of a batch: <code>task_id</code> of Get Batch',
};
const batchId: INodeProperties = {
	displayName: 'Batch ID',
	name: 'batchId',
	type: 'string',
	required: true,
	default: '={{ $json.job.id }}',
	placeholder: 'e.g. 0d6b3b3b-0b4b-4c87-8d46-6b1e7e6f7f1a',
	description: 'ID of a batch, or of a job of Image Generate',
};

export const operations: readonly OperationDescription[] = [
	{
		resource: 'batch',
		operation: 'getAll',
		name: 'Get Many',
		description: 'List the batches of the key, newest first',
		action: 'Get many batches',
		endpoints: ['GET /v1/history'],
		fields: listFields(),
	},
	{
		resource: 'batch',
		operation: 'get',
		name: 'Get',
		description: 'Get a batch with all its pictures',
		action: 'Get a batch',
		endpoints: ['GET /v1/history/{batch_id}'],
		fields: [batchId],
	},
	{
		resource: 'batch',
		operation: 'delete',
		name: 'Delete',
		description: 'Delete a batch from the history; its files stay on the server',
		action: 'Delete a batch',
		endpoints: ['DELETE /v1/history/{batch_id}'],
		fields: [batchId],
	},
	{
		resource: 'task',
		operation: 'get',
		name: 'Get',
		description: 'Get how one task stands',
		action: 'Get a task',
		endpoints: ['GET /v1/tasks/{task_id}'],
		fields: [taskId],
	},
	{
		resource: 'task',
		operation: 'cancel',
		name: 'Cancel',
		description: 'Cancel one task; one that has ended says how',
		action: 'Cancel a task',
		endpoints: ['POST /v1/tasks/{task_id}/cancel'],
		fields: [taskId],
	},
	{
		resource: 'file',
		operation: 'download',
		name: 'Download',
		description: 'Download a picture or its preview by its path',
		action: 'Download a file',
		endpoints: ['GET /generated-images/{day}/{file}'],
		fields: [
			{
				displayName: 'Path',
				name: 'path',
				type: 'string',
				required: true,
				default: '={{ $json.image_url }}',
				placeholder: 'e.g. /generated-images/20250101/120000_xxx.webp',
				description: 'As <code>image_url</code> or <code>relative_path</code> of a task or batch has it',
			},
		],
	},
	{
		resource: 'service',
		operation: 'getHealth',
		name: 'Get Health',
		description: 'Ask whether the service is healthy',
		action: 'Get the health of the service',
		endpoints: ['GET /health'],
	},
	{
		resource: 'service',
		operation: 'getStatus',
		name: 'Get Status',
		description: 'Ask whether the API runs',
		action: 'Get the status of the service',
		endpoints: ['GET /'],
	},
];
