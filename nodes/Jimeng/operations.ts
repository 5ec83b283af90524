import type { INodeProperties } from 'n8n-workflow';
import { imageModels, videoModels } from '../../providers/jimeng/models';
import type { OperationDescription, Resource } from '../operations/operation';

export const resources: readonly Resource[] = [
	{ value: 'video', name: 'Video' },
	{ value: 'chat', name: 'Chat' },
	{ value: 'model', name: 'Model' },
];

const prompt = (description: string, placeholder: string): INodeProperties => ({
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder,
	description,
});
const modelOf = (models: readonly string[], preset: string): INodeProperties => ({
	displayName: 'Model',
	name: 'model',
	type: 'options',
	options: models.map((model) => ({ name: model, value: model })),
	default: preset,
	description: 'The model to use; an expression may name another',
});
const maxWait = (seconds: number): INodeProperties => ({
	displayName: 'Max Wait (Seconds)',
	name: 'maxWait',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: seconds,
	description: 'Longest time given to the answer. The site goes on, and charges, when it is over.',
});
const stream: INodeProperties = {
	displayName: 'Stream',
	name: 'stream',
	type: 'boolean',
	default: true,
	description:
		'Whether the answer is sent bit by bit, which keeps proxies from closing a connection that is silent for minutes',
};

export const operations: readonly OperationDescription[] = [
	{
		resource: 'video',
		operation: 'generate',
		name: 'Generate',
		description: 'Generate a video from a prompt, which takes minutes',
		action: 'Generate a video',
		endpoints: ['POST /v1/chat/completions', 'GET /files/{id}/{file}'],
		fields: [
			prompt('What the video should show', 'e.g. Waves breaking on a coast'),
			modelOf(videoModels, 'jimeng-video-3.0'),
			maxWait(900),
			{
				displayName: 'Download',
				name: 'download',
				type: 'boolean',
				default: true,
				description: 'Whether to fetch the video as binary data',
			},
			stream,
		],
	},
	{
		resource: 'chat',
		operation: 'complete',
		name: 'Complete',
		description: 'Ask for images in the words of a chat, with earlier messages if there are any',
		action: 'Complete a chat',
		endpoints: ['POST /v1/chat/completions', 'GET /files/{id}/{file}'],
		fields: [
			prompt('The last message', 'e.g. 画一幅山水画'),
			modelOf([...imageModels, ...videoModels], imageModels[0]),
			{
				displayName: 'Earlier Messages',
				name: 'messages',
				type: 'json',
				default: '[]',
				description: 'What was said before, as a JSON array of <code>{"role": "user", "content": "…"}</code>',
			},
			maxWait(300),
			{
				displayName: 'Download',
				name: 'download',
				type: 'boolean',
				default: true,
				description: 'Whether to fetch the images of the answer as binary data: image_0, image_1 and so on',
			},
			stream,
		],
	},
	{
		resource: 'model',
		operation: 'getAll',
		name: 'Get Many',
		description: 'List the models the server offers',
		action: 'Get many models',
		endpoints: ['GET /v1/models'],
	},
];
