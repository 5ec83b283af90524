import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { baseUrlField, endpointFields, secretField } from './fields';

export class NanoBananaProApi implements ICredentialType {
	name = 'nanoBananaProApi';
	displayName = 'NanoBananaPro API';
	icon = { light: 'file:nanoBananaPro.svg', dark: 'file:nanoBananaPro.dark.svg' } as const;
	documentationUrl = 'https://unpkg.com/n8n-nodes-image-pipelines/docs/nano-banana-pro.md';
	properties: INodeProperties[] = [
		baseUrlField('http://localhost:8080', 'http://nano-banana:8080', 'Address of the service, without /api/v1'),
		{
			displayName: 'API',
			name: 'api',
			type: 'options',
			options: [
				{
					name: 'Tasks (Public Server)',
					value: 'tasks',
					description: 'Paths below /api/v1/tasks. The server keeps the keys.',
				},
				{
					name: 'V1.6',
					value: 'v1.6',
					description: 'Paths below /api/v1/generate. Every request contains the Gemini key.',
				},
			],
			default: 'v1.6',
			description: 'The API of the server. A server has only one of the two, and answers 404 to the other.',
		},
		secretField('Gemini API Key', 'geminiApiKey', {
			displayOptions: { show: { api: ['v1.6'] } },
			description: 'The key with which the server calls the model',
		}),
		{
			displayName: 'Gemini API Base',
			name: 'geminiApiBase',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://yunwu.ai',
			displayOptions: { show: { api: ['v1.6'] } },
			description: 'Address at which the server calls the model. Leave it empty for Google.',
		},
		{
			displayName: 'Model Provider',
			name: 'taskProvider',
			type: 'string',
			default: 'gemini',
			displayOptions: { show: { api: ['tasks'] } },
			description: "Name of the provider in the server's own settings",
		},
		...endpointFields(
			{ preset: 600, hint: 'The server allows 10 per second for each client' },
			{ preset: 0, hint: 'The server has a queue of its own' },
		),
	];
	// The server has no key of its own, and checks the Gemini key only when it generates. This request shows only that
	// the server answers.
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl}}',
			url: "={{$credentials.api === 'tasks' ? '/api/v1/images' : '/api/v1/history'}}",
			qs: { page: 1 },
		},
	};
}
