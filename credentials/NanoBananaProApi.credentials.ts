import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { allowedHosts, moreEndpoints } from './fields';

export class NanoBananaProApi implements ICredentialType {
	name = 'nanoBananaProApi';
	displayName = 'NanoBananaPro API';
	icon = { light: 'file:nanoBananaPro.svg', dark: 'file:nanoBananaPro.dark.svg' } as const;
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-image-pipelines';
	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'http://localhost:8080',
			placeholder: 'e.g. http://nano-banana:8080',
			description: 'Address of the service, without /api/v1',
		},
		{
			displayName: 'API',
			name: 'api',
			type: 'options',
			options: [
				{
					name: 'Tasks (Public Server)',
					value: 'tasks',
					description: 'Paths below /api/v1/tasks; keys are kept by the server',
				},
				{
					name: 'V1.6',
					value: 'v1.6',
					description: 'Paths below /api/v1/generate; the Gemini key travels with every request',
				},
			],
			default: 'v1.6',
			description: 'Which of its two APIs the server speaks; a server answers the other one with 404',
		},
		{
			displayName: 'Gemini API Key',
			name: 'geminiApiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: { show: { api: ['v1.6'] } },
			description: 'What the server calls the model with',
		},
		{
			displayName: 'Gemini API Base',
			name: 'geminiApiBase',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://yunwu.ai',
			displayOptions: { show: { api: ['v1.6'] } },
			description: 'Where the server calls the model; empty for Google itself',
		},
		{
			displayName: 'Model Provider',
			name: 'taskProvider',
			type: 'string',
			default: 'gemini',
			displayOptions: { show: { api: ['tasks'] } },
			description: "Name of the provider in the server's own settings",
		},
		{
			displayName: 'Requests per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 600,
			description:
				'The server allows 10 a second for each client. All nodes that use this credential keep to it together. 0 for no limit.',
		},
		{
			displayName: 'Jobs in Flight',
			name: 'jobsInFlight',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				'Jobs queued or running at once; further ones wait for their turn. 0 for no limit: the server queues by itself.',
		},
		allowedHosts,
		moreEndpoints,
	];
	// The server asks for no key of its own, and tells the Gemini key's worth only when it generates: that it answers
	// is all a test can show.
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl}}',
			url: "={{$credentials.api === 'tasks' ? '/api/v1/images' : '/api/v1/history'}}",
			qs: { page: 1 },
		},
	};
}
