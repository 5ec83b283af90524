import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { allowedHosts, moreEndpoints } from './fields';

export class AiBatchApi implements ICredentialType {
	name = 'aiBatchApi';
	displayName = 'AI Batch Image Generator API';
	icon = { light: 'file:aiBatch.svg', dark: 'file:aiBatch.dark.svg' } as const;
	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-image-pipelines';
	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'http://localhost:5000',
			placeholder: 'e.g. http://ai-batch:5000',
			description: 'Address of the service, without /api',
		},
		{
			displayName: 'Upstream',
			name: 'upstream',
			type: 'options',
			options: [
				{ name: 'Google Gemini', value: 'gemini' },
				{ name: 'HuggingFace', value: 'huggingface', description: 'Not in every release' },
				{ name: 'OpenAI', value: 'openai' },
				{ name: 'Replicate', value: 'replicate', description: 'Not in every release' },
				{ name: 'Stability AI', value: 'stability' },
			],
			default: 'gemini',
			description: 'Who makes the images; the upstream key belongs to it',
		},
		{
			displayName: 'Upstream API Key',
			name: 'upstreamApiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Travels in the body of each generation',
		},
		{
			displayName: 'Server API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Sent as Authorization: Bearer, for the paths that want one; leave it empty where the server has none',
		},
		{
			displayName: 'Requests per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'All nodes that use this credential keep to it together. 0 for no limit.',
		},
		{
			displayName: 'Jobs in Flight',
			name: 'jobsInFlight',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 2,
			description: 'Generations at once; further ones wait for their turn. 0 for no limit.',
		},
		allowedHosts,
		moreEndpoints,
	];
	// Not the generic way: that would send an empty header where there is no key.
	authenticate: IAuthenticate = async ({ apiKey: key }, options) => ({
		...options,
		headers: {
			...options.headers,
			...(typeof key === 'string' && key !== '' ? { Authorization: `Bearer ${key}` } : {}),
		},
	});
	// The upstream key is looked at only when it generates, which costs: this shows that the server answers and takes
	// the server key.
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/api/prompt-suggestions' },
	};
}
