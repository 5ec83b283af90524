import { promptsField } from '../../operations/field';
import { serverOperation, type ServerResource, text } from '../serverCall';

const generate = serverOperation({
	operation: 'generate',
	name: 'Generate',
	action: 'Generate a batch',
	description: 'Generate an image from each of several prompts; the server works in the background',
	method: 'POST',
	path: '/api/batch/generate',
	isPaid: true,
	fields: [
		promptsField({
			displayName: 'Prompts',
			name: 'prompts',
			type: 'string',
			typeOptions: { rows: 4 },
			required: true,
			default: '',
			placeholder: 'e.g. A serene lake at dawn',
			description: 'One prompt per line, or an array from an expression',
		}),
		text('imageSize', 'Image Size', 'Width and height in pixels', {
			default: '1024x1024',
			placeholder: 'e.g. 1024x1024',
		}),
	],
	body: ({ prompts, imageSize }, upstream) => ({
		prompts,
		settings: { ...(imageSize ? { image_size: imageSize } : {}), ...upstream },
	}),
	images: ({ prompts }) => prompts.length,
});

const getStatus = serverOperation({
	operation: 'getStatus',
	name: 'Get Status',
	action: 'Get the status of a batch',
	description: 'Get the progress of a batch and when it will be done',
	method: 'GET',
	path: '/api/batch/status/{batchId}',
	fields: [
		text('batchId', 'Batch ID', 'The <code>batch_id</code> that Generate returns', {
			required: true,
			default: '={{ $json.batch_id }}',
		}),
	],
});

export const batch: ServerResource = {
	value: 'batch',
	name: 'Batch',
	operations: [generate, getStatus],
};
